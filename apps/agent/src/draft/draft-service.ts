import { plainly, TargetError, type Connector, type Parsed } from "@interlock/connector";
import type { Db } from "@interlock/db";
import { ERRORS, textFingerprint, type Completion, type DraftAnalysis, type Principal } from "@interlock/protocol";
import type { Logger } from "pino";
import { freezeFiles } from "../command/files.ts";
import { COUNTING_MS } from "../command/foresight.ts";
import { judgeNow } from "../command/judgement.ts";
import type { DocumentStore } from "../document/document-store.ts";
import type { PositionJson } from "../document/frozen-range.ts";
import type { PolicyFile } from "../policy/policy-file.ts";
import type { RoomHub } from "../room/room-hub.ts";
import type { ConnectionRegistry } from "../target/connection-registry.ts";
import type { Timeline } from "../timeline.ts";
import { AnalysisAudit } from "./analysis-audit.ts";
import { SharedImpacts } from "./shared-impacts.ts";
import { spanAt } from "./statement-at.ts";

/** Milliseconds of quiet after the last key before anything is asked of the target. */
const QUIET_MS = 60;
/** Longest that others who go on typing may put an analysis off, in milliseconds. */
const MOST_MS = 150;
/** When what would wait for others is looked at again, in milliseconds: they let go without anybody typing. A target that did not answer: ever later. */
const AGAIN = { first: 3_000, most: 60_000 };
/** Quiet after an answer for which counting took too long, in milliseconds, before it is counted with more time. */
const REST_MS = 400;
/** Longest wait for completions; later they are of no use to somebody typing. */
const COMPLETE_MS = 2_000;

interface DraftParts {
  db: Db;
  hub: Pick<RoomHub, "broadcast">;
  documents: Pick<DocumentStore, "text" | "offsetOf" | "find" | "onChange" | "files">;
  policy: Pick<PolicyFile, "current">;
  connections: Pick<ConnectionRegistry, "byId" | "connector" | "target">;
  timeline: Timeline;
  log: Logger;
}

/** Where one person's cursor is. */
interface Focus {
  principal: Principal;
  roomId: string;
  documentId: string;
  anchor: PositionJson;
  head: PositionJson;
  /**
   * Analyses under way, oldest first. Each ends those before it, but only once its own question is asked: were they ended at every key stroke
   * in the document, people who go on typing would keep everybody from ever seeing an answer.
   */
  turns: AbortController[];
  shown?: DraftAnalysis;
  /** Documents that the statement reads as files. */
  reads?: ReadonlySet<string>;
  /** The next look at one that would wait, had to guess, or could not be told. */
  again?: NodeJS.Timeout;
  /** The statement whose rows could not be counted with more time either. */
  uncountable?: string;
  /** How often the target did not answer, one time after the other. */
  unanswered: number;
}

interface Look {
  signal: AbortSignal;
  /** Called once the question is put to the target. */
  asked: () => void;
  countingMs: number | undefined;
}

/** Live analysis: what the statement under each cursor would do, told to the whole room while people type. Runs nothing of theirs. */
export class DraftService {
  readonly #parts: DraftParts;
  readonly #impacts = new SharedImpacts();
  readonly #focuses = new Map<string, Focus>();
  readonly #pending = new Map<string, { timer: NodeJS.Timeout; since: number }>();
  readonly #audit: AnalysisAudit;
  readonly #unsubscribe: () => void;
  #lastParse: { text: string; connector: Connector; parsed: Parsed } | undefined;

