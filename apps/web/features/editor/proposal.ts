import type { Connection, DraftAnalysis, HostOrder } from "@interlock/protocol";
import { toast } from "sonner";
import { needsMaxRows } from "../impact/verdict-sentence.ts";
import { newKey } from "../room/request-key.ts";
import type { RoomSession } from "../room/room-session.ts";
import type { DocumentEditor, TextRange } from "./document-editor.ts";

/** What the author still has to say before a command can be proposed. */
export interface Demand {
  range: TextRange;
  /** Makes sending it twice harmless. */
  key: string;
  reason: boolean;
  maxRows: boolean;
  /** Everything but the commit. */
  dryRun: boolean;
  draft: DraftAnalysis | undefined;
  /** Why the server asks, when it was the server. */
  detail?: string;
  /** The connection it is for and the others it could run on as well, where its author wants to choose. */
  hosts?: { own: Connection; others: readonly Connection[] };
}

export interface Statements {
  reason?: string;
  maxRows?: number;
  hosts?: string[];
  hostOrder?: HostOrder;
}

/** How long a proposal waits for the analysis of what was typed last, in milliseconds. */
const PATIENCE = 1_500;

/**
 * What the proposal shortcut means now: the selection, else the statement under the cursor as it was analysed. Undefined, after saying why,
 * when there is nothing to propose. A text without a current analysis is proposed as it is only when it was selected: then there is no doubt
 * about what is meant, and the server judges it anyway.
 */
export async function demandNow(
  session: RoomSession,
  documentId: string,
  editor: DocumentEditor,
  dryRun: boolean,
): Promise<Demand | undefined> {
  const selected = editor.selection();
  const draft = await currentDraft(session, documentId, editor, selected);
  const range = selected ?? (draft && draft.text.trim() !== "" ? { start: draft.start, end: draft.end, text: draft.text } : undefined);
  if (range === undefined) {
    const empty = editor.model.getValue().trim() === "";
    if (empty) toast("There is nothing to propose yet.", { description: "Write a statement first." });
    else if (draft) toast("There is no statement under the cursor.", { description: "Put the cursor in a statement, or select one." });
    else toast("Its impact is still being worked out.", { description: "Try again in a moment." });
    return undefined;
  }
  const error =
    draft?.impact === undefined
      ? draft?.diagnostics.find(({ severity, start }) => severity === "error" && start >= range.start && start <= range.end)
      : undefined;
  if (error) {
    toast.error("This cannot be parsed yet.", { description: error.message });
    return undefined;
  }
  const denied = draft?.verdict?.decision === "deny";
  return {
    range,
    key: newKey(),
    reason: !denied && (draft?.verdict?.obligations.reason ?? false),
    maxRows: needsMaxRows(draft?.verdict, draft?.impact),
    dryRun,
    draft,
  };
}

/** What came of sending a proposal: more is demanded, or it was refused, which the person has been told. */
export type Sent = Demand | "proposed" | "refused";

/**
 * What is still asked for once a proposal was sent: the dialog that is open stays with what was written there until it is taken. The key of
 * what was refused would be answered with the refusal.
 */
export function demandAfter(open: Demand | undefined, sent: Sent): Demand | undefined {
  if (sent === "proposed") return undefined;
  return sent === "refused" ? open && { ...open, key: newKey() } : sent;
}

/** Sends it. A demand comes back when the server wants to know more than the analysis said. */
export async function propose(
  session: RoomSession,
  documentId: string,
  editor: DocumentEditor,
  demand: Demand,
  said: Statements,
): Promise<Sent> {
  const answer = await session.ask(
    {
      type: "command.propose",
      key: demand.key,
      documentId,
      ...editor.places(demand.range),
      text: demand.range.text,
      dryRun: demand.dryRun,
      ...said,
    },
    ["reason_required", "max_rows_required"],
  );
  if (answer.ok) {
    const { commandId } = answer.value;
    if (typeof commandId === "string") session.show({ command: { id: commandId, at: Date.now(), focus: false } });
    return "proposed";
  }
  if (answer.code !== "reason_required" && answer.code !== "max_rows_required") return "refused";
  return {
    ...demand,
    // Another request: the same key would be answered with the refusal.
    key: newKey(),
    reason: demand.reason || answer.code === "reason_required",
    maxRows: demand.maxRows || answer.code === "max_rows_required",
    ...(answer.detail === undefined ? {} : { detail: answer.detail }),
  };
}

/** The own analysis of the text as it is now, waited for when it is on its way. */
function currentDraft(
  session: RoomSession,
  documentId: string,
  editor: DocumentEditor,
  selected: TextRange | undefined,
): Promise<DraftAnalysis | undefined> {
  const find = () => {
    const { drafts, me } = session.state.get();
    const own = drafts.find((draft) => draft.documentId === documentId && draft.userId === me?.id);
    if (!own || !editor.isCurrent(own)) return undefined;
    if (selected !== undefined) return own.text.trim() === selected.text ? own : undefined;
    return editor.isUnderCursor(own) ? own : undefined;
  };
  const now = find();
  if (now) return Promise.resolve(now);
  return new Promise((resolve) => {
    const done = (draft: DraftAnalysis | undefined) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(draft);
    };
    const unsubscribe = session.state.subscribe(() => {
      const draft = find();
      if (draft) done(draft);
    });
    const timer = setTimeout(() => done(undefined), PATIENCE);
  });
}
