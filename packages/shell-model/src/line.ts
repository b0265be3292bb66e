import type { Effect } from "@interlock/protocol";

/** A range of the text: UTF-16 code units, end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/** One fact about a line, in words for people, at what it was read from. `read` facts are told too: they say what was recognised. */
export interface Reason extends Span {
  effect: Effect;
  text: string;
}

/** Something a line names and what would become of it. */
export interface ShellObject extends Span {
  effect: Effect;
  /** As it is written, quotes removed; `$DIR/*` stays as it is, unless the text itself says what DIR is. */
  object: string;
  kind: ObjectKind;
  /** What it stands for is only known once the line runs: a variable, a pattern, the output of a command. */
  dynamic?: true;
}

export type ObjectKind = "path" | "device" | "service" | "package" | "user" | "host" | "process" | "url" | "name";

/** What could go badly wrong with a line, whatever it was meant to do. */
export interface Risk extends Span {
  code: RiskCode;
  message: string;
}

export type RiskCode =
  | "delete_root"
  | "delete_system"
  | "delete_everything_here"
  | "empty_variable"
  | "open_to_all"
  | "device_write"
  | "kill_all"
  | "pipe_to_shell"
  | "same_file"
  | "new_filesystem"
  | "secret_on_command_line"
  | "secret_read"
  | "fork_bomb"
  | "lockout"
  | "look_alike"
  | "no_trace"
  | "host_stops";

/**
 * One complete command line as a shell reads it: what ends at a newline that does not continue it, compound commands and
 * here-documents whole. The most consequential thing in it is its effect; conditions do not lessen it.
 */
export interface ShellLine extends Span {
  /** From 0. */
  index: number;
  text: string;
  effect: Effect;
  /** Short, for people: `Deletes /var/lib/app and everything below`. */
  title: string;
  objects: ShellObject[];
  /** The facts that decided, most consequential first, then as they stand in the text. */
  reasons: Reason[];
  risks: Risk[];
  /** Why it cannot be told what would run. Then `effect` is `unknown`. */
  opaque?: string;
  /** It goes on until somebody stops it: `tail -f`, `watch`, `ping` without a count. */
  follows?: true;
  /** The program that wants a terminal: `vim`, `top`, `less`. */
  needsTty?: string;
  /** The host itself stops or starts anew. */
  changesHost?: true;
  /** Whom a part of it runs as, where it says so: `sudo`, `su`, `runuser`. The effect is not lessened or raised by that. */
  runsAs?: string;
}

/** What is wrong with the text itself. Lines it concerns are `unknown`. */
export interface ShellDiagnostic extends Span {
  code: "syntax" | "invisible" | "carriage_return" | "too_long" | "too_deep" | "history_expansion" | "interpreter";
  message: string;
}

export interface ShellAnalysis {
  lines: ShellLine[];
  diagnostics: ShellDiagnostic[];
}

export interface ShellOptions {
  /** Typed at a prompt: `!` outside of single quotes brings back earlier lines, so what runs is not what is written. */
  interactive?: boolean;
  /** Aliases the shell is known to have, by name. */
  aliases?: Readonly<Record<string, string>>;
  /** UTF-16 code units that are looked at; a longer text is one unknown line. 65,536 by default. */
  maxLength?: number;
}
