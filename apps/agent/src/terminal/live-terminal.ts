import { TargetError, type Target, type TerminalChannel } from "@interlock/connector";
import type { Terminal as TerminalRow } from "@interlock/db";
import type { TerminalTerms } from "@interlock/policy";
import {
  CLOSE,
  ok,
  refuse,
  type ErrorCode,
  type Outcome,
  type Principal,
  type Role,
  type Terminal,
  type TerminalSize,
} from "@interlock/protocol";
import type { Log } from "../log.ts";
import { Control, type Looker } from "./control.ts";
import { ShellGuard } from "./guard/shell-guard.ts";
import { Gestures, type Gesture } from "./gestures.ts";
import { openShell } from "./open-shell.ts";
import type { TerminalAct, TerminalRecords } from "./terminal-records.ts";
import type { TerminalPeer, TerminalPort } from "./terminal-socket.ts";
import type { StreamEnd, TerminalStream } from "./terminal-stream.ts";
import { podOf, terminalView, termsOf, type TerminalEnding, type TerminalNow } from "./terminal-view.ts";
import { UntakenKeys } from "./untaken-keys.ts";
import type { Picture } from "./viewers.ts";

/** What one decides about a line that waits. */
export type LineDecided = Parameters<ShellGuard["decide"]>[1];

/** How long a target may take to say that what was killed has ended. */
const KILL_MS = 3_000;
/** How long its last screen may take to be drawn. */
const LAST_MS = 2_000;

const UNHEARD = `The target has not said within ${KILL_MS / 1000} s that it has ended: all of it may still run.`;

export interface LiveTerminalParts {
  row: TerminalRow;
  opener: Omit<Looker, "role" | "groups">;
  target: () => Promise<Target>;
  stream: (size: TerminalSize) => TerminalStream;
  records: TerminalRecords;
  /** Tells the room how it looks now. */
  tell: (terminal: Terminal) => void;
  /** It has ended, and everything of it is stored. `last`: its screen, where that could be drawn; `shownTo`: who has seen it. */
  over: (last: Picture | undefined, shownTo: ReadonlySet<string>) => void;
  /** Hides in a text what nobody is to see. */
  mask: (text: string) => string;
  log: Log;
}

/**
 * One shell from its opening to its end. It begins once those are there who must be (I1: after that is in the log), belongs to nobody's
 * browser, and ends with its program, by a person, or when nobody has looked for as long as policy keeps it.
 *
 * Who looks, what is shown, what waits and how it is opened stand in files of their own; here is what each of them means for the others.
 */
export class LiveTerminal implements TerminalPort {
  readonly #parts: LiveTerminalParts;
  readonly #terms: TerminalTerms;
  readonly #control: Control;
  readonly #stream: TerminalStream;
  readonly #peers = new Set<TerminalPeer>();
  /** Everybody whose page has shown it. */
  readonly #shownTo = new Set<string>();
  /** Numbers of the pages that have one. */
  readonly #pages = new Map<TerminalPeer, number>();
  readonly #gestures: Gestures;
  readonly #ending = new AbortController();
  readonly #guard: ShellGuard;
  #row: TerminalRow;
  #channel: TerminalChannel | undefined;
  #connecting = false;
  /** Nothing that comes from the target is shown any more. */
  #cut = false;
  #paused: string | undefined;
  #title: string | undefined;
  /** The page that was typed in last. */
  #typing: TerminalPeer | undefined;
  readonly #keys = new UntakenKeys();
  /** Changes of control that are not in the log yet. */
  #handing = 0;
  #resuming = false;
  /** Words of who watches over it that are not in the log yet. */
  #watching = 0;
  #roomOpen = true;
  #size: TerminalSize;
  /** What fits into each page of those who may type. */
  readonly #fits = new Map<TerminalPeer, TerminalSize>();
  /** The page that the screen is as large as: of several of one driver the one they typed in last. */
  #sizing: TerminalPeer | undefined;
  #telling = false;
  #unseen: NodeJS.Timeout | undefined;
  #over: Promise<void> | undefined;
  /** What may still run of one that was ended while it was being opened. */
  #late: Promise<string | undefined> | undefined;

