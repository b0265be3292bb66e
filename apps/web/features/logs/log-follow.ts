import { type Command, Command as CommandShape, FINAL_STATES } from "@interlock/protocol";
import { newKey } from "../room/request-key.ts";
import type { RoomState } from "../room/room-state.ts";
import { createStore, type Store } from "../room/store.ts";
import type { ResultStore } from "../results/result-store.ts";
import { rest } from "../shell/rest-client.ts";
import { LogBuffer } from "./log-buffer.ts";
import { readLogLine } from "./log-line.ts";
import { logsCommand, type LogsQuery, type LogsTarget } from "./logs-target.ts";

/** What a pane shows beside its lines. */
export interface LogState {
  query: LogsQuery;
  /** `asking`: the command is being proposed; `open`: its rows are read; `refused`: it was not even recorded. */
  phase: "asking" | "open" | "refused";
  commandId: string | undefined;
  /** Why it was refused, and what to do. */
  refusal: { title: string; detail: string | undefined } | undefined;
  /** Counts changes of the buffer. */
  version: number;
}

export interface LogPort {
  roomId: string;
  room: Store<RoomState>;
  results: ResultStore;
  /** Ends a command that runs or waits, whichever it does by then. */
  end(commandId: string): void;
}

/** What a kubectl says that does not know the flag yet. */
const NO_ALL_PODS = "unknown flag: --all-pods";
/** Lines are drawn at most this often, in milliseconds. */
const DRAW_MS = 80;

/**
 * One pane's logs: a `kubectl logs` command that is proposed like any other, judged, audited and recorded, and whose rows are read as they
 * come. Asking for something else cancels it and proposes another.
 */
export class LogFollow {
  readonly target: LogsTarget;
  readonly state: Store<LogState>;
  readonly buffer = new LogBuffer();
  readonly #port: LogPort;
  readonly #unsubscribe: () => void;
  #turn = new AbortController();
  #unfollow: (() => void) | undefined;
  #draw: ReturnType<typeof setTimeout> | undefined;
  #asked: string | undefined;

  constructor(target: LogsTarget, port: LogPort) {
    this.target = target;
    this.#port = port;
    const query: LogsQuery = { previous: false, since: "tail" };
    this.state = createStore<LogState>({ query, phase: "asking", commandId: undefined, refusal: undefined, version: 0 });
    this.#unsubscribe = port.room.subscribe(() => this.#look());
    void this.#ask(query);
  }

  get command(): Command | undefined {
    const { commandId } = this.state.get();
    return commandId === undefined ? undefined : this.#port.room.get().commands.find(({ id }) => id === commandId);
  }

  /** Whether this is the pane's own command, also before its id is known here. */
  owns({ id, text, proposer }: Pick<Command, "id" | "text" | "proposer">): boolean {
    const { commandId } = this.state.get();
    return commandId === undefined ? text === this.#asked && proposer.id === this.#port.room.get().me?.id : id === commandId;
  }

  /** Begins anew with another question, or with the same one. */
  restart(change: Partial<LogsQuery> = {}): void {
    this.stop();
    void this.#ask({ ...this.state.get().query, ...change });
  }

  /** What was read stays; nothing more comes. */
  stop(): void {
    const { unended } = this;
    if (unended !== undefined) this.#port.end(unended.id);
  }

  /** The command that runs for this pane or waits to, for whoever leaves the page. */
  get unended(): Command | undefined {
    const { command } = this;
    return command === undefined || FINAL_STATES.has(command.state) ? undefined : command;
  }

  dispose(): void {
    this.stop();
    this.#turn.abort();
    this.#unsubscribe();
    this.#unfollow?.();
    clearTimeout(this.#draw);
  }

  async #ask(query: LogsQuery): Promise<void> {
    this.#turn.abort();
    const turn = (this.#turn = new AbortController());
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.buffer.clear();
    this.#asked = logsCommand(this.target, query);
    this.state.update(({ version }) => ({ query, phase: "asking", commandId: undefined, refusal: undefined, version: version + 1 }));
    const answer = await rest.post(
      `/rooms/${this.#port.roomId}/commands`,
      { connection: this.target.connection, text: this.#asked },
      CommandShape,
      { key: newKey() },
    );
    if (turn.signal.aborted) {
      // It was asked for and is wanted no longer: it must not run on unseen.
      if (answer.ok) this.#port.end(answer.value.id);
      return;
    }
    if (!answer.ok) {
      const refusal = { title: answer.code, detail: answer.detail };
      this.state.update((state) => ({ ...state, phase: "refused", refusal }));
      return;
    }
    this.state.update((state) => ({ ...state, phase: "open", commandId: answer.value.id }));
    this.#look();
  }

  /** Starts reading once there is something to read. */
  #look(): void {
    const { command } = this;
    if (command?.state === "failed" && command.execution?.error?.message.includes(NO_ALL_PODS) === true && !this.state.get().query.onePod)
      return this.restart({ onePod: true });
    if (this.#unfollow !== undefined) return;
    const execution = command?.execution;
    if (execution === undefined || execution.results.length === 0) return;
    this.#unfollow = this.#port.results.follow(execution.id, 0, (rows, firstRow) => {
      this.buffer.add(rows.map((row, index) => readLogLine(firstRow + index, row[0] ?? "")));
      this.#draw ??= setTimeout(() => {
        this.#draw = undefined;
        this.state.update((state) => ({ ...state, version: state.version + 1 }));
      }, DRAW_MS);
    });
  }
}
