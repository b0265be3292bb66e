import { randomBytes } from "node:crypto";
import type { GuardTerms } from "@interlock/policy";
import { type LineDecision, type Outcome, type Role, type TerminalShell } from "@interlock/protocol";
import type { CommandMark } from "@interlock/recording";
import { unquotedBytes, type ShellMark, type ShellWord, type TerminalNote } from "@interlock/terminal";
import type { TerminalAct } from "../terminal-records.ts";
import { AskedLine, type LineEnd, type Typist } from "./asked-line.ts";
import { handedLine, judgedLine, type HandedLine } from "./line-judgement.ts";
import { LineTypists } from "./line-typists.ts";

export interface ShellGuardParts {
  guard: readonly GuardTerms[];
  /** To the shell, as if it had been typed. */
  send: (bytes: Uint8Array) => void;
  /** Into the recording, at this place. */
  mark: (mark: Omit<CommandMark, "offset">) => void;
  changed: () => void;
  /** Writes an event; false where it cannot be written, and then nothing goes on. */
  record: (type: TerminalAct, actor: string, data: Record<string, string | string[]>) => Promise<boolean>;
  /** Hides what nobody is to see. */
  mask: (text: string) => string;
  /** Why nothing may run now, whoever agreed to it: nobody watches over it, or its room is closed. */
  stopped: () => string | undefined;
}

/** Text of a question, in characters as the shell quotes it; a longer one is cut off, so that nobody can read it. */
const MOST_TEXT = 256 * 1024;
/** Bytes of keys that are kept while a line is judged: a large paste comes within the time that takes. */
const MOST_HELD = 1024 * 1024;
/** How long a shell may take to say that it has done what it was told, in milliseconds. */
const DONE_MS = 5_000;
/** How long it may take to say anything after it was started. */
const BEGIN_MS = 15_000;
/** How long what follows a Ctrl-C waits for the shell to have taken that, in milliseconds: what comes with it in one piece is thrown away. */
const TAKEN_MS = 100;
const CTRL_C = 3;
const RS = "\u001e";

/** A question of the shell, from its asking until the shell has gone on. */
interface Question {
  token: string;
  line: HandedLine;
  /** Waits for a person. */
  asked?: AskedLine;
  /** What was typed before it was known that it waits for a person; it goes on only where the line runs. */
  held: Uint8Array[];
  /** What was typed once it was decided. */
  behind: Uint8Array[];
  /** Something typed so far was left out. Then all of that is: half of a paste is another command than the whole. */
  broken?: boolean;
  /** More was typed than is held: until the shell has gone on nothing is. */
  full?: boolean;
  /** Told the shell what to do; it has not said that it did. */
  answered?: "run" | "back" | "check";
}

/**
 * One shell's words to the agent: which command runs where, and a line that waits to be judged before it runs. Words count by their nonce, so a
 * program that prints some tells nothing. An answer names the question's own token, which nobody but the shell has seen, and while it is open
 * nothing that anybody types reaches the shell.
 */
