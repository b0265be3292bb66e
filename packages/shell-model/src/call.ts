import type { Effect } from "@interlock/protocol";
import type { ObjectKind, RiskCode, Span } from "./line.ts";
import { judgePlace } from "./places.ts";
import type { Scope } from "./scope.ts";
import type { Arg } from "./words.ts";

/** Where a command's standard input comes from, as far as the text says. */
export interface Input {
  kind: "terminal" | "pipe" | "file" | "text";
  /** From a pipe: lines that are names of what was found, none of which begins with a dash. */
  names?: true;
  /** The text itself where it stands there and nothing in it is expanded. */
  text?: string;
  at?: Span;
}

/** What the walk offers to those who judge one command. */
export interface Walk {
  /** Judges a command within a command: `sudo CMD`, `find -exec CMD`. Its words are not expanded again. */
  run(args: readonly Arg[], scope: Scope, input: Input): void;
  /** Judges a text that a shell will read. `child`: a shell of its own, which knows no variables of this one. */
  text(text: string, at: Span, scope: Scope, child: boolean): void;
}

/** One command that would run: its name as programs are known by, its arguments, and where facts about it go. */
export class Call {
  readonly name: string;
  readonly args: readonly Arg[];
  readonly at: Span;
  readonly scope: Scope;
  readonly input: Input;
  readonly walk: Walk;
  /** The whole of standard output goes here by a redirection; `undefined`: to the terminal or a pipe. */
  readonly output: string | undefined;

  constructor(name: string, args: readonly Arg[], at: Span, scope: Scope, input: Input, walk: Walk, output?: string) {
    this.name = name;
    this.args = args;
    this.at = at;
    this.scope = scope;
    this.input = input;
    this.walk = walk;
    this.output = output;
  }

  note(effect: Effect, text: string, at: Span = this.at): void {
    this.scope.sheet.note(effect, text, at);
  }

  unclear(why: string, at: Span = this.at): void {
    this.scope.sheet.unclear(why, at);
  }

  risk(code: RiskCode, message: string, at: Span = this.at): void {
    this.scope.sheet.risk(code, message, at);
  }

  object(effect: Effect, arg: Arg, kind: ObjectKind): void {
    this.scope.sheet.object(effect, arg.shown, kind, arg, arg.text === undefined);
  }

  /** The same command under another name: with a subcommand taken off its arguments. */
  as(name: string, args: readonly Arg[]): Call {
    return new Call(name, args, this.at, this.scope, this.input, this.walk, this.output);
  }

  /** A file that is changed by the command: the object, and what its place adds to the effect. */
  writes(arg: Arg, effect: Effect): void {
    judgePlace(arg, effect, this.scope.sheet);
  }

  /** The command within this one. */
  run(args: readonly Arg[], input: Input = this.input): void {
    this.walk.run(args, this.scope, input);
  }

  /** A command line that this command hands to a shell. */
  shell(text: Arg | undefined, why: string, child = true): void {
    if (text === undefined) return;
    if (text.text === undefined) this.unclear(`${why}: ${quoted(text.shown)} is only known once it runs`, text);
    else this.walk.text(text.text, text, this.scope, child);
  }

  /** The arguments as far as known, for rules that only look for words. */
  words(): string[] {
    return this.args.map((arg) => arg.text ?? arg.shown);
  }
}

/** Cut for people. */
export function quoted(text: string): string {
  const line = text.replace(/\s+/gu, " ");
  if (line.trim() === "") return "''";
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}

/** `a`, `a and b`, `a, b and 3 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.map(quoted);
  if (shown.length === 0) return "what is not named";
  if (shown.length <= 2) return shown.join(" and ");
  return shown.length === 3 ? `${shown[0]}, ${shown[1]} and ${shown[2]}` : `${shown[0]}, ${shown[1]} and ${shown.length - 2} more`;
}
