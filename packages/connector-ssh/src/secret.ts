import { TargetError } from "@interlock/connector";
import { z } from "zod";

/** Longest a host may take to be reached and to let in, in milliseconds. */
const CONNECT_MS = 15_000;
/** How often a silent host is asked whether it is there, and how many answers it may owe. */
const ALIVE_MS = 15_000;
const ALIVE_COUNT = 3;

/** The OpenSSH or PEM text of a private key (PKCS #1, SEC 1 or PKCS #8). */
const privateKey = z.string().min(1);

/** How a host lets the account in. */
export const Auth = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("key"), privateKey, passphrase: z.string().optional() }),
  /** `certificate`: the line of an OpenSSH user certificate (`…-cert.pub`) for the key. */
  z.strictObject({ kind: z.literal("certificate"), privateKey, passphrase: z.string().optional(), certificate: z.string().min(1) }),
  /** Also answers `keyboard-interactive` where that asks for one hidden thing only. */
  z.strictObject({ kind: z.literal("password"), password: z.string().min(1) }),
  /** An SSH agent where Interlock's agent runs; its socket must be one that the operator allows. */
  z.strictObject({ kind: z.literal("agent"), socket: z.string().startsWith("/") }),
]);
export type Auth = z.infer<typeof Auth>;

/** A host name or address; no white space, no option that a program would read. */
const host = z
  .string()
  .regex(/^[A-Za-z0-9._:%-]{1,253}$/)
  .refine((name) => !name.startsWith("-"))
  .transform((name) => name.toLowerCase());

const hop = {
  host,
  port: z.int().min(1).max(65_535).default(22),
  user: z.string().regex(/^[^\s\p{Cc}]{1,128}$/u),
  auth: Auth,
  /** Approved keys of the host besides those that administrators approve: `algorithm base64`, as in `ssh_host_ed25519_key.pub`. */
  hostKeys: z.array(z.string().regex(/^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?$/)).default([]),
};
const Hop = z.strictObject(hop);
/** One host on the way, with its own account and key. */
export type Hop = z.infer<typeof Hop>;

const names = z.array(z.string().regex(/^[a-z0-9@.-]+$/)).min(1);

const SshSecretSchema = z.strictObject({
  ...hop,
  /** Hosts through which it is reached, the first one first. */
  jumps: z.array(Hop).max(8).default([]),
  /** How long reaching each host may take, signing in included, in milliseconds. */
  connectTimeoutMs: z.int().min(100).max(120_000).default(CONNECT_MS),
  keepAlive: z
    .strictObject({ intervalMs: z.int().min(100).max(3_600_000).default(ALIVE_MS), count: z.int().min(1).max(100).default(ALIVE_COUNT) })
    .default({ intervalMs: ALIVE_MS, count: ALIVE_COUNT }),
  /** Names as in `ssh -Q`, best first, for hosts that know no better ones. Absent: modern ones. */
  algorithms: z
    .strictObject({ keyExchange: names.optional(), cipher: names.optional(), mac: names.optional(), hostKey: names.optional() })
    .default({}),
  /** What runs scripts that do not begin with `#!`. */
  shell: z.enum(["bash", "sh"]).default("bash"),
});
/** Where a host is and how to be let in, as stored (encrypted) for a connection. */
export type SshSecret = z.infer<typeof SshSecretSchema>;

/** Checks the shape of a decrypted secret. Throws with a message that names fields, never values. */
export function readSshSecret(json: unknown): SshSecret {
  const read = SshSecretSchema.safeParse(json);
  if (read.success) return read.data;
  // A field's name that is not expected may be a value that slipped: only places of the schema are named.
  const places = [...new Set(read.error.issues.map(({ path }) => path.join(".") || "the whole"))].slice(0, 5).join(", ");
  throw new TargetError(
    "bad_request",
    `An SSH connection needs {host, user, auth: {kind: key | certificate | password | agent, …}, port?, jumps?, hostKeys?, …}; wrong: ${places}.`,
  );
}

/** All hosts in the order they are reached; the last one is the target. */
export const hopsOf = (secret: SshSecret): readonly Hop[] => [...secret.jumps, secret];

/** `user@host`, with the port where it is not 22. */
export const placeOf = ({ user, host, port }: Pick<Hop, "user" | "host" | "port">): string => `${user}@${hostOf({ host, port })}`;

export const hostOf = ({ host, port }: Pick<Hop, "host" | "port">): string =>
  port === 22 ? host : `${host.includes(":") ? `[${host}]` : host}:${port}`;
