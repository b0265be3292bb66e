/** Bounds in bytes and milliseconds; what a policy may set. */
export interface FlowLimits {
  /** Bytes the driver has not acknowledged beyond which the source is paused. */
  high: number;
  /** Bytes below which it goes on. */
  low: number;
  /** Bytes a watcher may be behind before it is demoted. */
  watcher: number;
  /** How long a driver may acknowledge nothing while the source waits for it; then the terminal goes on without waiting. */
  silentMs: number;
}

export const FLOW_LIMITS: FlowLimits = { high: 128 * 1024, low: 64 * 1024, watcher: 1024 * 1024, silentMs: 30_000 };

/** What is to be done, in this order. */
export type FlowAction =
  | { do: "pause" }
  | { do: "resume" }
  /** The watcher gets no more bytes: it is too far behind. */
  | { do: "demote"; viewer: string }
  /** It has caught up with what was sent to it: send a key frame, then call `resynced`. */
  | { do: "resync"; viewer: string }
  /** The driver acknowledges nothing: say so; the terminal no longer waits for it, and it is treated as a watcher. */
  | { do: "silent"; viewer: string }
  /** It acknowledges again. */
  | { do: "heard"; viewer: string };

interface Viewer {
  /** Bytes sent to it, and acknowledged by it, as offsets of the stream. */
  sent: number;
  acknowledged: number;
  /** `behind`: it gets nothing until it has acknowledged what it was sent; `waiting`: a key frame is on its way. */
  state: "live" | "behind" | "waiting";
}

/**
 * Who gets bytes of a terminal, and whether its source runs, by the offsets that browsers acknowledge. Only the driver can pause the source;
 * a watcher that is slow is left behind and comes back with a key frame, so nobody's slowness touches the others. Decides only: the caller
 * sends, pauses and keeps the time.
 *
 * Bytes count as sent to everybody who is `live` when they are appended. The caller may keep those of a watcher back for a moment, as long as it
 * sends them before anything else to that one, a demotion included.
 */
export class FlowControl {
  readonly #limits: FlowLimits;
  readonly #viewers = new Map<string, Viewer>();
  #end = 0;
  #driver: string | undefined;
  #paused = false;
  /** Since when the source waits and the driver says nothing. */
  #waitingSince: number | undefined;
  #silent = false;

  constructor(limits: FlowLimits = FLOW_LIMITS) {
    if (!(limits.low <= limits.high)) throw new RangeError("the low water mark is above the high one");
    this.#limits = limits;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get driver(): string | undefined {
    return this.#driver;
  }

  /** Whether bytes go to it now. */
  isLive(viewer: string): boolean {
    return this.#viewers.get(viewer)?.state === "live";
  }

  /** Those who get the next bytes. */
  get live(): string[] {
    return [...this.#viewers].filter(([, { state }]) => state === "live").map(([viewer]) => viewer);
  }

  /** Somebody has what the stream holds up to `offset`: from a key frame, or from before. Bytes behind it are the caller's to send. */
  join(viewer: string, offset: number): void {
    this.#viewers.set(viewer, { sent: this.#end, acknowledged: offset, state: "live" });
  }

  leave(viewer: string, now: number): FlowAction[] {
    this.#viewers.delete(viewer);
    return this.#driver === viewer ? this.drive(undefined, now) : [];
  }

  /** Somebody else drives, or nobody: then nothing is waited for. What the new driver has yet to acknowledge counts from now on. */
  drive(viewer: string | undefined, now: number): FlowAction[] {
    if (viewer !== undefined && !this.#viewers.has(viewer)) throw new RangeError("who drives has to look on");
    this.#driver = viewer;
    this.#silent = false;
    this.#waitingSince = undefined;
    return this.#govern(now);
  }

  /** The stream has grown to `end` bytes; everybody who is live was sent them. */
  appended(end: number, now: number): FlowAction[] {
    this.#end = end;
    const actions: FlowAction[] = [];
    for (const [name, viewer] of this.#viewers) {
      if (viewer.state !== "live") continue;
      viewer.sent = end;
      if (!this.#holds(name) && end - viewer.acknowledged > this.#limits.watcher) {
        viewer.state = "behind";
        actions.push({ do: "demote", viewer: name });
      }
    }
    return [...actions, ...this.#govern(now)];
  }

  /** It has drawn everything up to `offset`. What is not between what it said last and what it was sent is ignored: a browser may say anything. */
  acknowledged(name: string, offset: number, now: number): FlowAction[] {
    const viewer = this.#viewers.get(name);
    if (viewer === undefined || !(offset > viewer.acknowledged && offset <= viewer.sent)) return [];
    viewer.acknowledged = offset;
    const actions: FlowAction[] = [];
    if (name === this.#driver) {
      this.#waitingSince = undefined;
      if (this.#silent) {
        this.#silent = false;
        actions.push({ do: "heard", viewer: name });
      }
    }
    if (viewer.state === "behind" && viewer.acknowledged === viewer.sent) {
      viewer.state = "waiting";
      actions.push({ do: "resync", viewer: name });
    }
    return [...actions, ...this.#govern(now)];
  }

  /** A key frame of `offset`, and all bytes after it up to now, were sent to it. */
  resynced(name: string, offset: number, now: number): FlowAction[] {
    const viewer = this.#viewers.get(name);
    if (viewer === undefined) return [];
    viewer.acknowledged = Math.max(viewer.acknowledged, offset);
    viewer.sent = this.#end;
    viewer.state = "live";
    return this.#govern(now);
  }

  /** Time goes by; to be called now and then. */
  tick(now: number): FlowAction[] {
    if (this.#waitingSince === undefined || now - this.#waitingSince < this.#limits.silentMs || this.#driver === undefined) return [];
    this.#silent = true;
    this.#waitingSince = undefined;
    const viewer = this.#viewers.get(this.#driver)!;
    const actions: FlowAction[] = [{ do: "silent", viewer: this.#driver }];
    if (viewer.state === "live" && this.#end - viewer.acknowledged > this.#limits.watcher) {
      viewer.state = "behind";
      actions.push({ do: "demote", viewer: this.#driver });
    }
    return [...actions, ...this.#govern(now)];
  }

  /** Whether the source waits for this one. */
  #holds(name: string): boolean {
    return name === this.#driver && !this.#silent;
  }

  #govern(now: number): FlowAction[] {
    const driver = this.#driver === undefined || this.#silent ? undefined : this.#viewers.get(this.#driver);
    // A driver who gets nothing until a key frame comes has nothing to acknowledge: waiting for it would wait for ourselves.
    const owed = driver === undefined || driver.state === "waiting" ? 0 : driver.sent - driver.acknowledged;
    if (!this.#paused && owed > this.#limits.high) {
      this.#paused = true;
      this.#waitingSince = now;
      return [{ do: "pause" }];
    }
    if (this.#paused && owed < this.#limits.low) {
      this.#paused = false;
      this.#waitingSince = undefined;
      return [{ do: "resume" }];
    }
    if (this.#paused) this.#waitingSince ??= now;
    return [];
  }
}
