import type { PinnedKey } from "@interlock/connector";
import type { Algorithms } from "ssh2";
import type { SshSecret } from "./secret.ts";

/**
 * What is offered by default: no SHA-1, no CBC, no group below 2,048 bits (RFC 9142 and what OpenSSH 9 offers), as far as the library and this
 * Node have it.
 */
const MODERN = {
  kex: [
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
  ],
  cipher: ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr"],
  hmac: ["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512"],
  hostKey: ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"],
} as const;

/**
 * What is offered to a host. Algorithms of its approved keys come first, as OpenSSH has it: otherwise a host with several keys would answer with
 * one that nobody approved.
 */
export function algorithmsFor({ algorithms }: Pick<SshSecret, "algorithms">, pinned: readonly PinnedKey[]): Algorithms {
  const hostKeys = algorithms.hostKey ?? MODERN.hostKey;
  const known = new Set(
    pinned.flatMap(({ algorithm }) => (algorithm === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : [algorithm])),
  );
  return {
    kex: [...(algorithms.keyExchange ?? MODERN.kex)],
    cipher: [...(algorithms.cipher ?? MODERN.cipher)],
    hmac: [...(algorithms.mac ?? MODERN.hmac)],
    serverHostKey: [...hostKeys.filter((name) => known.has(name)), ...hostKeys.filter((name) => !known.has(name))],
    compress: ["none"],
  } as Algorithms;
}