  constructor(parts: LiveTerminalParts) {
    this.#parts = parts;
    this.#row = parts.row;
    this.#terms = termsOf(parts.row);
    this.#control = new Control(this.#terms, parts.opener);
    this.#size = { columns: parts.row.columns, rows: parts.row.rows };
    this.#stream = parts.stream(this.#size);
    this.#guard = new ShellGuard({
      guard: this.#terms.guard,
      send: (bytes) => this.#write(bytes),
      mark: (mark) => this.#stream.command(mark),
      changed: () => this.#changed(),
      record: (type, actor, data) => this.#record(type, actor, data),
      mask: parts.mask,
      stopped: () => this.#untypable,
    });
    if (!this.#terms.integration) this.#guard.absent("by policy this shell is left as it is");
    this.#gestures = new Gestures(() => this.#stream.offset);
    this.#stream.on({
      told: (note) => this.#guard.told(note),
      pressure: (high) => (high ? this.#channel?.pause() : this.#channel?.resume()),
      title: (title) => {
        this.#title = title;
        this.#changed();
      },
      behind: () => this.#changed(),
      unrecorded: (why) => this.#unrecorded(why),
    });
    this.#settle();
    this.#keep();
  }

  get id(): string {
    return this.#row.id;
  }

  get roomId(): string {
    return this.#row.roomId;
  }

  get connectionId(): string {
    return this.#row.connectionId;
  }

  get openedById(): string {
    return this.#row.openedById;
  }

  get openedAt(): Date {
    return this.#row.openedAt;
  }

  view(): Terminal {
    const now: TerminalNow = {
      ...(this.#control.driverId === undefined ? {} : { driverId: this.#control.driverId }),
      asking: [...this.#control.asking],
      watchers: this.#control.lookers.map(({ id }) => ({
        userId: id,
        behind: this.#stream.isBehind(id),
        moderating: this.#control.isModerator(id),
      })),
      ...(this.#untypable === undefined ? {} : { paused: this.#untypable }),
      ...(this.#title === undefined || this.#title === "" ? {} : { title: this.#title }),
      ...(this.#channel === undefined ? {} : { shell: this.#guard.state }),
      ...this.#size,
    };
    return terminalView(this.#row, now);
  }

  /** A page shows it. Call what comes back when it does no longer. */
  came(peer: TerminalPeer, looker: Looker): () => void {
    this.#peers.add(peer);
    this.#changeOf(() => this.#control.came(looker));
    this.#settle();
    this.#keep();
    return () => {
      if (!this.#peers.delete(peer)) return;
      this.#stream.remove(peer);
      this.#gestures.remove(peer);
      this.#fits.delete(peer);
      this.#pages.delete(peer);
      this.#changeOf(() => this.#control.went(looker.id));
      // Another page of theirs is as large as it is.
      const other = peer === this.#sizing ? [...this.#fits.keys()].find(({ userId }) => userId === looker.id) : undefined;
      if (other !== undefined && this.#control.mayType(looker.id).ok) this.#sizeAs(other);
      this.#settle();
      this.#keep();
    };
  }

  /** The page that the target waits for: the driver's, and of several the one they typed in last. */
  #wait(): void {
    const theirs = [...this.#peers].filter(({ userId }) => userId === this.#control.driverId);
    this.#stream.drive(theirs.includes(this.#typing!) ? this.#typing : theirs[0]);
  }

  becameRole(userId: string, role: Role): void {
    this.#changeOf(() => this.#control.becameRole(userId, role));
    this.#settle();
  }

  /** Somebody came, went or became another: whom that takes control or watching from is in the log. */
  #changeOf(change: () => void): void {
    const driverId = this.#control.driverId;
    const driver = this.#nameOf(driverId);
    const watched = this.#control.lookers.filter(({ id }) => this.#control.isModerator(id));
    change();
    if (this.#over !== undefined) return;
    if (driverId !== this.#control.driverId) {
      this.#guard.forget();
      void this.#record("terminal.control", "system", { from: driver, to: null });
    }
    for (const { id, name } of watched)
      if (!this.#control.isModerator(id)) void this.#record("terminal.moderated", name, { moderating: "no" });
  }

  begin(peer: TerminalPeer, offset: number, page: number): void {
    this.#shownTo.add(peer.userId);
    // What still comes by a page's earlier socket was typed before a break, and may have been typed again since.
    for (const [earlier, number] of this.#pages)
      if (number === page && page !== 0 && earlier.userId === peer.userId && earlier !== peer) earlier.end(CLOSE.slow, "slow_consumer");
    this.#pages.set(peer, page);
    this.#stream.add(peer, offset);
    this.#gestures.add(peer);
    this.#wait();
  }

  /** In a closed room what runs goes on, and nothing new is begun. */
  roomIs(open: boolean): void {
    if (this.#roomOpen === open) return;
    this.#roomOpen = open;
    if (!open) this.#guard.forget();
    this.#changed();
  }

  input(peer: TerminalPeer, bytes: Uint8Array): Outcome<void> {
    const may = this.#mayType(peer.userId);
    if (!may.ok) return may;
    const channel = this.#channel;
    if (channel === undefined) return refuse("terminal_ended", "The shell has not begun.");
    // What is typed while it ends would reach what does not end at once, past the guard and the recording.
    if (this.#over !== undefined) return refuse("terminal_ended");
    if (!this.#keys.hasRoom(bytes))
      return refuse("too_large", "The program takes in nothing of what was typed before; what came behind it was not sent.");
    if (this.#typing !== peer) {
      this.#typing = peer;
      this.#wait();
      this.#sizeAs(peer);
    }
    const passes = this.#guard.input(peer.userId, bytes, () => this.#control.lookers.find(({ id }) => id === peer.userId));
    if (passes === undefined) return ok(undefined);
    if (passes === "lost") {
      this.#keys.refused();
      return refuse("too_large", "More was typed at once than is kept; nothing of it was sent.");
    }
    this.#stream.typed(passes);
    this.#write(passes);
    return ok(undefined);
  }

  #write(bytes: Uint8Array): void {
    const written = this.#channel?.write(bytes);
    if (written === undefined) return;
    this.#keys.sent(bytes, written);
    written.catch((error: unknown) => {
      // An end is told by itself; anything else would be a key lost in silence.
      if (this.#over === undefined) this.#parts.log.warn({ err: error, terminalId: this.id }, "keys did not reach a shell");
    });
  }

  /** About a line that waits to run. */
  decide(actor: Principal & { role: Role }, decided: LineDecided): Promise<Outcome<void>> {
    if (!this.#roomOpen) return Promise.resolve(refuse("room_closed"));
    if (this.#paused !== undefined) return Promise.resolve(refuse("forbidden", this.#paused));
    if (this.#handing > 0 && actor.id === this.#control.driverId) return Promise.resolve(refuse("not_driving"));
    return this.#guard.decide({ ...actor, drives: actor.id === this.#control.driverId }, decided);
  }

  taken(peer: TerminalPeer, offset: number): void {
    this.#stream.taken(peer, offset);
  }

  resize(peer: TerminalPeer, size: TerminalSize): Outcome<void> {
    const may = this.#control.mayType(peer.userId);
    if (!may.ok) {
      // It says its size anew when it may.
      this.#fits.delete(peer);
      return may;
    }
    if (this.#over !== undefined) return refuse("terminal_ended");
    this.#fits.set(peer, { columns: size.columns, rows: size.rows });
    const rules = this.#sizing;
    // Two windows of one driver would each have it as large as they are, again and again.
    const alone = rules === undefined || rules.userId !== peer.userId || !this.#peers.has(rules);
    if (alone || rules === peer || this.#typing === peer) this.#sizeAs(peer);
    return ok(undefined);
  }

  #sizeAs(peer: TerminalPeer): void {
    const size = this.#fits.get(peer);
    if (size === undefined || this.#over !== undefined) return;
    this.#sizing = peer;
    if (size.columns === this.#size.columns && size.rows === this.#size.rows) return;
    this.#size = size;
    this.#stream.resize(size);
    this.#channel?.resize(size.columns, size.rows);
    this.#changed();
  }

  /** Anybody who looks may point, observers too: it is for people, and nothing of it reaches the shell. */
  gesture(peer: TerminalPeer, gesture: Gesture): Outcome<void> {
    return this.#gestures.take(peer, gesture);
  }

  ask(userId: string, asking: boolean): Promise<Outcome<void>> {
    return this.#handOver({ id: userId }, () => this.#control.ask(userId, asking));
  }

  give(actor: { id: string; name: string; role: Role }, userId: string | undefined): Promise<Outcome<void>> {
    return this.#handOver(actor, () => this.#control.give(actor, userId));
  }

  async moderate(actor: { id: string; name: string }, moderating: boolean): Promise<Outcome<void>> {
    const before = this.#control.isModerator(actor.id);
    const done = this.#control.moderate(actor.id, moderating);
    if (!done.ok) return done;
    // Nobody types any more at once, and again only when it is in the log who watches over that.
    if (!moderating) this.#settle();
    if (before !== moderating) {
      this.#watching++;
      await this.#record("terminal.moderated", actor.name, { moderating: moderating ? "yes" : "no" });
      this.#watching--;
    }
    this.#settle();
    return done;
  }

  /** Whoever opened or drives it, the lead and moderators end it. */
  async kill(actor: { id: string; name: string; role: Role }): Promise<Outcome<void>> {
    const { id, role } = actor;
    const may = role === "lead" || id === this.openedById || id === this.#control.driverId || this.#control.isModerator(id);
    if (!may) return refuse("forbidden", "Who opened or drives a terminal, the lead and moderators end it.");
    await this.#record("terminal.killed", actor.name, {});
    await this.end({ why: `it was ended by ${actor.name}` });
    return ok(undefined);
  }

  /** Ends it at the target and here. Resolves once that is stored; never rejects. */
  end(end: TerminalEnding, recording: "sealed" | "interrupted" = "sealed"): Promise<void> {
    this.#over ??= this.#end(end, recording);
    return this.#over;
  }

  #mayType(userId: string): Outcome<void> {
    const may = this.#control.mayType(userId);
    if (!may.ok) return may;
    if (this.#handing > 0) return refuse("not_driving");
    return this.#untypable === undefined ? may : refuse("forbidden", this.#untypable);
  }

  /** Why nobody's keys reach anything, whoever drives. */
  get #untypable(): string | undefined {
    if (this.#over !== undefined) return undefined;
    return this.#roomOpen ? (this.#paused ?? this.#channel?.readOnly) : "Nothing can be typed: the room is closed.";
  }

  /** Control that changes hands is in the log before the next key. */
  async #handOver(actor: { id: string; name?: string }, change: () => Outcome<void>): Promise<Outcome<void>> {
    const before = this.#control.driverId;
    const done = change();
    if (!done.ok) return done;
    const after = this.#control.driverId;
    if (before !== after) {
      const said = { from: this.#nameOf(before), to: this.#nameOf(after) };
      this.#guard.forget();
      this.#handing++;
      await this.#record("terminal.control", actor.name ?? this.#nameOf(actor.id) ?? "system", said);
      this.#handing--;
    }
    this.#settle();
    return done;
  }

  #nameOf(id: string | undefined): string | null {
    return this.#control.lookers.find((looker) => looker.id === id)?.name ?? null;
  }

  /** What follows from who is there: it begins, pauses, goes on or ends. */
  #settle(): void {
    this.#changed();
    this.#wait();
    if (this.#over !== undefined) return;
    const { lacking } = this.#control;
    if (lacking.length === 0 && this.#watching > 0) return;
    if (this.#channel === undefined) {
      if (lacking.length === 0 && !this.#connecting) void this.#connect();
      return;
    }
    if (lacking.length === 0) {
      if (this.#paused !== undefined) void this.#resume();
      return;
    }
    const wasPaused = this.#paused;
    this.#paused = `Nothing can be typed until ${people(lacking)} watches over it again.`;
    if (this.#paused === wasPaused) return;
    this.#guard.forget();
    if (this.#terms.whenModeratorLeaves === "end") {
      void this.end({ why: `${people(lacking)} had to watch over it, and nobody does any more` });
      return;
    }
    void this.#record("terminal.paused", "system", {});
  }

  /** That it goes on is in the log before the next key. */
  async #resume(): Promise<void> {
    if (this.#resuming) return;
    this.#resuming = true;
    const logged = await this.#record("terminal.resumed", "system", {});
    this.#resuming = false;
    if (!logged) return;
    if (this.#control.lacking.length > 0) void this.#record("terminal.paused", "system", {});
    else this.#paused = undefined;
    this.#changed();
  }

  async #connect(): Promise<void> {
    this.#connecting = true;
    const moderators = this.#control.lookers.filter(({ id }) => this.#control.isModerator(id)).map(({ name }) => name);
    try {
      // Nothing is asked of the target before that is durable (I1).
      this.#row = await this.#parts.records.connecting(this.#row, { moderators });
      this.#changed();
      const size = this.#size;
      this.#guard.begin();
      const opening = openShell(await this.#parts.target(), {
        size,
        pod: podOf(this.#row),
        guard: this.#terms.integration ? this.#guard : undefined,
        guarded: this.#terms.guard.length > 0,
        signal: this.#ending.signal,
      });
      this.#late = opening.then(
        async (channel) => (this.#over === undefined ? undefined : (await channel.kill()).mayStillRun),
        (error: unknown) => (error instanceof TargetError ? error.mayStillRun : undefined),
      );
      const channel = await opening;
      if (this.#over !== undefined) return;
      this.#channel = channel;
      // A page has its size a moment after it asked.
      if (this.#size !== size) channel.resize(this.#size.columns, this.#size.rows);
      channel.onData((bytes) => {
        if (!this.#cut) this.#stream.push(bytes);
      });
      void channel.ended.then((end) => this.end(end));
      // Whoever had to be there may have gone while it was opened: that holds from the first key on.
      this.#settle();
      await this.#parts.records.live(this.id);
      if (!this.#ending.signal.aborted) this.#row = { ...this.#row, phase: "live" };
      this.#changed();
    } catch (error) {
      const known = error instanceof TargetError;
      // What it says has all of it.
      this.#late = undefined;
      if (!known) this.#parts.log.error({ err: error, terminalId: this.id }, "a terminal could not be opened");
      await this.end(
        known
          ? { why: error.message, code: error.code, ...stillRuns(error) }
          : { why: "Something failed inside Interlock.", code: "internal" },
      );
    }
  }

  async #end(end: TerminalEnding, recording: "sealed" | "interrupted"): Promise<void> {
    clearTimeout(this.#unseen);
    // What has come by now still counts, marks of the last command among it.
    this.#stream.settle();
    this.#guard.end();
    this.#ending.abort();
    // What still comes is shown to nobody: an end is an end at once, however long the target takes.
    this.#cut = true;
    this.#row = { ...this.#row, phase: "ended", endedAt: new Date(), end };
    this.#paused = undefined;
    this.#parts.tell(this.view());
    const channel = this.#channel;
    const killed = channel === undefined ? undefined : await within(channel.kill(), KILL_MS);
    const unheard = channel !== undefined && killed === undefined ? UNHEARD : undefined;
    const late = channel === undefined && this.#late !== undefined ? await within(this.#late, KILL_MS) : undefined;
    const mayStillRun = end.exitCode === undefined && end.signal === undefined ? (killed?.mayStillRun ?? unheard ?? late) : undefined;
    const whole: TerminalEnding = { ...end, ...(mayStillRun === undefined ? {} : { mayStillRun }) };
    let stored: StreamEnd | undefined;
    try {
      stored = await this.#stream.end(whole, recording);
      this.#row = await this.#parts.records.ended(this.#row, whole, stored);
    } catch (error) {
      this.#parts.log.error({ err: error, terminalId: this.id }, "the end of a terminal could not be stored");
      this.#row = { ...this.#row, end: whole, recording: stored?.recording ?? "failed" };
    }
    this.#parts.tell(this.view());
    const last = await within(this.#stream.last(), LAST_MS).catch((error: unknown) => {
      this.#parts.log.error({ err: error, terminalId: this.id }, "the last screen of a terminal could not be drawn");
      return undefined;
    });
    for (const peer of this.#peers) peer.end(CLOSE.ended, "terminal_ended" satisfies ErrorCode);
    this.#stream.close();
    this.#parts.over(last, this.#shownTo);
  }

  /** Ends what nobody has looked at for as long as policy keeps it. */
  #keep(): void {
    clearTimeout(this.#unseen);
    this.#unseen = undefined;
    if (this.#peers.size > 0 || this.#over !== undefined) return;
    const { keepMs } = this.#terms;
    this.#unseen = setTimeout(() => void this.end({ why: `nobody had looked at it for ${spanOf(keepMs)}` }), keepMs).unref();
  }

  /** Where a recording is required, what cannot be recorded is not done. */
  #unrecorded(why: string): void {
    this.#row = { ...this.#row, recording: "failed" };
    if (this.#terms.recordingRequired) void this.end({ why: `it could not be recorded any more (${why})` }, "interrupted");
    else this.#changed();
  }

  /** Told at most once per turn of the event loop. */
  #changed(): void {
    if (this.#telling || this.#over !== undefined) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      if (this.#over === undefined) this.#parts.tell(this.view());
    });
  }

  /** False where it could not be written, and the terminal ends. */
  async #record(type: TerminalAct, actor: string, data: Record<string, string | string[] | null>): Promise<boolean> {
    try {
      await this.#parts.records.act(this.#row, type, actor, data);
      return true;
    } catch (error) {
      // What people do here cannot be accounted for any more, so it does not go on.
      this.#parts.log.error({ err: error, terminalId: this.id }, "an act at a terminal could not be written to the audit log");
      for (const peer of this.#peers) peer.end(CLOSE.restart, "audit_unavailable");
      void this.end({ why: "the audit log cannot be written" }, "interrupted");
      return false;
    }
  }
}

/** What may still run of a shell that did not begin, where its message does not say it. */
const stillRuns = ({ message, mayStillRun }: TargetError): Pick<TerminalEnding, "mayStillRun"> =>
  mayStillRun === undefined || message.includes(mayStillRun) ? {} : { mayStillRun };

/** `15 minutes`, `24 hours`. */
function spanOf(ms: number): string {
  const [hours, minutes, seconds, milliseconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1_000) % 60,
    ms % 1_000,
  ];
  // Of no time at all it says nothing.
  return new Intl.DurationFormat("en", { style: "long" }).format({ hours, minutes, seconds, milliseconds }) || "0 seconds";
}

const people = (lacking: readonly (readonly string[])[]): string =>
  `somebody of ${lacking.map((groups) => groups.join(" or ")).join(", and of ")}`;

/** What a promise gives within a time, undefined later. */
function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
