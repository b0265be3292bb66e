import type { Parsed, ParsedStatement } from "@interlock/connector";
import type { Diagnostic } from "@interlock/protocol";
import { analyzeShell, type ShellLine } from "@interlock/shell-model";
import { interpreterOf, unrunnable } from "./script.ts";

/** What is known of a script from its text. */
export interface ReadScript {
  /** Of a script for a shell; a line is what a shell reads at a time. */
  lines: readonly ShellLine[];
  statements: ParsedStatement[];
  diagnostics: Diagnostic[];
}

/** Names by which shells are called whose language is read here. Others' scripts are one statement of which nothing is known. */
const SHELLS = new Set(["sh", "bash", "dash", "ash", "ksh"]);

/** Diagnostics of a text that no shell would run to its end; others only leave a line unknown. */
const BROKEN = new Set<string>(["syntax"]);

/** Reads a script as the shell will; `unknown` for whatever cannot be told from its words. Never throws. */
export function readScript(text: string): ReadScript {
  const why = unrunnable(text);
  if (why !== undefined)
    return {
      lines: [],
      statements: whole(text, "Cannot be run"),
      diagnostics: [{ start: 0, end: text.length, message: why, severity: "error" }],
    };
  // Without a line of its own it runs in bash or sh, as the connection says; both are read alike.
  const interpreter = interpreterOf(text, "sh");
  const shell = shellOf(interpreter);
  if (shell === undefined) return { lines: [], statements: whole(text, `Runs a script of ${nameOf(interpreter[0])}`), diagnostics: [] };
  const { lines, diagnostics } = analyzeShell(text);
  const follows = lines.some((line) => line.follows);
  return {
    lines,
    statements: lines.map(({ start, end, effect, title, follows: itself }, index) => ({
      index,
      start,
      end,
      text: text.slice(start, end),
      effect,
      title,
      // The output of all lines is one result, the first one's.
      ...(itself || (follows && index === 0) ? { follows: true } : {}),
    })),
    diagnostics: diagnostics.map(({ code, message, start, end }) => ({
      start,
      end,
      message,
      severity: BROKEN.has(code) ? "error" : "warning",
    })),
  };
}

export function parse(text: string): Parsed {
  const { statements, diagnostics } = readScript(text);
  return { statements, diagnostics };
}

const nameOf = (program: string): string => program.slice(program.lastIndexOf("/") + 1);

/** The shell a `#!` line calls, by its path or by `env`; undefined for anything else, also for a shell with options that change how it reads. */
function shellOf([program, argument]: readonly [string, string?]): string | undefined {
  const name = nameOf(program);
  if (name === "env") return argument !== undefined && SHELLS.has(argument) ? argument : undefined;
  return SHELLS.has(name) && (argument === undefined || /^-[aefuxCv]+$/.test(argument)) ? name : undefined;
}

/** One statement of which nothing is known. */
function whole(text: string, title: string): ParsedStatement[] {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  return end <= start ? [] : [{ index: 0, start, end, text: text.slice(start, end), effect: "unknown", title }];
}
