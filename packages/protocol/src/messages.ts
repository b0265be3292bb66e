import { z } from "zod";
import { Command, HostOrder } from "./command.ts";
import { Completion, Connection } from "./connection.ts";
import { Diagnostic, Impact } from "./impact.ts";
import { LIMITS } from "./limits.ts";
import { OBJECT_TEXT_CHARS, ObjectRef, ObjectScope, ObjectsChange } from "./objects.ts";
import { plainLine, plainText } from "./plain-text.ts";
import { Principal, Role } from "./principal.ts";
import { Document, Room, TimelineEntry } from "./room.ts";
import { LINE_DECISIONS } from "./terminal-shell.ts";
import { Terminal, TerminalOpening, TerminalPod } from "./terminal.ts";
import { Verdict } from "./verdict.ts";
import { Problem } from "./errors.ts";

/**
 * The room socket: `GET /ws/room/<roomId>?ticket=…&v=<PROTOCOL_VERSION>`. Text frames are the JSON messages below; binary frames are result
 * chunks (result-chunk.ts). A request carries `id`, and is answered by `reply` with the same id; requests are safe to resend after a
 * reconnect only where the comment says so.
 *
 * The document socket: `GET /ws/doc/<documentId>?ticket=…&v=…` speaks the y-websocket format (0 sync, 1 awareness, 3 query awareness) plus
 * DOCUMENT_ACK. The terminal socket is in terminal.ts.
 */
export const DOCUMENT_ACK = 4;
/** Document socket, server → browser: a refusal; varuint 5, then a var string with a Problem as JSON. The browser must reload the document. */
export const DOCUMENT_REFUSED = 5;

const id = z.number().int().nonnegative();

/** A place in a document as a Yjs relative position, JSON form (`Y.relativePositionToJSON`). */
const RelativePosition = z.record(z.string(), z.json());

