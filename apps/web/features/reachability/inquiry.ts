import { type Command, FINAL_STATES, type Impact, type Outcome, Reachability, type ReachQuestion, type Verdict } from "@interlock/protocol";
import { newKey } from "../room/request-key.ts";
import { createStore, type Store } from "../room/store.ts";
import { rest } from "../shell/rest-client.ts";
import { AnalysisAnswer, type Proposed, ProposedCommand } from "../yaml/save-answers.ts";
import { type ReachProblems, readQuestion, type ReachTexts } from "./reach-text.ts";

/** What the smallest change would do, as policy judges it. */
export interface ChangePlan {
  impact: Impact;
  verdict: Verdict;
}

export interface InquiryState {
  texts: ReachTexts;
  problems: ReachProblems;
  asking: boolean;
  /** Why there was no answer. */
  refusal?: string;
  /** With the fields it answers. */
  answer?: { of: ReachTexts; value: Reachability };
  /** Of the change of `answer`. */
  plan?: ChangePlan;
  /** Why nobody can say what the change would do. */
  planRefusal?: string;
  proposing: boolean;
  /** The command that makes a change, and its text: another question has another change. */
  proposed?: { commandId: string; text: string };
}

export interface InquiryPort {
  roomId: string;
  /** Name of the connection. */
  connection: () => string;
  command: (commandId: string) => Command | undefined;
  onCommands: (listener: () => void) => () => void;
}

/** One question about the network of a cluster, its answer, and the change that is proposed for it. */
export class Inquiry {
  readonly state: Store<InquiryState> = createStore<InquiryState>({
    texts: { from: "", to: "", port: "" },
    problems: {},
    asking: false,
    proposing: false,
  });
  readonly #port: InquiryPort;
  readonly #unsubscribe: () => void;
  #asked = new AbortController();
  /** The question that was asked last, whatever stands in the fields by now. */
  #question: { of: ReachTexts; asks: ReachQuestion } | undefined;

  constructor(port: InquiryPort) {
    this.#port = port;
    this.#unsubscribe = port.onCommands(() => this.#look());
  }

  write(change: Partial<ReachTexts>): void {
    this.state.update((state) => {
      const problems = { ...state.problems };
      for (const field of Object.keys(change)) delete problems[field as keyof ReachTexts];
      return { ...state, texts: { ...state.texts, ...change }, problems };
    });
  }

  /** Asks what is in the fields. A question that is asked meanwhile takes its place. */
  async ask(): Promise<void> {
    const { texts } = this.state.get();
    const read = readQuestion(texts);
    this.state.update((state) => ({ ...state, problems: read.ok ? {} : read.problems }));
    if (!read.ok) return;
    this.#question = { of: texts, asks: read.question };
    await this.#ask(this.#question);
  }

  async #ask({ of, asks }: { of: ReachTexts; asks: ReachQuestion }): Promise<void> {
    this.#asked.abort();
    const asked = (this.#asked = new AbortController());
    this.state.update(({ refusal: _refusal, ...state }) => ({ ...state, asking: true }));
    const body = { connection: this.#port.connection(), room: this.#port.roomId, ...asks };
    const answer = await this.#send("/reachability", body, Reachability, asked.signal);
    if (answer === undefined || asked.signal.aborted) return;
    this.state.update(({ answer: _answer, plan: _plan, planRefusal: _why, proposed, ...state }) => ({
      ...state,
      asking: false,
      ...(answer.ok ? { answer: { of, value: answer.value } } : { refusal: answer.detail ?? "There is no answer." }),
      // The change that was proposed stays in sight while it waits.
      ...(proposed === undefined ? {} : { proposed }),
    }));
    if (answer.ok && answer.value.change !== undefined) await this.#plan(answer.value.change, asked.signal);
  }

  /** Proposes the change. A demand for more comes back as its code. */
  async propose(said: { dryRun: boolean; reason?: string; maxRows?: number }): Promise<Proposed> {
    const change = this.state.get().answer?.value.change;
    if (change === undefined) return { ok: false, code: "empty_command" };
    this.state.update((state) => ({ ...state, proposing: true }));
    const { command: text, files } = change;
    const body = { connection: this.#port.connection(), text, ...(Object.keys(files).length > 0 ? { files } : {}), ...said };
    const answer = await rest.post(`/rooms/${this.#port.roomId}/commands`, body, ProposedCommand, { key: newKey() });
    this.state.update((state) => ({
      ...state,
      proposing: false,
      ...(answer.ok && !said.dryRun ? { proposed: { commandId: answer.value.id, text } } : {}),
    }));
    if (answer.ok) this.#look();
    return answer.ok ? { ok: true, commandId: answer.value.id } : answer;
  }

  dispose(): void {
    this.#asked.abort();
    this.#unsubscribe();
  }

  async #plan({ command: text, files }: NonNullable<Reachability["change"]>, signal: AbortSignal): Promise<void> {
    const { roomId: room } = this.#port;
    const body = { connection: this.#port.connection(), room, text, ...(Object.keys(files).length > 0 ? { files } : {}) };
    const plan = await this.#send("/analyze", body, AnalysisAnswer, signal);
    if (plan === undefined || signal.aborted) return;
    this.state.update((state) => ({
      ...state,
      ...(plan.ok ? { plan: plan.value } : { planRefusal: plan.detail ?? "Nobody can say what it would do." }),
    }));
  }

  /** Undefined when nobody waits for it any more. */
  async #send<T>(
    path: string,
    body: object,
    reader: Parameters<typeof rest.post<T>>[2],
    signal: AbortSignal,
  ): Promise<Outcome<T> | undefined> {
    try {
      return await rest.post(path, body, reader, { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  /**
   * Once the change has been tried the question has another answer, also where it failed or nobody knows what became of it. What was asked is
   * asked again, not what somebody has begun to write since; a question that is under way may have been answered just before the change.
   */
  #look(): void {
    const { proposed } = this.state.get();
    const command = proposed === undefined ? undefined : this.#port.command(proposed.commandId);
    if (command === undefined || !FINAL_STATES.has(command.state)) return;
    this.state.update(({ proposed: _proposed, ...state }) => state);
    if (this.#question !== undefined) void this.#ask(this.#question);
  }
}