  constructor(parts: DraftParts) {
    this.#parts = parts;
    this.#audit = new AnalysisAudit(parts.db, parts.timeline);
    this.#unsubscribe = parts.documents.onChange((documentId) => {
      this.#soon(documentId);
      for (const focus of this.#focuses.values()) if (focus.reads?.has(documentId) === true) this.#soon(focus.documentId);
    });
  }

  /** Takes effect after a moment without further key strokes; the latest counts. */
  focus({ principal, roomId, documentId, anchor, head }: Pick<Focus, "principal" | "roomId" | "documentId" | "anchor" | "head">): void {
    const key = keyOf(documentId, principal.id);
    const known = this.#focuses.get(key);
    if (known !== undefined && known.roomId === roomId) Object.assign(known, { principal, anchor, head });
    else {
      if (known !== undefined) endAll(known);
      this.#focuses.set(key, { principal, roomId, documentId, anchor, head, turns: [], unanswered: 0 });
    }
    this.#soon(documentId);
  }

  blur({ principal, roomId, documentId }: { principal: Principal; roomId: string; documentId: string }): void {
    const key = keyOf(documentId, principal.id);
    const focus = this.#focuses.get(key);
    if (focus === undefined) return;
    endAll(focus);
    this.#focuses.delete(key);
    this.#parts.hub.broadcast(roomId, { type: "draft.gone", documentId, userId: principal.id });
  }

  drafts(roomId: string): DraftAnalysis[] {
    return [...this.#focuses.values()].flatMap((focus) => (focus.roomId === roomId && focus.shown !== undefined ? [focus.shown] : []));
  }

  /** Best first. Empty where the connector has none to offer or its target does not answer. */
  async complete({ documentId, text, offset }: { documentId: string; text: string; offset: number }): Promise<Completion[]> {
    const document = await this.#parts.documents.find(documentId);
    if (document === undefined) return [];
    try {
      const target = await this.#parts.connections.target(document.connectionId);
      return (await target.complete?.(text, Math.min(offset, text.length), AbortSignal.timeout(COMPLETE_MS))) ?? [];
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      this.#parts.log.debug({ err: error, documentId }, "no completions");
      return [];
    }
  }

  stop(): void {
    this.#unsubscribe();
    for (const { timer } of this.#pending.values()) clearTimeout(timer);
    for (const focus of this.#focuses.values()) endAll(focus);
    this.#focuses.clear();
  }

  #soon(documentId: string): void {
    if (this.#on(documentId).length === 0) return;
    const known = this.#pending.get(documentId);
    clearTimeout(known?.timer);
    const now = performance.now();
    const since = known?.since ?? now;
    const analyse = (): void => {
      this.#pending.delete(documentId);
      for (const focus of this.#on(documentId)) void this.#analyse(focus);
    };
    this.#pending.set(documentId, { timer: setTimeout(analyse, Math.max(0, Math.min(QUIET_MS, since + MOST_MS - now))), since });
  }

  #on(documentId: string): Focus[] {
    return [...this.#focuses.values()].filter((focus) => focus.documentId === documentId);
  }

  /** `countingMs`: how long counting may take, where nobody types. */
  async #analyse(focus: Focus, countingMs?: number): Promise<void> {
    const turn = new AbortController();
    focus.turns.push(turn);
    const overtake = (): void => {
      for (const older of focus.turns.splice(0, focus.turns.indexOf(turn))) older.abort();
    };
    try {
      const found = await this.#look(focus, { signal: turn.signal, asked: overtake, countingMs });
      if (turn.signal.aborted || found === undefined) return;
      overtake();
      this.#lookAgain(focus, found, countingMs !== undefined);
      const draft = focus.uncountable === found.text ? settled(found) : found;
      focus.shown = draft;
      this.#parts.hub.broadcast(focus.roomId, { type: "draft", draft });
    } catch (error) {
      if (!turn.signal.aborted) this.#parts.log.error({ err: error, documentId: focus.documentId }, "a draft could not be analysed");
    } finally {
      focus.turns = focus.turns.filter((other) => other !== turn);
    }
  }

  /** `counted`: there was time to count. */
  #lookAgain(focus: Focus, { text, impact }: DraftAnalysis, counted: boolean): void {
    clearTimeout(focus.again);
    const cutShort = impact?.cutShort;
    if (cutShort !== "counting" || (!counted && focus.uncountable !== text)) delete focus.uncountable;
    else focus.uncountable = text;
    focus.unanswered = cutShort === "asking" ? focus.unanswered + 1 : 0;
    const look = (ms: number, countingMs?: number): void => {
      focus.again = setTimeout(() => void this.#analyse(focus, countingMs), ms).unref();
    };
    if (cutShort === "counting" && focus.uncountable !== text) look(REST_MS, COUNTING_MS);
    else if (cutShort === "asking") look(Math.min(AGAIN.most, AGAIN.first * 2 ** (focus.unanswered - 1)));
    else if (impact?.statements.some(({ waits }) => waits.length > 0) === true) look(AGAIN.first);
  }

  async #look(focus: Focus, { signal, asked, countingMs }: Look): Promise<DraftAnalysis | undefined> {
    const { documents, connections, policy } = this.#parts;
    const { documentId, principal } = focus;
    const document = await documents.find(documentId);
    const connection = document === undefined ? undefined : await connections.byId(document.connectionId);
    const connector = connection === undefined ? undefined : connections.connector(connection.connector);
    if (document === undefined || connection === undefined || connector === undefined) return undefined;
    // It is a file for commands, not a command.
    if (document.language !== connector.language) return undefined;
    const [text, anchor, head] = await Promise.all([
      documents.text(documentId),
      documents.offsetOf(documentId, focus.anchor),
      documents.offsetOf(documentId, focus.head),
    ]);
    const { statements, diagnostics } = this.#parse(connector, text);
    const at = head ?? text.length;
    const [from, to] = connector.isWhole?.(text) === true && (anchor ?? at) === at ? [0, text.length] : [anchor ?? at, at];
    const span = spanAt(text, statements, from, to) ?? { start: at, end: at };
    const draft: DraftAnalysis = {
      documentId,
      userId: principal.id,
      fingerprint: textFingerprint(text),
      at,
      ...span,
      text: text.slice(span.start, span.end),
      diagnostics,
    };
    if (draft.text === "") return draft;
    const parsed = connector.parse(draft.text);
    if (parsed.statements.length === 0 || parsed.diagnostics.some(({ severity }) => severity === "error")) return draft;
    const files = await freezeFiles({
      text: draft.text,
      connector,
      connectionId: connection.id,
      room: () => documents.files(focus.roomId),
    });
    if (!files.ok) {
      const message = files.detail ?? ERRORS[files.code].title;
      return { ...draft, diagnostics: [...diagnostics, { ...span, message, severity: "error" }] };
    }
    focus.reads = new Set(files.value.flatMap((file) => file.document?.id ?? []));

    const data = { documentId, document: document.name, connection: connection.name };
    await this.#audit.once(documentId, { actor: principal.name, roomId: focus.roomId, data });
    signal.throwIfAborted();
    const inForce = policy.current;
    const answer = this.#impacts.impact(
      {
        connectionId: connection.id,
        text: draft.text,
        files: files.value,
        parsed,
        policyVersion: inForce.version,
        ...(countingMs !== undefined && { countingMs }),
        target: () => connections.target(connection.id),
      },
      signal,
    );
    asked();
    const impact = await answer;
    const room = await this.#parts.db.room.findUnique({ where: { id: focus.roomId }, select: { id: true, severity: true } });
    const verdict = judgeNow(inForce, { proposer: principal, connection, room: room ?? undefined, impact });
    return { ...draft, impact: plainly(impact), verdict };
  }

  /** Several cursors in one document are one parse. */
  #parse(connector: Connector, text: string): Parsed {
    const last = this.#lastParse;
    if (last?.connector === connector && last.text === text) return last.parsed;
    const parsed = connector.parse(text);
    this.#lastParse = { connector, text, parsed };
    return parsed;
  }
}

const keyOf = (documentId: string, userId: string): string => `${documentId} ${userId}`;

/** What could not be counted in the time there is stays as it is. */
function settled({ impact, ...draft }: DraftAnalysis): DraftAnalysis {
  if (impact === undefined) return draft;
  const { cutShort: _, ...rest } = impact;
  return { ...draft, impact: rest };
}

function endAll(focus: Focus): void {
  clearTimeout(focus.again);
  for (const turn of focus.turns.splice(0)) turn.abort();
}
