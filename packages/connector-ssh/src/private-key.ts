import { createPrivateKey, type KeyObject } from "node:crypto";
import { TargetError } from "@interlock/connector";
import ssh2, { type ParsedKey } from "ssh2";
import { wireString } from "./wire.ts";

const UNREADABLE =
  "The private key of the connection cannot be read: its passphrase is wrong or missing, or it is not an OpenSSH or PEM key.";

/** Reads a private key in any of its usual texts. Throws `target_auth` with a message that holds nothing of it. */
export function readPrivateKey(text: string, passphrase: string | undefined): ParsedKey {
  const read = ssh2.utils.parseKey(/BEGIN (ENCRYPTED )?PRIVATE KEY/.test(text) ? openSshText(text, passphrase) : text, passphrase);
  const key = Array.isArray(read) ? read[0] : read;
  if (key === undefined || key instanceof Error || !key.isPrivateKey()) throw new TargetError("target_auth", UNREADABLE);
  return key;
}

/** PKCS #8 in a form the library reads. */
function openSshText(text: string, passphrase: string | undefined): string {
  const key = pemKey(text, passphrase);
  if (key.asymmetricKeyType === "rsa") return key.export({ type: "pkcs1", format: "pem" }) as string;
  if (key.asymmetricKeyType === "ec") return key.export({ type: "sec1", format: "pem" }) as string;
  if (key.asymmetricKeyType !== "ed25519")
    throw new TargetError("target_auth", "The private key of the connection is of a kind that SSH does not have.");
  const { d, x } = key.export({ format: "jwk" });
  return ed25519Text(Buffer.from(d!, "base64url"), Buffer.from(x!, "base64url"));
}

function pemKey(text: string, passphrase: string | undefined): KeyObject {
  try {
    return createPrivateKey({ key: text, format: "pem", ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    // What the library says of it may quote it.
    throw new TargetError("target_auth", UNREADABLE);
  }
}

/** An unencrypted key as OpenSSH writes it (PROTOCOL.key of OpenSSH). */
function ed25519Text(seed: Buffer, point: Buffer): string {
  const type = wireString("ssh-ed25519");
  const check = Buffer.alloc(8);
  const secret = Buffer.concat([check, type, wireString(point), wireString(Buffer.concat([seed, point])), wireString("")]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const one = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    wireString("none"),
    wireString("none"),
    wireString(""),
    one,
    wireString(Buffer.concat([type, wireString(point)])),
    wireString(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g)!;
  return ["-----BEGIN OPENSSH PRIVATE KEY-----", ...lines, "-----END OPENSSH PRIVATE KEY-----", ""].join("\n");
}