/** Browser → agent. */
export const ClientMessage = z.discriminatedUnion("type", [
  /** Where the sender's cursor is: the statement there is analysed and the answer goes to the whole room. Idempotent. */
  z.object({ type: z.literal("draft.focus"), documentId: z.string(), anchor: RelativePosition, head: RelativePosition }),
  /** The sender looks at no draft any more. Idempotent. */
  z.object({ type: z.literal("draft.blur"), documentId: z.string() }),
  /** Freezes a range. `text` is what the sender sees there; anything else → `draft_changed`. `key` makes a resend harmless. */
  z.object({
    type: z.literal("command.propose"),
    id,
    key: z.string().min(8).max(100),
    documentId: z.string(),
    start: RelativePosition,
    end: RelativePosition,
    text: z.string().max(LIMITS.commandBytes),
    reason: plainText(LIMITS.reasonChars).optional(),
    maxRows: z.number().int().nonnegative().optional(),
    /** Do everything but commit. */
    dryRun: z.boolean().optional(),
    /** Further connections it is to run on, after the document's own. */
    hosts: z
      .array(z.string())
      .min(1)
      .max(LIMITS.commandHosts - 1)
      .optional(),
    hostOrder: HostOrder.optional(),
  }),
  /** Proposes to put back what a command changed. `key` makes a resend harmless. */
  z.object({
    type: z.literal("command.undo"),
    id,
    key: z.string().min(8).max(100),
    commandId: z.string(),
    reason: plainText(LIMITS.reasonChars).optional(),
    /** Asked for where triggers write a number of rows that is not known; see `command.propose`. */
    maxRows: z.number().int().nonnegative().optional(),
    dryRun: z.boolean().optional(),
    /** What was changed since is left as it is, and the rest is put back; only where objects are put back one by one. */
    rest: z.boolean().optional(),
  }),
  /** Proposes the same again, as things are now; by whoever asks, with the authors it had. `key` makes a resend harmless. */
  z.object({ type: z.literal("command.again"), id, key: z.string().min(8).max(100), commandId: z.string() }),
  z.object({
    type: z.literal("command.review"),
    id,
    commandId: z.string(),
    digest: z.string(),
    decision: z.enum(["approve", "reject"]),
    comment: plainText(LIMITS.reasonChars).optional(),
  }),
  z.object({ type: z.literal("command.hold"), id, commandId: z.string() }),
  z.object({ type: z.literal("command.run"), id, commandId: z.string(), digest: z.string() }),
  z.object({ type: z.literal("command.cancel"), id, commandId: z.string() }),
  z.object({ type: z.literal("command.withdraw"), id, commandId: z.string() }),
  /** Asks for chunks `from` … `from + count - 1` of a result; each is sent as a binary frame when it exists. Idempotent. */
  z.object({
    type: z.literal("result.pull"),
    executionId: z.uuid(),
    statement: z.number().int().nonnegative(),
    from: z.number().int().nonnegative(),
    count: z.number().int().positive().max(1_000_000),
  }),
  /** Withdraws what was pulled and not yet sent. Idempotent. */
  z.object({ type: z.literal("result.stop"), executionId: z.uuid(), statement: z.number().int().nonnegative() }),
  /** Completions at a UTF-16 offset of `text`, which is the statement's own text. */
  z.object({
    type: z.literal("complete"),
    id,
    documentId: z.string(),
    text: z.string().max(LIMITS.commandBytes),
    offset: z.number().int().nonnegative(),
  }),
  /** The kinds of objects of a target (ObjectKinds). Idempotent, as is everything about objects: none of it writes. */
  z.object({ type: z.literal("objects.kinds"), id, connectionId: z.string() }),
  /** How many objects of each kind are in a namespace; without one, of the kinds that are in none. Answered by `{counts}`. */
  z.object({ type: z.literal("objects.counts"), id, connectionId: z.string(), namespace: ObjectScope.shape.namespace }),
  /** Tells the objects of a scope and every change of them, until it is unwatched or the socket closes. */
  ObjectScope.extend({ type: z.literal("objects.watch") }),
  ObjectScope.extend({ type: z.literal("objects.unwatch") }),
  /** One object (ObjectText). */
  ObjectRef.extend({ type: z.literal("object.read"), id }),
  /** The JSON schema of a kind, out of the target's OpenAPI document: `{schema}`, absent where it tells none. */
  z.object({ type: z.literal("object.schema"), id, connectionId: z.string(), kind: ObjectScope.shape.kind }),
  /** What it would take to make of the object what `text` says, seen from `base`, which is what the sender was shown (ObjectEdit). */
  ObjectRef.extend({
    type: z.literal("object.edit"),
    id,
    base: z.string().max(OBJECT_TEXT_CHARS),
    text: z.string().max(OBJECT_TEXT_CHARS),
    /** Take over fields that another manager owns. */
    force: z.boolean(),
  }),
  /**
   * Whether one may open a shell there, and in a pod of it (TerminalOffer). With `labels`, those that the asker was shown, nothing of the pod is read
   * or told: what is opened is judged by the pod's own. Idempotent.
   */
  z.object({
    type: z.literal("terminal.offer"),
    id,
    connectionId: z.string(),
    pod: TerminalPod.pick({ namespace: true, name: true })
      .extend({ labels: z.record(z.string(), z.string()).optional() })
      .optional(),
  }),
  /** Opens a shell (`{terminalId}`). `key` makes a resend harmless. */
  TerminalOpening.extend({ type: z.literal("terminal.open"), id, key: z.string().min(8).max(100) }),
  /** Asks whoever drives for control, or takes the question back. Idempotent. */
  z.object({ type: z.literal("terminal.ask"), id, terminalId: z.string(), asking: z.boolean() }),
  /** Gives control to somebody who looks at it; without `userId` to nobody. Whoever drives, the lead and moderators may. */
  z.object({ type: z.literal("terminal.give"), id, terminalId: z.string(), userId: z.string().optional() }),
  /** Says that one watches what is done there, as its policy demands, or does so no longer. Whoever closes the terminal's pane has gone. Idempotent. */
  z.object({ type: z.literal("terminal.moderate"), id, terminalId: z.string(), moderating: z.boolean() }),
  /** Decides about a line that waits to run there. `digest` is that of the line one was shown. */
  z.object({
    type: z.literal("terminal.decide"),
    id,
    terminalId: z.string(),
    lineId: z.string(),
    digest: z.string().max(64),
    decision: z.enum(LINE_DECISIONS),
  }),
  /** Ends it, at the target as well. Whoever opened or drives it, the lead and moderators may. */
  z.object({ type: z.literal("terminal.kill"), id, terminalId: z.string() }),
  /** What its person has in front of them in this page; without either, something that only they have. Told to the room, so that others can follow. */
  z.object({ type: z.literal("look"), terminalId: z.string().max(100).optional(), documentId: z.string().max(100).optional() }),
  z.object({ type: z.literal("document.create"), id, name: plainLine(80), connectionId: z.string() }),
  /** Takes a document out of the room. */
  z.object({ type: z.literal("document.remove"), id, documentId: z.string() }),
  /** Only the lead. */
  z.object({ type: z.literal("room.role"), id, userId: z.string(), role: Role }),
  /** Only the lead. Closing stops nothing that runs; it refuses new commands. */
  z.object({ type: z.literal("room.close"), id }),
  z.object({ type: z.literal("room.reopen"), id }),
  /** Round trip for the status bar. */
  z.object({ type: z.literal("ping"), id }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** What is known of a draft: the statement under somebody's cursor. */
export const DraftAnalysis = z.object({
  documentId: z.string(),
  /** Whose cursor it is. */
  userId: z.string(),
  /** `textFingerprint` of the whole document as it was analysed: anything said here holds for that text only. */
  fingerprint: z.string(),
  /** Where the cursor stood, in UTF-16 units. */
  at: z.number().int().nonnegative(),
  /** UTF-16 range of the statement in that text, end exclusive. */
  start: z.number().int().nonnegative(),
  end: z.number().int().nonnegative(),
  text: z.string(),
  /** Of the whole document. */
  diagnostics: z.array(Diagnostic),
  /** Absent while `text` is empty or cannot be parsed. */
  impact: Impact.optional(),
  /** For the person whose cursor it is. */
  verdict: Verdict.optional(),
});
export type DraftAnalysis = z.infer<typeof DraftAnalysis>;

/** Everything a browser needs to draw a room, sent once after connecting. */
export const RoomSnapshot = z.object({
  room: Room,
  me: Principal,
  role: Role,
  connections: z.array(Connection),
  documents: z.array(Document),
  /** The newest 200, and up to 100 older ones that have not ended; newest first. */
  commands: z.array(Command),
  /** Older commands that have not ended and are not among `commands`. */
  commandsLeft: z.number().int().nonnegative(),
  /** Newest 500, newest first. */
  timeline: z.array(TimelineEntry),
  drafts: z.array(DraftAnalysis),
  /** Those that have not ended, and the newest of those that have; newest first. */
  terminals: z.array(Terminal),
  auditHead: z.object({ seq: z.number().int().nonnegative(), hash: z.string() }),
  /** Problems of the policy file while the last good one is in force. */
  policyProblem: z.string().optional(),
  demo: z.boolean(),
});
export type RoomSnapshot = z.infer<typeof RoomSnapshot>;

/** Agent → browser. */
export const ServerMessage = z.discriminatedUnion("type", [
  z.object({ type: z.literal("snapshot"), snapshot: RoomSnapshot }),
  /** Answer to a request: `value` depends on it (propose: `{commandId}`; complete: `{items}`; ping: `{}`), or a problem. */
  z.object({ type: z.literal("reply"), id, value: z.record(z.string(), z.json()).optional(), problem: Problem.optional() }),
  z.object({ type: z.literal("room"), room: Room }),
  z.object({ type: z.literal("role"), role: Role }),
  z.object({ type: z.literal("document"), document: Document }),
  z.object({ type: z.literal("document.gone"), documentId: z.string() }),
  z.object({ type: z.literal("connection"), connection: Connection }),
  z.object({ type: z.literal("draft"), draft: DraftAnalysis }),
  /** Objects of a scope that this page watches; see ObjectsChange. */
  ObjectScope.extend({ type: z.literal("objects"), change: ObjectsChange }),
  /** Nobody's cursor is there any more. */
  z.object({ type: z.literal("draft.gone"), documentId: z.string(), userId: z.string() }),
  /** The whole command, at every change of it. While rows stream, at most ten times a second. */
  z.object({ type: z.literal("command"), command: Command }),
  z.object({ type: z.literal("timeline"), entries: z.array(TimelineEntry), auditHead: z.object({ seq: z.number(), hash: z.string() }) }),
  /** The whole terminal, at every change of it but of its screen. */
  z.object({ type: z.literal("terminal"), terminal: Terminal }),
  /** What somebody has in front of them; see `look`. Of several pages of theirs, the one that said so last. */
  z.object({ type: z.literal("looks"), userId: z.string(), terminalId: z.string().optional(), documentId: z.string().optional() }),
  z.object({ type: z.literal("policy"), problem: z.string().optional() }),
  /** Something went wrong outside a request; with a closing problem the socket closes next. */
  z.object({ type: z.literal("problem"), problem: Problem }),
]);
export type ServerMessage = z.infer<typeof ServerMessage>;

export const CompletionReply = z.object({ items: z.array(Completion) });
export type CompletionReply = z.infer<typeof CompletionReply>;

/** Close codes of both sockets. 1000: what it showed has ended; 4401: sign in again; 4403: refused; 4409: reload; 4429: fell behind, reconnect with back-off; 1012: service restarts. */
export const CLOSE = {
  ended: 1000,
  unauthenticated: 4401,
  forbidden: 4403,
  reload: 4409,
  slow: 4429,
  restart: 1012,
  malformed: 4400,
  tooLarge: 1009,
} as const;
