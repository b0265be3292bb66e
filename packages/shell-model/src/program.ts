import type { Effect } from "@interlock/protocol";
import type { Call } from "./call.ts";
import type { ObjectKind } from "./line.ts";

/**
 * Options of a program in a compact notation, blanks between: `x` a letter, `x:` with a value, `x?` with a value only when attached;
 * `--long`, `--long=` with a value, `--long?` with one only after `=`; `-word` and `-word:` for programs whose long options have one
 * dash. Keys say what an option does. An option that stands nowhere makes the run unknown, unless `loose`.
 */
export interface OptionTable {
  /** Change nothing about the effect. */
  safe?: string;
  /** Turn what the program does into reading only: `--list`, `--dry-run`, `--version`. */
  shows?: string;
  session?: string;
  append?: string;
  modify?: string;
  delete?: string;
  schema?: string;
  privilege?: string;
  unknown?: string;
  /** Their value is a file that is written over. */
  writes?: string;
  /** Their value is a file that is added to. */
  appends?: string;
  /** Their value is a command line that a shell runs. */
  runs?: string;
  /** They make it run something else, or do what a file says. */
  opaque?: string;
  /** Goes on until it is stopped. */
  follows?: string;
  /** Wants a terminal. */
  tty?: string;
  /** Options that stand nowhere are harmless: all that matter are named here. */
  loose?: true;
  /** Options end at the first operand, as where a command follows. */
  first?: true;
  /** Options have one dash and whole words: `-noout`. */
  words?: true;
}

/** What is known of one program, or of one of its subcommands. */
export interface Program {
  /** What a run is for people, in the third person; `{}` stands for its operands, `{words}` for them as one phrase. */
  says?: string;
  /** Of a run whose options are all known and harmless. `read` by default. */
  /** What `{}` stands for without operands: `this folder`; its input by default. */
  empty?: string;
  effect?: Effect;
  /** Of a run without operands, where that differs. */
  bare?: Effect;
  /** Absent: no option of it changes the effect. */
  options?: OptionTable;
  /** What its operands are, for the objects. Paths of which a program with an effect writes are judged by their place. */
  kind?: ObjectKind | "none";
  /** Subcommands; one that stands nowhere is unknown. */
  verbs?: Readonly<Record<string, Program>>;
  /** Judges what the table cannot say; notes what it finds itself and returns what is left to be noted by the table, if anything. */
  rule?: (call: Call) => Program | undefined;
  follows?: true;
  tty?: true;
  changesHost?: true;
  /** A builtin of the shell: PATH does not decide what its name means. */
  builtin?: true;
}

export type Programs = Readonly<Record<string, Program>>;

/** Gives the same to many names: `all("ls dir", {…})`. */
export function all(names: string, program: Program): Record<string, Program> {
  return Object.fromEntries(names.split(/\s+/u).map((name) => [name, program]));
}

/** Subcommands by what they do; names separated by blanks, those of several words joined by a dot: `container.ls`. */
export function verbs(groups: Partial<Record<Effect, string>>, more: Readonly<Record<string, Program>> = {}): Record<string, Program> {
  const out: Record<string, Program> = {};
  const put = (path: string, program: Program): void => {
    const [head, ...rest] = path.split(".");
    if (rest.length === 0) out[head!] = { ...out[head!], ...program };
    else {
      const below: Record<string, Program> = { ...out[head!]?.verbs };
      below[rest.join(".")] = program;
      out[head!] = { ...out[head!], verbs: below };
    }
  };
  for (const [effect, names] of Object.entries(groups))
    for (const name of names.split(/\s+/u)) if (name !== "") put(name, { effect: effect as Effect });
  for (const [name, program] of Object.entries(more)) put(name, program);
  return out;
}
