import { z } from "zod";

/**
 * One link of the hash-chained log. `hash` is SHA-256 (hex) over the RFC 8785 form of every other field; `prev` is the hash of the event
 * before, 64 zeros for the first.
 */
export const AuditEvent = z.object({
  seq: z.number().int().positive(),
  at: z.iso.datetime(),
  type: z.string(),
  /** Principal name, or `system`. */
  actor: z.string(),
  roomId: z.string().nullable(),
  commandId: z.string().nullable(),
  /** Facts, never secrets or row values. */
  data: z.record(z.string(), z.json()),
  prev: z.string(),
  hash: z.string(),
});
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Types of audit events. */
export const AUDIT_TYPES = [
  "system.started",
  "system.stopped",
  "user.created",
  "user.signed_in",
  "user.signed_out",
  "user.sign_in_failed",
  "token.created",
  "token.revoked",
  "room.opened",
  "room.closed",
  "room.joined",
  "room.left",
  "room.role_changed",
  "document.created",
  "document.removed",
  "draft.analysed",
  "objects.listed",
  "object.opened",
  "posture.read",
  "roles.read",
  "reachability.asked",
  "rights.asked",
  "usage.imported",
  "usage.removed",
  "update.refused",
  "command.proposed",
  "command.denied",
  "command.reviewed",
  "command.approved",
  "command.rejected",
  "command.withdrawn",
  "command.expired",
  "command.held",
  "command.resumed",
  "command.started",
  "command.succeeded",
  "command.failed",
  "command.cancelled",
  "command.rolled_back",
  "command.unknown",
  "secret.shown",
  "cluster_token.issued",
  "cluster_token.fetched",
  "result.exported",
  "result.removed",
  "undo.removed",
  "policy.loaded",
  "policy.refused",
  "connection.created",
  "break_glass",
] as const;
export type AuditType = (typeof AUDIT_TYPES)[number];
