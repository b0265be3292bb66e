import { createSecretKey, type KeyObject } from "node:crypto";
import type { Duplex } from "node:stream";
import type { Client } from "ssh2";

/** What is used here of the library, whose ciphers have some of these keys each. It is no public interface: the version is exact. */
interface Cipher {
  _encKey?: Buffer | KeyObject;
  _decipherKey?: Buffer | KeyObject;
  _macKey?: Buffer | KeyObject;
}
type TakeData = (from: unknown, channel: number, data: Buffer, type?: number) => void;
interface Protocol {
  _cipher: Cipher;
  _decipher: Cipher;
  _handlers: { CHANNEL_DATA: TakeData; CHANNEL_EXTENDED_DATA: TakeData };
}
interface Channels {
  get(channel: number): { incoming?: { state: string } } | undefined;
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

/** Asks `admits` about each piece of what a host sends on a channel, before the library keeps it; the library never lets a host wait by itself. */
export function checkData(client: Client, admits: (channel: number, bytes: number) => boolean): void {
  const { _handlers: handlers } = (client as unknown as { _protocol: Protocol })._protocol;
  for (const name of ["CHANNEL_DATA", "CHANNEL_EXTENDED_DATA"] as const) {
    const take = handlers[name];
    handlers[name] = (from, channel, data, type) => {
      if (admits(channel, data.length)) take(from, channel, data, type);
    };
  }
}

/** Leaves out what a host sends on a channel after it said that nothing follows: the library would throw it where nobody can catch it. */
export function dropAfterEnd(client: Client): void {
  const { _chanMgr: channels } = client as unknown as { _chanMgr: Channels };
  checkData(client, (channel) => channels.get(channel)?.incoming?.state !== "eof");
}
