import type { ExecuteOutcome, ExecuteSink } from "@interlock/connector";
import { LIMITS, ok, type AuditType, type Exit, type HostRun, type Outcome } from "@interlock/protocol";
import { accessOf } from "./approved-writes.ts";
import type { Claimed } from "./claim.ts";
import { TIMEOUT_MS, FOLLOW_MS, type Life } from "./command-parts.ts";
import { impactOf } from "./command-row.ts";
import { resolutionOf, type Envelope } from "./envelope.ts";
import { endingOf, faultOf, proposerName, showing, type Ending } from "./execute.ts";
import { maskedText } from "./masked-text.ts";
import type { Run } from "./runs.ts";
import { durably, note } from "./transition.ts";

type Hosts = NonNullable<Envelope["hosts"]>;

/** Failed hosts that the command's own words name; the others are in the list. */
const NAMED = 5;

/**
 * The one run of a command on several hosts: on each of those that were sealed, once, in their order, as many at a time as was agreed to. That it
 * begins on a host is in the log before anything is sent there (I1); a host that cannot be reached has failed. Resolves for every ending.
 */
export async function executeOnHosts(life: Life, claimed: Claimed, hosts: Hosts, run: Run): Promise<Ending> {
  const { row } = claimed;
  const { masks, said, following } = showing(life, claimed);
  const all = hosts.each.map((_, at) => at);
  const names = row.hosts.map(({ connection }) => connection.name);
  const recording = life.results.record(run, { masks, said, hosts: names, following: new Set(following.size > 0 ? all : []) });
  const several = new HostRuns(life, claimed, hosts, run);
  try {
    await several.all(recording.sink, following.size > 0, (words) => maskedText(words, said));
  } finally {
    if (accessOf(impactOf(row)) === "write") for (const { connectionId } of hosts.each) life.reads.changed(connectionId);
    await recording.close();
  }
  return endingOf(run, outcomeOf(several.runs, run.signal.aborted), claimed.startedAt, said, masks.columns);
}

class HostRuns {
  readonly #life: Life;
  readonly #claimed: Claimed;
  readonly #hosts: Hosts;
  readonly #run: Run;
  readonly runs: HostRun[];
  /** No further host is begun. */
  #halted = false;
  /** Marks are written one after the other, so that none is overtaken by an older one. */
  #marked: Promise<unknown> = Promise.resolve();

  constructor(life: Life, claimed: Claimed, hosts: Hosts, run: Run) {
    this.#life = life;
    this.#claimed = claimed;
    this.#hosts = hosts;
    this.#run = run;
    this.runs = waiting(claimed.row);
    run.execution.hosts = this.runs;
  }

  async all(sink: ExecuteSink, follows: boolean, masked: (words: string) => string): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < this.runs.length && !this.#halted && !this.#run.signal.aborted && this.#run.fault === undefined)
        await this.#one(next++, sink, follows, masked);
    };
    await Promise.all(Array.from({ length: Math.min(this.#hosts.order.atOnce, this.runs.length) }, worker));
    for (const [at, host] of this.runs.entries()) if (host.state === "waiting") this.runs[at] = { ...host, state: "skipped" };
  }

  async #one(at: number, sink: ExecuteSink, follows: boolean, masked: (words: string) => string): Promise<void> {
    const { connection } = this.runs[at]!;
    const started = new Date();
    const begun = await this.#mark(at, { connection, state: "running", startedAt: started.toISOString() }, "command.host_started");
    if (!begun.ok) {
      // Nothing was sent there, and nothing can be said in the log of the next ones either.
      this.#halted = true;
      this.runs[at] = {
        connection,
        state: "skipped",
        error: { code: begun.code, message: "Its beginning could not be written to the log." },
      };
      return;
    }
    const outcome = await this.#execute(at, sink, follows);
    const { exit, error } = outcome;
    // What failed on our side cancels what runs; the host itself says no more than the echo of that.
    const fault = outcome.state === "cancelled" && !this.#run.signal.aborted ? this.#run.fault : undefined;
    const why = fault ?? error;
    const state = fault !== undefined || outcome.state === "rolled_back" ? "failed" : outcome.state;
    if (state !== "succeeded" && this.#hosts.order.onFailure === "stop") this.#halted = true;
    const ended: HostRun = {
      connection,
      state,
      startedAt: started.toISOString(),
      tookMs: Date.now() - started.getTime(),
      ...(exit === undefined ? {} : { exit }),
      ...(why === undefined ? {} : { error: { code: why.code, message: masked(why.message) } }),
    };
    // Where this cannot be written the run's own ending is tried until it can.
    if (!(await this.#mark(at, ended, "command.host_ended")).ok) this.runs[at] = ended;
  }

  async #execute(at: number, sink: ExecuteSink, follows: boolean): Promise<ExecuteOutcome> {
    const { row, envelope, verdict } = this.#claimed;
    const sealed = this.#hosts.each[at]!;
    const access = accessOf(impactOf(row));
    try {
      const [target, proposer] = await Promise.all([
        this.#life.connections.target(sealed.connectionId),
        proposerName(this.#life, row.proposerId),
      ]);
      return await target.execute(
        {
          text: envelope.text,
          resolution: resolutionOf(sealed),
          access,
          timeoutMs: verdict.obligations.timeoutMs ?? (follows ? FOLLOW_MS : TIMEOUT_MS),
          applicationName: `interlock:${proposer}`,
          dryRun: envelope.dryRun,
          rowCap: Math.min(verdict.obligations.rowCap ?? LIMITS.resultRows, LIMITS.resultRows),
        },
        numbered(sink, at),
        this.#run.signal,
      );
    } catch (error) {
      this.#life.log.error({ err: error, commandId: row.id, connectionId: sealed.connectionId }, "a run on a host ended with a fault");
      return faultOf(error, access);
    }
  }

  /** Writes what a host's run has come to, with its event, and only then shows it. */
  #mark(at: number, host: HostRun, type: Extract<AuditType, `command.host_${string}`>): Promise<Outcome<undefined>> {
    const marking = this.#marked.then(async () => {
      const { row, executionId } = this.#claimed;
      const now = this.runs.map((one, index) => (index === at ? host : one));
      const written = await durably<undefined>(this.#life, async (tx) => {
        await tx.execution.update({ where: { id: executionId }, data: { summary: { hosts: now } } });
        return ok({
          value: undefined,
          events: await note(tx, row, [{ type, actor: "system", data: { title: row.title, executionId, ...hostFact(host) } }]),
        });
      });
      if (written.ok) this.runs[at] = host;
      this.#run.progress();
      return written;
    });
    this.#marked = marking;
    return marking;
  }
}

