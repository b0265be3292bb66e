import {
  type Command,
  ERRORS,
  FINAL_STATES,
  type Impact,
  ObjectEdit,
  type ObjectRef,
  ObjectText,
  OBJECT_TEXT_CHARS,
  type Verdict,
} from "@interlock/protocol";
import type { Answer, Request } from "../room/room-connection.ts";
import { newKey } from "../room/request-key.ts";
import { createStore, type Store } from "../room/store.ts";
import { rest } from "../shell/rest-client.ts";
import { AnalysisAnswer, type Proposed, ProposedCommand } from "./save-answers.ts";

export interface ObjectPort {
  roomId: string;
  ask: (request: Request) => Promise<Answer>;
  /** Name of the connection. */
  connection: () => string;
  /** Follows the object's version; undefined is told when it is gone. */
  watch: (told: (version: string | undefined) => void) => () => void;
  command: (commandId: string) => Command | undefined;
  onCommands: (listener: () => void) => () => void;
}

/** What saving the text as it was would do. */
export interface SavePlan {
  /** The text it is of. */
  of: string;
  edit: ObjectEdit;
  impact?: Impact;
  verdict?: Verdict;
}

/** The command that saves an edit, with the text it was made of. */
export interface Proposal {
  commandId: string;
  text: string;
}

export interface BufferState {
  phase: "loading" | "here" | "failed";
  why?: string;
  /** What was opened; the text is an edit of it. */
  base?: ObjectText;
  text: string;
  /** The object as it is now, where it has changed since it was opened and there are edits. */
  latest?: ObjectText;
  gone: boolean;
  /** Why it could not be read again: what is shown was so before. */
  unread?: string;
  /** The edit is of an earlier visit. */
  restored?: boolean;
  plan?: SavePlan;
  planning: boolean;
  /** Take over fields that other managers own. */
  force: boolean;
  proposing: boolean;
  proposed?: Proposal;
  /** JSON schema of its kind. */
  schema?: Record<string, unknown>;
}

/** An edit that is not saved, as it outlives its pane and the page. */
export interface KeptText {
  base: Omit<ObjectText, "full">;
  text: string;
  proposed?: Proposal;
}

/** An edit that was discarded: its text, and what it is an edit of. */
export type DiscardedEdit = Required<Pick<BufferState, "base" | "text">>;

/** Objects are read again at most this often while they change, in milliseconds. */
const READ_EVERY = 1_000;

/** One object that is open: what was read of it, what was written into it, and what saving that would do. */
export class ObjectBuffer {
  readonly state: Store<BufferState> = createStore<BufferState>({
    phase: "loading",
    text: "",
    gone: false,
    planning: false,
    force: false,
    proposing: false,
  });
  readonly ref: ObjectRef;
  readonly #port: ObjectPort;
  readonly #unwatch: () => void;
  readonly #unsubscribe: () => void;
  #disposed = false;
  #reading: Promise<void> | undefined;
  #again = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The edit that was discarded last, with what it is an edit of. */
  #discarded: DiscardedEdit | undefined;

  /** `kept`: an edit that was begun earlier, which goes on. */
  constructor({ connectionId, kind, namespace, name }: ObjectRef, port: ObjectPort, kept?: KeptText) {
    this.ref = { connectionId, kind, name, ...(namespace === undefined ? {} : { namespace }) };
    this.#port = port;
    if (kept !== undefined) {
      const { base, text, proposed } = kept;
      // One that the room does not know any more has long ended.
      const waits = proposed !== undefined && port.command(proposed.commandId) !== undefined;
      const here = { phase: "here", base: { ...base, full: base.text }, text, restored: true } as const;
      this.#change((state) => ({ ...state, ...here, ...(waits ? { proposed } : {}) }));
      this.#look();
    }
    void this.read();
    void this.#readSchema();
    this.#unwatch = port.watch((version) => this.#versionIs(version));
    this.#unsubscribe = port.onCommands(() => this.#look());
  }

  /** Whether there is something in the text that is not saved. */
  get edited(): boolean {
    const { base, text } = this.state.get();
    return base !== undefined && text !== base.text;
  }

