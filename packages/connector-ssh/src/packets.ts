import { createSecretKey, type KeyObject } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

/** What is used here of the library's ciphers, each of which has some of these. It is no public interface: the version is exact. */
interface Cipher {
  _encKey?: Buffer | KeyObject;
  _decipherKey?: Buffer | KeyObject;
  _macKey?: Buffer | KeyObject;
}
interface Protocol {
  _cipher: Cipher;
  _decipher: Cipher;
}

const KEYS = ["_encKey", "_decipherKey", "_macKey"] as const;

/**
 * Makes keys of the bytes that the library's ciphers hold, after every exchange of keys. It begins a cipher for each packet, and to make a key of
 * bytes takes longer than to decipher what most packets hold.
 */
export function keepKeys(client: Client): void {
  const { _protocol: protocol } = client as unknown as { _protocol: Protocol };
  client.on("handshake", () => {
    for (const cipher of [protocol._cipher, protocol._decipher])
      for (const name of KEYS) {
        const key = cipher[name];
        if (Buffer.isBuffer(key)) cipher[name] = createSecretKey(key);
      }
  });
}

/** Has what is written in one turn go out as one. The library writes a packet's length, content and tag apart, and each would wake the host. */
export function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let gathering = false;
  socket.write = (...args: unknown[]): boolean => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(() => {
        gathering = false;
        socket.uncork();
      });
    }
    return write(...args);
  };
}
