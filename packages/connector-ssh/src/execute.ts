import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  column,
  OutputLines,
  plainOutput,
  RowWriter,
  TargetError,
  type ExecuteOutcome,
  type ExecuteRequest,
  type ExecuteSink,
  type Resolution,
} from "@interlock/connector";
import { Backlog } from "./backlog.ts";
import { exitOf, type ExitArguments } from "./exit.ts";
import { openFlow, type Flow } from "./flow.ts";
import { openLink, type Link, type LinkOptions } from "./link.ts";
import { parse } from "./parse.ts";
import { endGroup, wordsOfEnd } from "./process-group.ts";
import { interpreterOf, startCommand, unrunnable } from "./script.ts";

/** Bytes of output that may be on their way while what came before is still being kept. */
const WINDOW = 1024 * 1024;
/** Bytes that are kept at a time, so that the host is given room again before all that waits is kept. */
const PIECE = 64 * 1024;
/** Longest that a script that was handed over may take to say that it begins, when it is to end, in milliseconds. */
const BEGIN_MS = 1_000;
/** Longest that a host may take to close what it was told to end, in milliseconds. */
const CLOSE_MS = 3_000;
/** Longest that is waited for what came of ending it, in milliseconds; a host that works answers within two seconds. */
const ENDED_MS = 8_000;
/** Characters of what it last said on standard error that go into the words of a failure. */
const SAID_CHARS = 2_000;

/**
 * Runs a script as it was frozen, in a connection of its own: the whole text under one interpreter, whose output is one result with a row for each
 * line, in the order the lines came, and the stream it came on. A host has no transactions: the guard, which counts rows, has nothing to count,
 * and what a script did before it failed stays.
 */
export async function execute(
  options: LinkOptions,
  fresh: Resolution,
  request: ExecuteRequest,
  sink: ExecuteSink,
  signal: AbortSignal,
): Promise<ExecuteOutcome> {
  const refused = refusalOf(request);
  if (refused !== undefined) return refused;
  if (signal.aborted)
    return { state: "cancelled", affected: [], error: { code: "cancelled", message: "It was cancelled before it began." } };
  let link: Link;
  try {
    link = await openLink(options, signal);
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    return failed(error.code, `${error.message} Nothing was run.`, error.code === "cancelled" ? "cancelled" : "failed");
  }
  try {
    if (JSON.stringify(sorted(request.resolution)) !== JSON.stringify(sorted(fresh)))
      return failed("targets_changed", "The host, its approved keys, the account or the interpreter are not those that were agreed to.");
    return await new Run(link, options.secret.shell, request, sink).end(signal);
  } finally {
    link.close();
  }
}

function refusalOf(request: ExecuteRequest): ExecuteOutcome | undefined {
  const why = unrunnable(request.text);
  if (why !== undefined) return failed("syntax_error", why);
  if (request.access === "read" && parse(request.text).statements.some(({ effect }) => effect !== "read"))
    return failed("bad_request", "A script that may write was called a read.");
  if (request.dryRun === true) return failed("bad_request", "A script on a host cannot be tried without doing it.");
  return undefined;
}

const sorted = ({ database, role, targets, settings }: Resolution): unknown => [
  database,
  role,
  targets,
  Object.keys(settings)
    .toSorted((left, right) => (left < right ? -1 : 1))
    .map((key) => [key, settings[key]]),
];

const failed = (
  code: NonNullable<ExecuteOutcome["error"]>["code"],
  message: string,
  state: ExecuteOutcome["state"] = "failed",
): ExecuteOutcome => ({
  state,
  affected: [],
  error: { code, message },
});

