import {
  FINAL_STATES,
  ok,
  refuse,
  type Command,
  type CommandFile,
  type Execution,
  type FetchedToken,
  type Outcome,
} from "@interlock/protocol";
import { isId, type Membership } from "../room/membership.ts";
import { cancel, hold, mayRun, withdraw, type Cancelling, type CommandAct } from "./acts.ts";
import type { Claim, Claimed } from "./claim.ts";
import type { CommandParts, Life } from "./command-parts.ts";
import { commandsOf, readRow, WITH_PARTS, type CommandRow } from "./command-row.ts";
import { Countdowns } from "./countdowns.ts";
import { lifecycle } from "./lifecycle.ts";
import type { Proposal } from "./proposal.ts";
import { expire, recover } from "./recovery.ts";
import { repeated, type Repeat } from "./again.ts";
import { review, type ReviewInput } from "./review.ts";
import { Runs } from "./runs.ts";
import { fetchTokens, withTokenStates } from "../token/fetch-tokens.ts";
import { TokenShelf } from "../token/token-shelf.ts";
import { undoProposal, type UndoRequested } from "./undo.ts";

export type { CommandAct } from "./acts.ts";
export type { Proposal } from "./proposal.ts";
export type { ReviewInput } from "./review.ts";

/** How often waiting commands are looked through for expired ones, in milliseconds. */
const EXPIRY_SWEEP_MS = 15_000;

/** Commands as transports see them. The order of things is in lifecycle.ts; this only carries them there and tells the rooms. */
export class CommandService {
  readonly #life: Life;
  readonly #membership: Pick<Membership, "tell">;
  readonly #stopping = new AbortController();
  readonly #sweep: NodeJS.Timeout;
  /** Work begun by a timer, so that stopping can wait for it. */
  readonly #pending = new Set<Promise<unknown>>();