  /** Reads it again. Without edits it is shown at once, else beside them. */
  read(): Promise<void> {
    if (this.#reading !== undefined) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
      if (this.#again && !this.#disposed) {
        this.#again = false;
        this.#timer = setTimeout(() => void this.read(), READ_EVERY);
      }
    });
    return this.#reading;
  }

  /** Undo in the editor brings a discarded edit back as a whole. */
  write(text: string): void {
    const discarded = this.#discarded;
    if (discarded !== undefined && text === discarded.text) return this.bringBack(discarded);
    this.#change((state) => ({ ...state, text }));
  }

  /** An edit that was discarded goes on, with what it is an edit of: else what others changed since would be taken for edits. */
  bringBack({ base, text }: DiscardedEdit): void {
    this.#change((state) => {
      const now = state.latest ?? state.base;
      const behind = now === undefined || now.version === base.version ? {} : { latest: now };
      return { ...state, phase: "here", base, text, ...behind };
    });
  }

  /** Goes on from the object as it is now, without the edits. */
  discard(): void {
    this.#change(({ base, latest, text, plan: _plan, restored: _restored, ...state }) => {
      if (base === undefined) return { ...state, text };
      this.#discarded = { base, text };
      const now = latest ?? base;
      return { ...state, text: now.text, base: now, force: false };
    });
  }

  takeOver(force: boolean): void {
    this.#change((state) => ({ ...state, force }));
    void this.plan();
  }

  /** Works out what saving would do. Nothing is written by it. */
  async plan(): Promise<void> {
    const { base, text, force, planning } = this.state.get();
    if (base === undefined || planning) return;
    if (base.text.length > OBJECT_TEXT_CHARS || text.length > OBJECT_TEXT_CHARS) {
      const problem = `It is longer than ${OBJECT_TEXT_CHARS.toLocaleString("en")} characters: apply it as a file instead.`;
      this.#change((state) => ({ ...state, plan: { of: text, edit: { fields: [], drift: [], conflicts: [], problem } } }));
      return;
    }
    this.#change((state) => ({ ...state, planning: true }));
    const plan = await this.#plan(base.text, text, force);
    this.#change((state) => ({ ...state, planning: false, plan }));
    // What was typed or ticked meanwhile counts.
    const now = this.state.get();
    if (now.text === text && now.force !== force) await this.plan();
  }

  async #plan(base: string, text: string, force: boolean): Promise<SavePlan> {
    const failed = (problem: string): SavePlan => ({ of: text, edit: { fields: [], drift: [], conflicts: [], problem } });
    const answer = await this.#port.ask({ type: "object.edit", ...this.ref, base, text, force });
    if (!answer.ok) return failed([answer.title, answer.detail].filter(Boolean).join(": "));
    const edit = ObjectEdit.safeParse(answer.value);
    if (!edit.success) return failed("The answer is not of the form this page knows.");
    const { command } = edit.data;
    // Nothing to foresee before it is decided whether to take over what others own.
    if (command === undefined || (edit.data.conflicts.length > 0 && !force)) return { of: text, edit: edit.data };
    const asked = { connection: this.#port.connection(), room: this.#port.roomId, text: command };
    const analysis = await rest.post("/analyze", asked, AnalysisAnswer);
    if (!analysis.ok) return { of: text, edit: { ...edit.data, problem: analysis.detail ?? ERRORS[analysis.code].title } };
    return { of: text, edit: edit.data, ...analysis.value };
  }

  /** Proposes the command of the plan in view. A demand for more comes back as its code. */
  async propose(said: { dryRun: boolean; reason?: string; maxRows?: number }): Promise<Proposed> {
    const { plan } = this.state.get();
    const command = plan?.edit.command;
    if (plan === undefined || command === undefined) return { ok: false, code: "empty_command" };
    this.#change((state) => ({ ...state, proposing: true }));
    const body = { connection: this.#port.connection(), text: command, ...said };
    const answer = await rest.post(`/rooms/${this.#port.roomId}/commands`, body, ProposedCommand, { key: newKey() });
    this.#change((state) => ({
      ...state,
      proposing: false,
      ...(answer.ok && !said.dryRun ? { proposed: { commandId: answer.value.id, text: plan.of } } : {}),
    }));
    if (answer.ok) this.#look();
    return answer.ok ? { ok: true, commandId: answer.value.id } : answer;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#unwatch();
    this.#unsubscribe();
  }

  async #read(): Promise<void> {
    const answer = await this.#port.ask({ type: "object.read", ...this.ref });
    if (this.#disposed) return;
    const read = answer.ok ? ObjectText.safeParse(answer.value) : undefined;
    if (!answer.ok && answer.code === "not_found")
      return this.#change((state) => ({ ...state, gone: true, phase: state.base ? "here" : "failed", why: answer.detail ?? answer.title }));
    if (read?.success !== true) {
      const why = answer.ok ? "The answer is not of the form this page knows." : (answer.detail ?? answer.title);
      return this.#change((state) => (state.base ? { ...state, unread: why } : { ...state, phase: "failed", why }));
    }
    const now = read.data;
    this.#change((state) => shown(state, now));
  }

  async #readSchema(): Promise<void> {
    const answer = await this.#port.ask({ type: "object.schema", connectionId: this.ref.connectionId, kind: this.ref.kind });
    const schema = answer.ok ? answer.value["schema"] : undefined;
    // Without one the text is still checked for being YAML.
    if (typeof schema === "object" && schema !== null) this.#change((state) => ({ ...state, schema: schema as Record<string, unknown> }));
  }

  #versionIs(version: string | undefined): void {
    if (version === undefined) return this.#change((state) => ({ ...state, gone: true }));
    const { base, latest, gone } = this.state.get();
    if (gone || (base !== undefined && (latest ?? base).version !== version)) void this.read();
  }

  /** Once the command that saves it is done the object is what was written. */
  #look(): void {
    const { proposed, text } = this.state.get();
    if (proposed === undefined) return;
    const command = this.#port.command(proposed.commandId);
    if (command === undefined || !FINAL_STATES.has(command.state)) return;
    const saved = command.state === "succeeded" && text === proposed.text;
    this.#change(({ proposed: _proposed, ...state }) => {
      if (!saved) return state;
      const { plan: _plan, restored: _restored, ...rest } = state;
      // No edit is left; what the server made of it comes with the next reading.
      return { ...rest, force: false, ...(rest.base === undefined ? {} : { base: { ...rest.base, text } }) };
    });
    if (command.state === "succeeded") void this.read();
  }

  #change(change: (state: BufferState) => BufferState): void {
    if (!this.#disposed) this.state.update(change);
  }
}

/** The state once the object was read as `now`. */
function shown(state: BufferState, now: ObjectText): BufferState {
  const { latest: _latest, why: _why, unread: _unread, ...rest } = state;
  const { base } = state;
  if (base === undefined || state.text === base.text) return { ...rest, phase: "here", gone: false, base: now, text: now.text };
  if (now.version !== base.version) return { ...rest, phase: "here", gone: false, latest: now };
  // Of an edit that was kept the whole object is not.
  return { ...rest, phase: "here", gone: false, base: { ...base, full: now.full } };
}
