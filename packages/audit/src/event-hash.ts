import { createHash } from "node:crypto";
import type { AuditEvent } from "@interlock/protocol";
import { canonicalJson } from "./canonical-json.ts";

/** `prev` of the first event. */
export const GENESIS = "0".repeat(64);

/** What an event's hash is over: every field but the hash itself. */
export type HashedFields = Omit<AuditEvent, "hash">;

/** SHA-256 (hex) over the RFC 8785 form of an event without its hash. Throws a TypeError when a field has no JSON form. */
export function eventHash(event: HashedFields): string {
  // Named one by one: an extra property on the object must neither enter the hash nor change it.
  const { seq, at, type, actor, roomId, commandId, data, prev } = event;
  const fields = { seq, at, type, actor, roomId, commandId, data, prev };
  for (const [name, value] of Object.entries(fields)) {
    // An absent field would be stored as null and hash differently when it is read back.
    if (value === undefined) throw new TypeError(`eventHash: ${name} is undefined`);
  }
  return createHash("sha256").update(canonicalJson(fields)).digest("hex");
}