/** The hosts of a command none of which is begun. */
export const waiting = ({ hosts }: { hosts: readonly { connection: { id: string; name: string } }[] }): HostRun[] =>
  hosts.map(({ connection: { id, name } }) => ({ connection: { id, name }, state: "waiting" }));

/** What the log keeps of a host's run. */
export const hostFact = ({ connection, state, exit, error }: HostRun) => ({
  host: connection.name,
  state,
  ...exitFact(exit),
  ...(error === undefined ? {} : { code: error.code }),
});

/** How a program ended, as the log keeps it. */
export const exitFact = (exit: Exit | undefined): { exit?: Record<string, string | number> } =>
  exit === undefined
    ? {}
    : { exit: { ...(exit.code === undefined ? {} : { code: exit.code }), ...(exit.signal === undefined ? {} : { signal: exit.signal }) } };

/** A host's one result under the host's number. */
const numbered = (sink: ExecuteSink, number: number): ExecuteSink => ({
  columns: (_, columns) => sink.columns(number, columns),
  rows: (_, dataRows, count) => sink.rows(number, dataRows, count),
  end: (_, truncated) => sink.end(number, truncated),
  notice: (_, text) => sink.notice(number, text),
});

/** How all of it ended: what nobody knows outweighs a failure, and a failure what was stopped because of it. */
export function outcomeOf(runs: readonly HostRun[], cancelled: boolean): ExecuteOutcome {
  const count = (state: HostRun["state"]): number => runs.filter((host) => host.state === state).length;
  const bad = runs.filter(({ state }) => state === "failed" || state === "unknown");
  const state = count("unknown") > 0 ? "unknown" : cancelled ? "cancelled" : bad.length > 0 ? "failed" : "succeeded";
  const skipped = runs.filter((host) => host.state === "skipped");
  // Where its beginning cannot be logged nothing was run on it: that is no success either.
  const unlogged = skipped.find(({ error }) => error !== undefined);
  const error = bad[0]?.error ?? unlogged?.error;
  if (state === "succeeded" && unlogged === undefined) return { state, affected: [] };
  const named = bad.slice(0, NAMED).map((host) => `${host.connection.name}: ${firstLine(host.error?.message)}`);
  const words = [
    `${count("succeeded")} of ${runs.length} hosts succeeded`,
    ...(count("failed") > 0 ? [`${count("failed")} failed`] : []),
    ...(count("unknown") > 0 ? [`of ${count("unknown")} it is not known`] : []),
    ...(count("cancelled") > 0 ? [`${count("cancelled")} cancelled`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} not begun`] : []),
  ].join(", ");
  const more = bad.length > NAMED ? [`and ${bad.length - NAMED} more`] : [];
  return {
    state: state === "succeeded" ? "failed" : state,
    affected: [],
    error: { code: error?.code ?? "cancelled", message: [`${words}.`, ...named, ...more].join("\n") },
  };
}

const firstLine = (message = "no reason is known."): string => message.split("\n", 1)[0]!;
