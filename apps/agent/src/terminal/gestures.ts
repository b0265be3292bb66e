import { ok, refuse, type Outcome, type TerminalFrame } from "@interlock/protocol";
import type { TerminalPeer } from "./terminal-socket.ts";

/** What a page says of its person that is for the others and never for the shell. */
export type Gesture = Extract<TerminalFrame, { type: "point" | "view" }>;

/** Gestures at once, and per second after that: of one page, and of all pages of a terminal together, for each goes to all the others. */
const OF_A_PAGE = { burst: 20, perSecond: 10 } as const;
const OF_ALL = { burst: 100, perSecond: 100 } as const;

/** Pointing and scrolling, told to everybody else who looks at a terminal. Nothing of it is recorded. */
export class Gestures {
  readonly #pages = new Map<TerminalPeer, { allowance: Allowance; view?: Gesture & { type: "view" } }>();
  readonly #all = new Allowance(OF_ALL);
  readonly #end: () => number;

  /** `end`: bytes of output so far; nobody has drawn more. */
  constructor(end: () => number) {
    this.#end = end;
  }

  /** A page gets output from now on, and is told where the others have scrolled to. */
  add(peer: TerminalPeer): void {
    for (const [{ userId }, { view }] of this.#pages) if (view !== undefined && view.row < 0) peer.send(told(userId, view));
    this.#pages.set(peer, { allowance: new Allowance(OF_A_PAGE) });
  }

  remove(peer: TerminalPeer): void {
    this.#pages.delete(peer);
  }

  take(peer: TerminalPeer, gesture: Gesture): Outcome<void> {
    const page = this.#pages.get(peer);
    if (page === undefined || gesture.offset > this.#end()) return refuse("malformed_frame", "this screen has not been yet");
    if (!page.allowance.spend() || !this.#all.spend())
      return refuse("too_many_requests", "of pointing and scrolling, which others do not see now");
    if (gesture.type === "view") page.view = gesture;
    const frame = told(peer.userId, gesture);
    for (const other of this.#pages.keys()) if (other !== peer) other.send(frame);
    return ok(undefined);
  }
}

function told(userId: string, gesture: Gesture): TerminalFrame {
  const { offset } = gesture;
  return gesture.type === "point"
    ? { type: "pointed", offset, span: gesture.span, userId }
    : { type: "viewed", offset, row: gesture.row, userId };
}

/** Something that fills up again as time goes by. */
class Allowance {
  readonly #burst: number;
  readonly #perSecond: number;
  #left: number;
  #filled = performance.now();

  constructor({ burst, perSecond }: { burst: number; perSecond: number }) {
    this.#burst = this.#left = burst;
    this.#perSecond = perSecond;
  }

  /** False when there is none left. */
  spend(): boolean {
    const now = performance.now();
    this.#left = Math.min(this.#burst, this.#left + ((now - this.#filled) / 1000) * this.#perSecond);
    this.#filled = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