class Run {
  readonly #link: Link;
  readonly #shell: string;
  readonly #request: ExecuteRequest;
  readonly #sink: ExecuteSink;
  readonly #rows: RowWriter;
  readonly #mark = randomBytes(16).toString("hex");
  /** The process group, once it has begun. */
  #group: number | undefined;
  /** It only reads and goes on until it is stopped: a limit that it meets is no failure. */
  readonly #follows: boolean;
  /** Aborted where what came cannot be kept, or nobody is shown more of what only goes on. */
  readonly #enough = new AbortController();
  /** What came, being kept one piece after the other. */
  #kept: Promise<void> = Promise.resolve();
  /** Nothing more is kept: the result has ended. */
  #over = false;
  /** The whole script was handed over, so that it may have begun. */
  #sent = false;
  /** The last of what it said on standard error, for the words of a failure. */
  #said = "";

  constructor(link: Link, shell: string, request: ExecuteRequest, sink: ExecuteSink) {
    this.#link = link;
    this.#shell = shell;
    this.#request = request;
    this.#sink = sink;
    this.#rows = new RowWriter(sink, 0, request.rowCap);
    const { statements } = parse(request.text);
    this.#follows = statements.some(({ follows }) => follows) && statements.every(({ effect }) => effect === "read");
  }

