import { createHash } from "node:crypto";
import { TargetError, type HostKeys, type OfferedKey, type PinnedKey } from "@interlock/connector";
import { hostOf, type Hop } from "./secret.ts";
import { WireReader } from "./wire.ts";

/** `SHA256:` and the hash of a key's wire form, as `ssh-keygen -l` shows it. */
export const fingerprintOf = (key: Buffer): string => `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;

/** The approved keys of a host: those of the connection's secret and those that administrators approved. */
export async function pinnedKeys(hop: Hop, hostKeys: HostKeys | undefined): Promise<PinnedKey[]> {
  const own = hop.hostKeys.map((line) => {
    const [algorithm, key] = line.split(" ") as [string, string];
    return { algorithm, key };
  });
  return [...own, ...((await hostKeys?.pinned(hop.host, hop.port)) ?? [])];
}

/** Why the key a host answered with is not taken; undefined where it is an approved one. Tells who keeps them what was met. */
export function refusalOf(hop: Hop, pinned: readonly PinnedKey[], key: Buffer, hostKeys: HostKeys | undefined): TargetError | undefined {
  // The whole key is compared; its hash is only for people.
  if (pinned.some((approved) => Buffer.from(approved.key, "base64").equals(key))) return undefined;
  const state = pinned.length === 0 ? "unknown" : "changed";
  const offer: OfferedKey = {
    host: hop.host,
    port: hop.port,
    algorithm: algorithmOf(key),
    key: key.toString("base64"),
    fingerprint: fingerprintOf(key),
    state,
  };
  hostKeys?.met(offer);
  const host = hostOf(hop);
  if (state === "unknown")
    return new TargetError("host_key_unknown", `The key of ${host} is not approved yet: ${offer.algorithm} ${offer.fingerprint}.`);
  const approved = pinned.map((pin) => fingerprintOf(Buffer.from(pin.key, "base64"))).join(", ");
  return new TargetError(
    "host_key_changed",
    `${host} answered with the key ${offer.algorithm} ${offer.fingerprint}; approved for it: ${approved}.`,
  );
}

/** A key's own name for what it is. */
function algorithmOf(key: Buffer): string {
  try {
    const name = new WireReader(key).text();
    return /^[\w@.-]{1,64}$/.test(name) ? name : "unknown";
  } catch {
    // Not in the form of a key; whoever sent it is told nothing, and its hash still tells people what it was.
    return "unknown";
  }
}
