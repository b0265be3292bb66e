import { TargetError } from "@interlock/connector";
import type { Client, ParsedKey } from "ssh2";
import { WireReader, wireString } from "./wire.ts";

const SUFFIX = "-cert-v01@openssh.com";
const FOREVER = 0xffff_ffff_ffff_ffffn;

/** A private key that signs in with the certificate made for it. */
export interface CertifiedKey extends ParsedKey {
  /** What a signature by this key is called; the certificate's own name is what is asked for. */
  readonly signature: string;
  readonly requested: string;
}

/**
 * Reads an OpenSSH user certificate (PROTOCOL.certkeys of OpenSSH) and joins it with its key. Throws `target_auth` where it is not one, is for another
 * key, or is not valid at `now` (milliseconds since 1970).
 */
export function certifiedKey(key: ParsedKey, line: string, now: number): CertifiedKey {
  const [name = "", encoded = ""] = line.trim().split(/\s+/);
  const blob = Buffer.from(encoded, "base64");
  const type = key.type as string;
  if (name !== type + SUFFIX)
    throw bad(`it is ${name.endsWith(SUFFIX) ? `of the kind ${name}, the key ${type}` : "not an OpenSSH certificate"}`);
  const { own, forUsers, validAfter, validBefore } = readCertificate(blob, name, type);
  if (!own.equals(key.getPublicSSH())) throw bad("it was made for another key");
  if (!forUsers) throw bad("it is the certificate of a host");
  const seconds = BigInt(Math.floor(now / 1000));
  if (seconds < validAfter) throw bad(`it is not valid before ${timeOf(validAfter)}`);
  if (validBefore !== FOREVER && seconds >= validBefore) throw bad(`it expired at ${timeOf(validBefore)}`);
  // OpenSSH refuses SHA-1 signatures; SHA-512 has been known to every server since certificates are in use with RSA at all (7.8).
  const rsa = type === "ssh-rsa";
  return Object.create(key, {
    type: { value: name },
    signature: { value: rsa ? "rsa-sha2-512" : type },
    requested: { value: rsa ? `rsa-sha2-512${SUFFIX}` : name },
    getPublicSSH: { value: () => blob },
    sign: { value: (data: Buffer) => key.sign(data, rsa ? "sha512" : undefined) },
  }) as CertifiedKey;
}

function readCertificate(
  blob: Buffer,
  name: string,
  type: string,
): { own: Buffer; forUsers: boolean; validAfter: bigint; validBefore: bigint } {
  try {
    const reader = new WireReader(blob);
    if (reader.text() !== name) throw new RangeError("another kind");
    reader.bytes(); // nonce
    // The key's own parts stand between nonce and serial number: one for Ed25519, two for RSA (e, n) and ECDSA (curve, point).
    const parts = Array.from({ length: type === "ssh-ed25519" ? 1 : 2 }, () => wireString(reader.bytes()));
    reader.uint64(); // serial number
    const forUsers = reader.uint32() === 1;
    reader.bytes(); // its name
    reader.bytes(); // accounts
    return { own: Buffer.concat([wireString(type), ...parts]), forUsers, validAfter: reader.uint64(), validBefore: reader.uint64() };
  } catch {
    throw bad("it is damaged");
  }
}

const bad = (why: string): TargetError => new TargetError("target_auth", `The certificate of the connection cannot be used: ${why}.`);

/** In UTC, to the second. Times beyond what a date can hold are as good as never. */
function timeOf(seconds: bigint): string {
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.valueOf()) ? "the end of time" : time.toISOString().replace(".000Z", "Z");
}

/** What is used here of the library's inner protocol object. It is no public interface: the version is exact, and the tests sign in with certificates. */
interface Protocol {
  authPK(user: string, key: ParsedKey, algorithm?: string, sign?: Sign): void;
  _kex: { sessionID: Buffer };
  _packetRW: { write: { allocStart: number; alloc(length: number): Buffer; finalize(packet: Buffer): Buffer } };
  _cipher: { encrypt(packet: Buffer): void };
  _authsQueue: string[];
}
type Sign = (data: Buffer, done: (signature: Buffer) => void) => void;

/**
 * Lets a client that has begun to connect sign in with certificates. The library asks with them correctly, but calls the signature by the
 * certificate's name, where OpenSSH wants the key's own: that one packet is written here.
 */
export function useCertificates(client: Client): void {
  const protocol = (client as unknown as { _protocol: Protocol })._protocol;
  const asked = protocol.authPK;
  protocol.authPK = function authPK(user, key, algorithm, sign) {
    if (!isCertified(key)) return asked.call(protocol, user, key, algorithm, sign);
    if (typeof sign !== "function") return asked.call(protocol, user, key, key.requested);
    // The library makes the bytes to be signed, which begin with the session and go on with the request; its own packet is never made.
    asked.call(protocol, user, key, key.requested, (data) => {
      sign(data, (signature) => {
        const request = data.subarray(4 + protocol._kex.sessionID.length);
        const signed = wireString(Buffer.concat([wireString(key.signature), wireString(plainSignature(signature, key.signature))]));
        const { write } = protocol._packetRW;
        const at = write.allocStart;
        const packet = write.alloc(request.length + signed.length);
        packet.set(request, at);
        packet.set(signed, at + request.length);
        protocol._authsQueue.push("publickey");
        protocol._cipher.encrypt(write.finalize(packet));
      });
    });
  };
}

const isCertified = (key: ParsedKey): key is CertifiedKey => typeof (key as Partial<CertifiedKey>).requested === "string";

/** ECDSA signatures come in ASN.1 (SEQUENCE of two INTEGERs) and go as two strings (RFC 5656, section 3.1.2); others go as they are. */
function plainSignature(signature: Buffer, name: string): Buffer {
  if (!name.startsWith("ecdsa-") || signature[0] !== 0x30) return signature;
  // The length takes a second byte from 128 on, as P-521 has it.
  let at = signature[1] === 0x81 ? 3 : 2;
  const integers = [0, 1].map(() => {
    const length = signature[at + 1]!;
    at += 2 + length;
    return wireString(signature.subarray(at - length, at));
  });
  return Buffer.concat(integers);
}