export class ShellGuard {
  readonly nonce = randomBytes(12).toString("hex");
  readonly #parts: ShellGuardParts;
  #state: TerminalShell = { guard: "starting" };
  readonly #typists = new LineTypists();
  /** A line came back to the shell, which may put it into its next prompt. */
  #returned = false;
  /** What follows a Ctrl-C, until the shell has taken that. */
  #later: Uint8Array[] | undefined;
  #laterBytes = 0;
  /** More came meanwhile than is kept. */
  #laterFull = false;
  #taking: NodeJS.Timeout | undefined;
  /** Pieces of what the shell is sending. */
  #text = "";
  #typed = "";
  #folder = "";
  #question: Question | undefined;
  /** What was let run, until the shell says that it is over. */
  #let: string | undefined;
  #running = false;
  /** More may run without being handed over anew: the rest of several lines that were let run as one. */
  #several = false;
  #timer: NodeJS.Timeout | undefined;
  #beginning: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(parts: ShellGuardParts) {
    this.#parts = parts;
  }

  /** The shell is being opened. */
  begin(): void {
    this.#beginning = setTimeout(() => this.absent("the shell has not said anything of itself so far"), BEGIN_MS).unref();
  }

  get state(): TerminalShell {
    const line = this.#question?.asked?.view();
    return line === undefined ? this.#state : { ...this.#state, line };
  }

  /** The shell is left as it is. */
  absent(why: string): void {
    if (this.#state.guard === "starting") this.#become({ guard: "none", why });
  }

  /**
   * What passes on of what somebody types; undefined for nothing, `lost` where it never will and that is to be said. `typist` is asked for once
   * for each line.
   */
  input(userId: string, bytes: Uint8Array, typist: () => Typist | undefined): Uint8Array | "lost" | undefined {
    const question = this.#question;
    this.#count(userId, bytes, typist);
    if (question === undefined) {
      if (this.#later !== undefined) {
        this.#laterBytes += bytes.byteLength;
        if (this.#laterFull || this.#laterBytes > MOST_HELD) {
          this.#later = [];
          this.#laterFull = true;
          return "lost";
        }
        this.#later.push(bytes);
        return undefined;
      }
      const to = bytes.indexOf(CTRL_C) + 1;
      if (to === 0 || this.#running || !["guarded", "told"].includes(this.#state.guard)) return bytes;
      this.#returned = false;
      this.#hold([bytes.subarray(to)]);
      return bytes.subarray(0, to);
    }
    if (question.asked !== undefined && !question.asked.decidedByDriver) {
      // Keys of somebody who waits, or does not know yet what others decided, are for nobody: Ctrl-C alone means something.
      leaveOut(question);
      const taken = bytes.indexOf(CTRL_C);
      if (taken < 0) return undefined;
      if (question.answered !== undefined) return this.#keep(question, bytes.subarray(taken));
      void question.asked.giveBack(typist()?.name ?? "system");
      return this.#keep(question, bytes.subarray(taken + 1));
    }
    return this.#keep(question, bytes);
  }

  /** Who is to type may not any more: nothing goes on of what they typed and nobody has taken yet. */
  forget(): void {
    if (this.#later !== undefined) this.#later = [];
    if (this.#question !== undefined) leaveOut(this.#question);
  }

  #count(userId: string, bytes: Uint8Array, typist: () => Typist | undefined): void {
    // While something runs, or a line is judged, what is typed belongs to the next line, where no program takes it. Where something is about to
    // run, or a Ctrl-C was sent, nobody knows which of two lines it will be in.
    const next = this.#running || this.#question !== undefined;
    const either = this.#let !== undefined || this.#later !== undefined;
    const cut = !bytes.includes(CTRL_C) ? "none" : bytes.at(-1) === CTRL_C ? "last" : "within";
    this.#typists.typed(userId, next ? "next" : either ? "either" : "line", cut, typist);
  }

  #keep(question: Question, bytes: Uint8Array): "lost" | undefined {
    if (bytes.length === 0) return undefined;
    if (sizeOf(question.held) + sizeOf(question.behind) + bytes.byteLength > MOST_HELD) {
      leaveOut(question);
      question.full = true;
    }
    if (question.full === true) return "lost";
    (question.asked === undefined ? question.held : question.behind).push(bytes);
    return undefined;
  }

  told(note: TerminalNote): void {
    if (this.#ended) return;
    if (note.kind === "word" && note.nonce === this.nonce) this.#word(note);
    else if (note.kind === "mark" && note.mark.nonce === this.nonce) this.#mark(note.mark);
  }

  /** Somebody decides about the line that waits. */
  decide(
    actor: Typist & { role: Role; groups: readonly string[]; drives: boolean },
    decided: { lineId: string; digest: string; decision: LineDecision },
  ): Promise<Outcome<void>> {
    return AskedLine.decide(this.#question?.asked, actor, decided);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#taking);
    clearTimeout(this.#beginning);
    this.#question?.asked?.close();
    this.#question = undefined;
  }

  #word({ verb, rest }: ShellWord): void {
    switch (verb) {
      case "began": {
        const [said = "", guards] = rest.split(";");
        const name = plain(said).slice(0, 100);
        clearTimeout(this.#beginning);
        if (guards === "guard") this.#become({ guard: "guarded", name });
        else {
          const why = this.#parts.guard.length === 0 ? "no rule of the policy judges lines here" : "this shell hands no line over";
          this.#become({ guard: "told", name, why });
        }
        return;
      }
      case "none":
        clearTimeout(this.#beginning);
        return this.#become({ guard: "none", why: this.#parts.mask(plain(rest).slice(0, 200)) });
      case "folder":
        this.#folder = (this.#folder + rest).slice(0, MOST_TEXT);
        return;
      case "text":
        this.#text = (this.#text + rest).slice(0, MOST_TEXT);
        return;
      case "typed":
        this.#typed = (this.#typed + rest).slice(0, MOST_TEXT);
        return;
      case "ask": {
        const [token = "", flags = ""] = rest.split(";");
        return this.#ask(token, new Set(flags.split(",")));
      }
      case "done": {
        const [token = "", did] = rest.split(";");
        return this.#done(token, did);
      }
    }
  }

  #mark(mark: ShellMark): void {
    switch (mark.kind) {
      case "prompt": {
        const folder = this.#decoded(this.#folder);
        this.#folder = "";
        // A prompt without its answer: the shell has given the question up (Ctrl-C on its way). An answer that was on its way stands at the
        // prompt as if it had been typed: Ctrl-U takes it out. What was typed since is for the new line.
        const question = this.#question;
        if (question !== undefined) this.#parts.send(Uint8Array.of(0x15));
        this.#drop();
        if (this.#running || this.#let !== undefined) this.#typists.ran();
        else this.#typists.began(this.#returned);
        this.#returned = false;
        this.#let = undefined;
        this.#running = false;
        this.#goOn();
        this.#pass(question === undefined ? [] : keysBehind(question));
        const { running: _, ...state } = this.#state;
        return this.#become({ ...state, ...(folder === undefined ? {} : { folder }) });
      }
      case "output": {
        if (this.#running) return;
        this.#running = true;
        // It ran all the same: its keys were bound anew, or the shell was told to forget what it was asked.
        if (this.#let === undefined && !this.#several && this.#state.guard === "guarded")
          this.#state = { ...this.#state, guard: "told", why: "a line ran that was not handed over" };
        const text = this.#let === undefined ? undefined : this.#parts.mask(this.#let);
        const { folder } = this.#state;
        const told = text === undefined ? {} : { text };
        this.#parts.mark({ kind: "started", ...told, ...(folder === undefined ? {} : { folder }) });
        return this.#become({ ...this.#state, running: { ...told, since: new Date().toISOString() } });
      }
      case "finished": {
        if (!this.#running) return;
        const { running, ...state } = this.#state;
        const exit = mark.exitCode === undefined ? {} : { exitCode: mark.exitCode };
        this.#parts.mark({ kind: "finished", ...exit });
        return this.#become({ ...state, last: { ...(running?.text === undefined ? {} : { text: running.text }), ...exit } });
      }
      case "input":
      case "command":
        return;
    }
  }

  #ask(token: string, flags: ReadonlySet<string>): void {
    const bytes = this.#text.length < MOST_TEXT ? unquotedBytes(this.#text) : undefined;
    this.#text = "";
    // What cannot be unquoted is no text of the shell's: it is judged as what nobody can read.
    const line = handedLine(bytes ?? Uint8Array.of(0xff), flags.has("bare"));
    const { held = [], broken = false, full = false } = this.#question ?? {};
    this.#drop();
    const question: Question = {
      token,
      line,
      held: [...held, ...(this.#later ?? [])],
      behind: [],
      broken: broken || this.#laterFull,
      full: full || this.#laterFull,
    };
    this.#later = undefined;
    this.#laterFull = false;
    clearTimeout(this.#taking);
    this.#question = question;
    if (this.#state.guard === "told" && this.#parts.guard.length > 0) {
      const { why: _, ...state } = this.#state;
      this.#become({ ...state, guard: "guarded" });
    }
    // Without its prompt's word, whoever typed while the last command ran is in this line.
    if (this.#running) this.#typists.join();
    const judged = judgedLine(this.#parts.guard, line);
    if (judged.decision === "allow") return this.#answer(question, "run");
    // It may only be a beginning, which runs nothing: the shell knows.
    if (!flags.has("whole")) return this.#answer(question, "check");
    const asked = new AskedLine({
      line,
      judged,
      guard: this.#parts.guard,
      typists: this.#typists.people,
      mask: this.#parts.mask,
      record: this.#parts.record,
      stopped: this.#parts.stopped,
      say: (text) => this.#send(question, `wait;${plain(text)}`),
      still: () => this.#send(question, "still"),
      changed: this.#parts.changed,
      over: (end) => this.#decided(question, end),
    });
    question.asked = asked;
    asked.begin();
  }

  #decided(question: Question, end: LineEnd): void {
    if (this.#question !== question) return;
    this.#answer(question, end);
    this.#parts.changed();
  }

  #answer(question: Question, answer: "run" | "back" | "check"): void {
    question.answered = answer;
    this.#send(question, answer);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#go(question, ""), DONE_MS).unref();
  }

  #done(token: string, did: string | undefined): void {
    const typed = this.#typed;
    this.#typed = "";
    const question = this.#question;
    if (question === undefined || question.token !== token) return;
    // It heard no answer in time, and the line stands there again.
    if (did === "lost") question.answered = "back";
    this.#go(question, typed);
  }

  /** The shell has gone on: what was typed meanwhile is for it again, in its order. */
  #go(question: Question, typed: string): void {
    if (this.#question !== question) return;
    clearTimeout(this.#timer);
    this.#question = undefined;
    question.asked?.close();
    if (question.answered === "run") {
      this.#let = question.line.text ?? "";
      this.#several = this.#let.includes("\n");
      this.#returned = false;
    } else if (question.answered === "check" && question.line.text !== undefined) this.#let = question.line.text;
    if (question.answered === "back") this.#returned = true;
    if (question.asked !== undefined) this.#parts.changed();
    // Behind a line that was sent back nothing goes on that was typed before that.
    const goesOn = typed !== "" && question.answered !== "back" && question.broken !== true;
    const before = goesOn && typed.length < MOST_TEXT ? unquotedBytes(typed) : undefined;
    // What is not whole would be another command than it was, and so would what was typed behind it.
    if (goesOn && before === undefined) leaveOut(question);
    if (question.answered === "run") {
      if (before !== undefined) this.#typists.goOn("all");
    } else {
      // There is no prompt in between: what goes on is part of the line that came back, or that only began.
      this.#typists.joinAll();
    }
    this.#pass([...(before === undefined ? [] : [before]), ...keysBehind(question)]);
  }

  /** Sends what was kept, in its order. */
  #pass(kept: readonly Uint8Array[]): void {
    for (const [index, bytes] of kept.entries()) {
      const to = bytes.indexOf(CTRL_C) + 1;
      this.#parts.send(to === 0 ? bytes : bytes.subarray(0, to));
      if (to === 0) continue;
      this.#returned = false;
      return this.#hold([bytes.subarray(to), ...kept.slice(index + 1)]);
    }
  }

  /**
   * Keeps what follows a Ctrl-C until its prompt is there, or the shell had time to take it: one that takes both together throws away what
   * follows, which is no less typed for coming fast.
   */
  #hold(rest: readonly Uint8Array[]): void {
    this.#laterFull = false;
    this.#later = rest.filter(({ length }) => length > 0);
    this.#laterBytes = sizeOf(this.#later);
    this.#taking = setTimeout(() => this.#goOn(), TAKEN_MS).unref();
    if (this.#later.length > 0) this.#typists.goOn("kept");
  }

  /** The shell has taken a Ctrl-C. */
  #goOn(): void {
    const later = this.#later ?? [];
    this.#later = undefined;
    clearTimeout(this.#taking);
    this.#pass(later);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#question?.asked?.close();
    this.#question = undefined;
  }

  #send(question: Question, answer: string): void {
    // A shell that asks no more would take it for keys.
    if (this.#question !== question) return;
    this.#parts.send(new TextEncoder().encode(`${RS}${question.token};${answer}${RS}`));
  }

  #decoded(quoted: string): string | undefined {
    const bytes = unquotedBytes(quoted);
    return bytes === undefined ? undefined : this.#parts.mask(plain(new TextDecoder().decode(bytes)).slice(0, 1024));
  }

  #become(state: TerminalShell): void {
    this.#state = state;
    this.#parts.changed();
  }
}

/** What goes on of what was typed behind a line. Behind one that does not run nothing does that was typed before that was decided. */
function keysBehind({ held, behind, answered, asked }: Question): Uint8Array[] {
  const runs = answered === undefined ? asked === undefined : answered !== "back";
  return [...(runs ? held : []), ...behind];
}

const sizeOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);

/** Nothing goes on of what was typed so far. */
function leaveOut(question: Question): void {
  question.held = [];
  question.behind = [];
  question.broken = true;
}

/** One line of what a terminal may show. */
const plain = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/gu, " ").slice(0, 500);