  constructor({ membership, ...parts }: CommandParts & { membership: Pick<Membership, "tell"> }) {
    this.#membership = membership;
    this.#life = {
      ...parts,
      runs: new Runs(
        (claimed, execution) => this.#background(this.#tellProgress(claimed, execution)),
        (claimed) => this.#announce(claimed.row.id),
        parts.log,
      ),
      countdowns: new Countdowns((commandId, runsAt) => this.#background(this.#agreed({ commandId, actor: "system", runsAt }))),
      tokens: new TokenShelf((commandId) => this.#background(this.#announce(commandId))),
      announce: (commandId) => this.#announce(commandId),
      stopping: this.#stopping.signal,
    };
    this.#sweep = setInterval(() => this.#background(expire(this.#life)), EXPIRY_SWEEP_MS);
    this.#sweep.unref();
  }

  async propose(proposal: Proposal): Promise<Outcome<Command>> {
    if (!isId(proposal.roomId)) return refuse("not_found", "There is no such room.");
    if (!isId(proposal.connectionId)) return refuse("unknown_connection");
    return this.#read(await lifecycle(this.#life, { kind: "proposal", proposal }));
  }

  /** Proposes to put back what a command changed. */
  async undo(asked: UndoRequested): Promise<Outcome<Command>> {
    if (!isId(asked.commandId)) return refuse("not_found");
    const proposal = await undoProposal(this.#life, asked);
    return proposal.ok ? this.propose(proposal.value) : proposal;
  }

  /** Proposes the same again, as things are now. */
  async again(asked: Repeat): Promise<Outcome<Command>> {
    if (!isId(asked.commandId)) return refuse("not_found");
    const proposal = await repeated(this.#life, asked);
    return proposal.ok ? this.propose(proposal.value) : proposal;
  }

  async review(input: ReviewInput): Promise<Outcome<Command>> {
    if (!isId(input.commandId)) return refuse("not_found");
    const reviewed = await review(this.#life, input);
    if (!reviewed.ok) return reviewed;
    const { approved, runsAt } = reviewed.value;
    if (approved && runsAt !== null) this.#life.countdowns.start(input.commandId, runsAt);
    return this.#told(input.commandId);
  }

  async hold(input: CommandAct): Promise<Outcome<Command>> {
    if (!isId(input.commandId)) return refuse("not_found");
    const held = await hold(this.#life, input);
    if (!held.ok) return held;
    this.#life.countdowns.clear(input.commandId);
    return this.#told(input.commandId);
  }

  /** Resumes a held command; it runs at once. */
  async run({ principal, commandId, digest }: CommandAct & { digest: string }): Promise<Outcome<Command>> {
    if (!isId(commandId)) return refuse("not_found");
    const may = await mayRun(this.#life, principal, commandId, digest);
    if (!may.ok) return may;
    return this.#read(await lifecycle(this.#life, { kind: "agreed", commandId, actor: principal.name, runsAt: null }));
  }

  /** Asks a running command to stop; its outcome follows when the target has answered. */
  async cancel(input: Cancelling): Promise<Outcome<Command>> {
    if (!isId(input.commandId)) return refuse("not_found");
    const cancelled = await cancel(this.#life, input);
    return cancelled.ok ? this.#read(ok(input.commandId)) : cancelled;
  }

  /**
   * Lets the rows of what runs in this room wait, until what comes back is called or a quarter of a second has passed: for the time in which
   * it is asked whether somebody may stop it. Nothing for what does not run here.
   */
  holdRows(commandId: string, roomId: string): () => void {
    return this.#life.runs.claimed(commandId)?.row.roomId === roomId ? this.#life.runs.hold(commandId) : () => {};
  }

  /** For whom something runs at this moment, by user id, and since when. */
  running(): Map<string, Date> {
    return this.#life.runs.people();
  }

  /** Stops what runs for somebody whose access ended or changed, whatever their role (I11); resolves when each outcome is written. */
  endOf(userId: string): Promise<void> {
    this.#life.tokens.dropOf(userId);
    return this.#life.runs.cancelOf(userId);
  }

  async withdraw(input: CommandAct): Promise<Outcome<Command>> {
    if (!isId(input.commandId)) return refuse("not_found");
    const withdrawn = await withdraw(this.#life, input);
    if (!withdrawn.ok) return withdrawn;
    this.#life.countdowns.clear(input.commandId);
    return this.#told(input.commandId);
  }

  /** Hands the tokens of a command to whoever proposed it, once. */
  async fetchTokens({ principal, commandId }: CommandAct): Promise<Outcome<FetchedToken[]>> {
    return isId(commandId) ? fetchTokens(this.#life, principal, commandId) : refuse("not_found");
  }

  async get(commandId: string): Promise<Command | undefined> {
    if (!isId(commandId)) return undefined;
    const row = await readRow(this.#life.db, commandId);
    return row === null ? undefined : (await this.#views([row]))[0];
  }

  /** What a command reads besides its text, as it was frozen; undefined when there is no such command. */
  async files(commandId: string): Promise<(CommandFile & { content: string })[] | undefined> {
    if (!isId(commandId) || (await this.roomOf(commandId)) === undefined) return undefined;
    const rows = await this.#life.db.commandFile.findMany({ where: { commandId }, orderBy: { name: "asc" } });
    return rows.map(({ name, bytes, sha256, content, documentId }) => ({
      name,
      bytes,
      sha256,
      content,
      ...(documentId === null ? {} : { documentId }),
    }));
  }

  /** The room a command is in; undefined when there is no such command. */
  async roomOf(commandId: string): Promise<string | undefined> {
    if (!isId(commandId)) return undefined;
    const running = this.#life.runs.claimed(commandId);
    if (running !== undefined) return running.row.roomId;
    const row = await this.#life.db.command.findUnique({ where: { id: commandId }, select: { roomId: true } });
    return row?.roomId;
  }

  /** Newest first. */
  async list(roomId: string, limit: number): Promise<Command[]> {
    if (!isId(roomId)) return [];
    return this.#views(
      await this.#life.db.command.findMany({ where: { roomId }, orderBy: { proposedAt: "desc" }, take: limit, include: WITH_PARTS }),
    );
  }

  /**
   * The newest of a room, and older ones that have not ended: they still need somebody, however long the incident. Newest first, and how many
   * of those are left out, since they are more than `unended`.
   */
  async inView(roomId: string, newest: number, unended: number): Promise<{ commands: Command[]; left: number }> {
    const found = await this.list(roomId, newest);
    if (found.length < newest) return { commands: found, left: 0 };
    const where = { roomId, state: { notIn: [...FINAL_STATES] }, id: { notIn: found.map(({ id }) => id) } };
    const [older, count] = await Promise.all([
      this.#life.db.command.findMany({ where, orderBy: { proposedAt: "desc" }, take: unended, include: WITH_PARTS }),
      this.#life.db.command.count({ where }),
    ]);
    return { commands: [...found, ...(await this.#views(older))], left: Math.max(0, count - older.length) };
  }

  /** Settles what the last process left; call before any transport is open. Rejects when that cannot be written. */
  async recover(): Promise<void> {
    await recover(this.#life);
    await expire(this.#life);
  }

  /** Cancels what runs and waits until every outcome is written. */
  async stop(): Promise<void> {
    clearInterval(this.#sweep);
    this.#life.countdowns.stop();
    this.#life.tokens.clear();
    const stopped = this.#life.runs.stop();
    // Retries of an outcome that cannot be written end here; recovery will say `unknown`.
    const patience = setTimeout(() => this.#stopping.abort(), 3_000);
    await stopped;
    clearTimeout(patience);
    this.#stopping.abort();
    await Promise.allSettled(this.#pending);
  }

  async #agreed(claim: Claim): Promise<void> {
    const went = await lifecycle(this.#life, { kind: "agreed", ...claim });
    if (!went.ok) this.#life.log.warn({ commandId: claim.commandId, code: went.code }, "a countdown ended without a run");
  }

  #background(work: Promise<unknown>): void {
    const watched = work
      .catch((error: unknown) => this.#life.log.error({ err: error }, "a timer's work failed"))
      .finally(() => this.#pending.delete(watched));
    this.#pending.add(watched);
  }

  async #read(outcome: Outcome<string>): Promise<Outcome<Command>> {
    if (!outcome.ok) return outcome;
    const command = await this.get(outcome.value);
    return command === undefined ? refuse("not_found") : ok(command);
  }

  async #told(commandId: string): Promise<Outcome<Command>> {
    await this.#announce(commandId);
    return this.#read(ok(commandId));
  }

  /** Never rejects: what is told is durable already, and browsers that miss it read it when they come back. */
  async #announce(commandId: string): Promise<void> {
    try {
      const command = await this.get(commandId);
      if (command === undefined) return;
      this.#life.hub.broadcast(command.roomId, { type: "command", command });
      await this.#membership.tell(command.roomId);
      // What was put back is not there to be put back any more.
      if (command.undoOf !== undefined && command.state === "succeeded" && command.dryRun !== true) await this.#announce(command.undoOf);
    } catch (error) {
      this.#life.log.error({ err: error, commandId }, "a room could not be told what became of a command");
    }
  }

  /** Between two states only the execution changes; the rest is what the claim read. */
  async #tellProgress(claimed: Claimed, execution: Execution): Promise<void> {
    const row = { ...claimed.row, state: "running", runsAt: null, heldById: null };
    const [command] = await this.#shown(commandsOf(this.#life.db, [row], () => execution));
    if (command !== undefined && this.#life.runs.live(command.id) !== undefined)
      this.#life.hub.broadcast(command.roomId, { type: "command", command });
  }

  #views(rows: readonly CommandRow[]): Promise<Command[]> {
    return this.#shown(commandsOf(this.#life.db, rows, (commandId) => this.#life.runs.live(commandId)));
  }

  /** What is to be had of a token is for this process to say: it is in its memory or nowhere. */
  async #shown(read: Promise<Command[]>): Promise<Command[]> {
    return (await read).map((command) =>
      command.execution === undefined
        ? command
        : { ...command, execution: withTokenStates(command.execution, command.id, this.#life.tokens) },
    );
  }
}
