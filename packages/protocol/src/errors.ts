import { z } from "zod";

/**
 * Every error a person or a program can meet, by stable code. `status` is the HTTP status; `title` names what happened;
 * `next` names what to do. Neither carries secrets or row values.
 */
export const ERRORS = {
  bad_request: { status: 400, title: "The request is not understood", next: "Compare it with /api/v1/openapi.json." },
  malformed_frame: { status: 400, title: "The message is not of this protocol", next: "Reload the page; it may be older than the server." },
  protocol_version: { status: 400, title: "The page and the server speak different versions", next: "Reload the page." },
  unauthenticated: { status: 401, title: "Nobody is signed in", next: "Sign in, or send a valid bearer token." },
  ticket_invalid: { status: 401, title: "The ticket is unknown, used or expired", next: "Ask for a new ticket and connect again." },
  wrong_password: { status: 401, title: "Name or password is wrong", next: "Check both and try again." },
  origin_refused: { status: 403, title: "The request comes from another site", next: "Open Interlock at its own address." },
  forbidden: { status: 403, title: "You may not do this", next: "Ask the room's lead or an administrator." },
  observer: { status: 403, title: "Observers only observe", next: "Ask the room's lead to make you a responder." },
  self_review: { status: 403, title: "Its authors cannot review it", next: "Ask somebody who did not write, narrow or propose it." },
  not_a_reviewer: { status: 403, title: "You are not in a group that may review this", next: "Ask a member of the named group." },
  already_reviewed: { status: 409, title: "You have reviewed this command", next: "Another person must fill the next seat." },
  denied: { status: 403, title: "Policy denies this", next: "Read the rule's message; do it another way, or have the policy changed." },
  struct_not_yours: { status: 403, title: "The update carries text written under somebody else's client id", next: "Reload the document." },
  not_found: { status: 404, title: "There is no such thing", next: "Check the id." },
  unknown_connection: { status: 404, title: "There is no such connection", next: "List them with GET /api/v1/connections." },
  digest_mismatch: { status: 409, title: "The digest is not this command's", next: "Read the command again and review what it says now." },
  draft_changed: { status: 409, title: "The text changed while it was being proposed", next: "Read it again and propose again." },
  wrong_state: { status: 409, title: "The command is not in a state that allows this", next: "Read its state; it may have moved on." },
  targets_changed: { status: 409, title: "What the names stand for has changed since approval", next: "Propose the command again." },
  idempotency_conflict: {
    status: 409,
    title: "This Idempotency-Key was used for another request",
    next: "Use a new key for a new request.",
  },
  room_closed: { status: 409, title: "The room is closed", next: "Open it again or use another room." },
  too_large: { status: 413, title: "It is larger than the limit", next: "Make it smaller; the limit is named in the detail." },
  reason_required: { status: 422, title: "This command needs a reason", next: "Say why, in a sentence, and propose again." },
  max_rows_required: {
    status: 422,
    title: "How many rows this writes is not known exactly",
    next: "State the most rows it may write to one object (maxRows) and propose again.",
  },
  empty_command: { status: 422, title: "There is no statement here", next: "Put the cursor in a statement or select one." },
  file_missing: {
    status: 422,
    title: "The command names a file that is not here",
    next: "Add a document or a file of that name to the room, or send it with the command.",
  },
  syntax_error: { status: 422, title: "The text cannot be parsed", next: "Mend the underlined place." },
  policy_invalid: { status: 422, title: "The policy is not valid", next: "Mend the named line; the last good policy stays in force." },
  too_many_requests: { status: 429, title: "Too many requests", next: "Wait a moment." },
  slow_consumer: { status: 429, title: "This browser fell behind and was disconnected", next: "It reconnects and catches up by itself." },
  internal: {
    status: 500,
    title: "Something failed inside Interlock",
    next: "The log has it under the given id; nothing ran unless the timeline says so.",
  },
  token_gone: {
    status: 410,
    title: "The token is not to be had any more",
    next: "It is handed out once, and kept for a short time only. Ask for another one.",
  },
  statement_failed: { status: 502, title: "The target refused the statement", next: "Read its own message." },
  undo_lost: {
    status: 409,
    title: "What undo needs could not be kept",
    next: "Nothing was changed: rows were written that had not been foreseen. Propose it again.",
  },
  undo_unavailable: { status: 409, title: "There is nothing to undo with", next: "Read the command's undo: it says why." },
  undo_conflict: {
    status: 409,
    title: "What it changed was changed since",
    next: "Nothing was put back. The conflicts are listed one by one; decide on them, and write a command for the rest or put back the rest.",
  },
  target_down: { status: 503, title: "The target does not answer", next: "Check the target; nothing was run." },
  target_auth: {
    status: 502,
    title: "The target refused the connection's credential",
    next: "Ask an administrator to mend the connection's secret.",
  },
  host_key_unknown: {
    status: 409,
    title: "The host's key is not known yet",
    next: "An administrator compares its fingerprint with the host's own and approves it; nothing was sent to the host.",
  },
  host_key_changed: {
    status: 409,
    title: "The host answered with another key than the approved one",
    next: "It may not be the same host. Nothing was sent; an administrator finds out why before approving a new key.",
  },
  no_shell: {
    status: 409,
    title: "There is no shell in this container",
    next: "Open a debug container beside it, whose image has one.",
  },
  target_forbidden: {
    status: 403,
    title: "The target does not let the connection's credential do this",
    next: "Ask an administrator of the target for the right that is named.",
  },
  terminal_ended: { status: 409, title: "The terminal has ended", next: "Open a new one; its recording is kept." },
  not_driving: { status: 403, title: "Somebody else drives this terminal", next: "Ask for control." },
  recording_removed: {
    status: 410,
    title: "The recording was removed under a rule of the policy",
    next: "Its hash is in the audit log; the policy says how long recordings are kept.",
  },
  recording_broken: {
    status: 409,
    title: "The recording is not what was recorded",
    next: "Its check says from where on. What stands before that place is right.",
  },
  recording_unreachable: {
    status: 503,
    title: "The storage of recordings does not answer",
    next: "Try again; if it lasts, an administrator looks at the storage that INTERLOCK_S3_ENDPOINT names.",
  },
  audit_unavailable: {
    status: 503,
    title: "The audit log cannot be written, so nothing runs",
    next: "Free disk space or mend the database, then try again.",
  },
  storage_full: { status: 507, title: "There is no room left to record the result", next: "Free disk space; the execution was stopped." },
  statement_timeout: { status: 504, title: "The statement took longer than its limit and was stopped", next: "Make it smaller." },
  analysis_timeout: {
    status: 504,
    title: "The impact could not be worked out in time",
    next: "It is treated as unknown; narrow the statement.",
  },
  cancelled: { status: 499, title: "It was cancelled", next: "Propose it again if it is still needed." },
} as const satisfies Record<string, { status: number; title: string; next: string }>;

export type ErrorCode = keyof typeof ERRORS;
export const ErrorCode = z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]);

/** RFC 9457 problem document; `code` is the stable name, `type` is `urn:interlock:error:<code>`. */
export const Problem = z.object({
  type: z.string(),
  code: ErrorCode,
  status: z.number().int(),
  title: z.string(),
  detail: z.string().optional(),
  next: z.string(),
});
export type Problem = z.infer<typeof Problem>;

/** An expected refusal as a value: returned, not thrown. */
export interface Refusal {
  ok: false;
  code: ErrorCode;
  /** What is particular to this case. Never a secret, never a row value. */
  detail?: string;
}
export type Outcome<T> = { ok: true; value: T } | Refusal;

export const ok = <T>(value: T): Outcome<T> => ({ ok: true, value });
export const refuse = (code: ErrorCode, detail?: string): Refusal =>
  detail === undefined ? { ok: false, code } : { ok: false, code, detail };

/** The problem document of a code. */
export function problem(code: ErrorCode, detail?: string): Problem {
  const { status, title, next } = ERRORS[code];
  return { type: `urn:interlock:error:${code}`, code, status, title, next, ...(detail === undefined ? {} : { detail }) };
}