  async end(signal: AbortSignal): Promise<ExecuteOutcome> {
    const { text, applicationName, timeoutMs } = this.#request;
    const interpreter = interpreterOf(text, this.#shell);
    let flow: Flow;
    try {
      flow = await openFlow(this.#link, WINDOW, signal, (done) =>
        this.#link.client.exec(startCommand(interpreter, this.#mark, applicationName), done),
      );
    } catch (error) {
      if (signal.aborted) return failed("cancelled", "It was cancelled before it began.", "cancelled");
      return failed("target_down", `The host runs no command: ${this.#link.broken ?? (error as Error).message}. Nothing was run.`);
    }
    await this.#sink.columns(0, [{ ...column("stream"), searchable: false }, column("output")]);
    const timeout = AbortSignal.timeout(timeoutMs);
    const closed = this.#follow(flow);
    const stopped = this.#stops(flow, AbortSignal.any([signal, timeout, this.#enough.signal]), closed);
    // Not waited for: a host that does not read must not keep a cancel waiting.
    flow.channel.end(text + this.#mark, () => (this.#sent = true));
    const exit = await Promise.race([closed, stopped.then(() => closedWithin(closed))]);
    const words = await stopped;
    this.#over = true;
    await this.#kept;
    await this.#rows.finish();
    const limit = words === undefined || signal.aborted || !this.#follows ? undefined : this.#limit();
    await this.#sink.end(0, this.#rows.truncated || words !== undefined);
    if (limit !== undefined) {
      this.#sink.notice(0, limit);
      return { state: "succeeded", affected: [] };
    }
    return this.#outcome(exit, words, signal.aborted);
  }

  /** Which limit ended what only goes on, for people. */
  #limit(): string {
    const { rowCap, timeoutMs } = this.#request;
    if (this.#rows.truncated) return `It was stopped after ${rowCap.toLocaleString("en-US")} lines, the most of one result.`;
    return `It was stopped after ${Math.round(timeoutMs / 1000)} s, the longest that is followed; run it again to go on.`;
  }

  /** Makes rows of what comes, piece by piece. Resolves with how it ended once everything is kept. */
  #follow({ channel, taken }: Flow): Promise<ExitArguments> {
    const lines = (stream: "stdout" | "stderr"): OutputLines =>
      new OutputLines(async (line) => {
        if (stream === "stderr" && this.#begins(line)) return;
        const text = plainOutput(line);
        if (stream === "stderr") this.#said = `${this.#said}${text}\n`.slice(-SAID_CHARS);
        await this.#rows.add([stream, text]);
      });
    const parts = { stdout: lines("stdout"), stderr: lines("stderr") };
    const waiting = new Backlog<keyof typeof parts>();
    let keeping = false;
    const keep = async (): Promise<void> => {
      while (waiting.length > 0)
        for (const { bytes, stream } of waiting.take())
          for (let at = 0; at < bytes.length; at += PIECE) {
            if (this.#over) return;
            const piece = bytes.subarray(at, at + PIECE);
            await parts[stream].add(piece);
            // What is not followed by more for a while is shown.
            await this.#rows.flush();
            taken(piece.length);
            if (this.#follows && this.#rows.truncated) this.#enough.abort();
          }
      keeping = false;
    };
    const add = (stream: keyof typeof parts) => (bytes: Buffer) => {
      waiting.add(bytes, stream);
      if (keeping) return;
      keeping = true;
      this.#kept = this.#kept.then(keep);
      // Told by whoever waits for the end; what nobody keeps does not run on.
      this.#kept.catch(() => this.#enough.abort());
    };
    channel.on("data", add("stdout"));
    channel.stderr.on("data", add("stderr"));
    return new Promise((resolve, reject) => {
      channel.once("close", (...exit: ExitArguments) => {
        this.#kept = this.#kept.then(() => parts.stdout.end()).then(() => parts.stderr.end());
        this.#kept.then(() => resolve(exit), reject);
      });
    });
  }

  /** Whether a line is the one with which the script begins. */
  #begins(line: string): boolean {
    const found = this.#group === undefined && line.startsWith(`${this.#mark} `) ? Number(line.slice(this.#mark.length + 1)) : NaN;
    if (!Number.isSafeInteger(found) || found < 2) return false;
    this.#group = found;
    return true;
  }

  /** Ends it when it is told to. Resolves with what came of that in words, or with nothing once it has ended by itself. */
  async #stops(flow: Flow, stop: AbortSignal, closed: Promise<unknown>): Promise<string | undefined> {
    const told = new Promise<true>((resolve) => {
      if (stop.aborted) resolve(true);
      stop.addEventListener("abort", () => resolve(true), { once: true });
    });
    if (
      (await Promise.race([
        told,
        closed.then(
          () => false,
          () => false,
        ),
      ])) !== true
    )
      return undefined;
    flow.signal("TERM");
    // It says its group as the first thing it does; a moment is enough where it is about to.
    for (let wait = 0; this.#group === undefined && wait < BEGIN_MS && this.#link.broken === undefined; wait += 20) await sleep(20);
    if (this.#group === undefined) {
      this.#link.close();
      // Without its end nothing of it runs.
      return this.#sent
        ? "The host did not say whether it had begun: it may run, or have run."
        : "It had not begun; nothing of it was run.";
    }
    const end = await Promise.race([endGroup(this.#link.client, this.#group), sleep(ENDED_MS, "unknown" as const)]);
    return wordsOfEnd(end);
  }

  #outcome(exit: ExitArguments | undefined, words: string | undefined, cancelled: boolean): ExecuteOutcome {
    if (words !== undefined)
      return cancelled ? failed("cancelled", words, "cancelled") : failed("statement_timeout", `It took longer than it may. ${words}`);
    const { exitCode: code, signal } = exitOf(exit ?? []);
    const said = this.#said.trim();
    if (code === undefined && signal === undefined) {
      const why = this.#link.broken ?? "the host closed the session without saying how it ended";
      if (!this.#sent) return failed("target_down", `The script was not sent whole, so nothing of it ran: ${why}.`);
      return failed("target_down", `What became of it is not known: ${why}. It may have run, and may still run.`, "unknown");
    }
    const ended: ExecuteOutcome = {
      state: "succeeded",
      affected: [],
      exit: { ...(code === undefined ? {} : { code }), ...(signal === undefined ? {} : { signal }) },
    };
    if (code === 0 && this.#group !== undefined) return ended;
    const how = code === undefined ? `was ended by signal ${signal}` : `ended with exit code ${code}`;
    const what = this.#group === undefined ? "The account's login shell did not start the script, it" : "The script";
    return { ...ended, state: "failed", error: { code: "statement_failed", message: `${what} ${how}.${said === "" ? "" : `\n${said}`}` } };
  }
}

const closedWithin = (closed: Promise<ExitArguments>): Promise<ExitArguments | undefined> =>
  Promise.race([closed, sleep(CLOSE_MS, undefined)]);
