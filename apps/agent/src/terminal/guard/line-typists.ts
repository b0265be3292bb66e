import type { Typist } from "./asked-line.ts";

/** How long keys may be on their way to a shell while its prompt is on its way back, in milliseconds. */
const ON_ITS_WAY_MS = 5_000;

/** `at`: when they typed last; `out`: a Ctrl-C behind that takes it out of the line. */
interface Typed {
  who: Typist;
  at: number;
  out: boolean;
}

/**
 * Whose keys are in the line that is being written, and whose are for the one behind the next prompt. Where it is not known which of the two keys
 * are in, they count for both: nobody may agree to what they typed themselves.
 */
export class LineTypists {
  #line = new Map<string, Typed>();
  #next = new Map<string, Typed>();

  /** Of the line that is being written. */
  get people(): Typist[] {
    return [...this.#line.values()].map(({ who }) => who);
  }

  /** Somebody typed; `cut` says where a Ctrl-C stands in it. `typist` is asked for once for each line. */
  typed(userId: string, into: "line" | "next" | "either", cut: "none" | "within" | "last", typist: () => Typist | undefined): void {
    const cuts = into !== "next" && cut !== "none";
    if (cuts) for (const one of this.#line.values()) one.out = true;
    for (const typed of into === "next" ? [this.#next] : into === "either" ? [this.#line, this.#next] : [this.#line]) {
      const who = typed.get(userId)?.who ?? typist();
      if (who !== undefined) typed.set(userId, { who, at: performance.now(), out: cuts && cut === "last" });
    }
  }

  /** A prompt is there behind a command that ran. */
  ran(): void {
    this.#line = this.#next;
    this.#next = new Map();
  }

  /** A prompt is there, and nothing ran since the last one: keys may have been on their way while it was drawn. `again`: it may hold a line anew. */
  began(again: boolean): void {
    const since = performance.now() - ON_ITS_WAY_MS;
    const stay = [...this.#line].filter(([, { at, out }]) => again || (at > since && !out));
    this.#line = new Map([...stay, ...this.#next]);
    this.#next = new Map();
  }

  /** There was no prompt in between: what was for the next line is in this one. */
  join(): void {
    for (const [id, typed] of this.#next) this.#line.set(id, typed);
  }

  /** The same, and nothing of it is for another one. */
  joinAll(): void {
    this.join();
    this.#next.clear();
  }

  /** Keys of this line go on into the next one; `kept` leaves out those that a Ctrl-C took out. */
  goOn(which: "all" | "kept"): void {
    for (const [id, typed] of this.#line) if (which === "all" || !typed.out) this.#next.set(id, typed);
  }
}
