import type { Function as ShellFunction } from "unbash";
import type { Span } from "./line.ts";
import type { Sheet } from "./sheet.ts";

/** What the text so far has told the shell, across its lines. */
export interface Session {
  /** Every body a name was given anywhere so far: which one is in force is not decided, so that all of them count. */
  functions: Map<string, ShellFunction[]>;
  aliases: Map<string, Set<string>>;
  /** Variables with one value for certain: assigned once in the whole text, to a constant, unconditionally. */
  constants: Map<string, string>;
  /** How often the text assigns each name. */
  assigned: ReadonlyMap<string, number>;
  /** Some variable may hold a command that is not expanded yet: calculating with any of them may run it. */
  hiding: boolean;
  /** Why names no longer mean the programs they are known for: PATH or LD_PRELOAD was changed above. */
  distrust: string | undefined;
  /** Nodes that may still be visited; functions that call each other twice over would take for ever. */
  budget: number;
}

/** Where in a text the walk is. */
export interface Scope {
  readonly session: Session;
  readonly sheet: Sheet;
  /** Reported instead of the nodes' own places: they are of a text that was taken out of a word. */
  readonly place: Span | undefined;
  /** How many texts deep: `bash -c "bash -c …"`. */
  readonly depth: number;
  /** Not certain to run, or not in this very shell: assignments here say nothing for certain. */
  readonly conditional: boolean;
  /** Within `$(…)`. */
  readonly substituted: boolean;
  /** Commands that run commands, one within the other. */
  readonly wrapped: number;
  /** Functions being followed, so that recursion ends. */
  readonly calling: ReadonlySet<string>;
}

/** Texts within texts that are followed. */
export const MAX_DEPTH = 8;

/** `sudo env nice …`: commands within commands that are followed. */
export const MAX_WRAPPED = 40;

export function placed(scope: Scope, span: { pos: number; end: number }): Span {
  return scope.place ?? { start: span.pos, end: span.end };
}

/** True while there is something left to spend; the line is unclear from then on. */
export function spend(scope: Scope, at: { pos: number; end: number }): boolean {
  if (scope.session.budget-- > 0) return true;
  scope.sheet.unclear("Too much to follow: functions that call one another, or commands within commands", placed(scope, at));
  return false;
}
