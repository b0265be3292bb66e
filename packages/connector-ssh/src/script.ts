import { quoted } from "./quoting.ts";

/** What runs a script: program, and the one argument that a `#!` line may have. */
export type Interpreter = readonly [program: string, argument?: string];

/**
 * What a script is run with: its own first line (`#!`, read as Linux reads it: a program and at most one argument), else the connection's shell.
 * It is part of what is frozen: of the text, or of the resolution.
 */
export function interpreterOf(text: string, shell: string): Interpreter {
  const line = /^#![ \t]*([^ \t\r\n]+)[ \t]*([^\r\n]*)/.exec(text);
  if (line === null) return [shell];
  const argument = line[2]!.trimEnd();
  return argument === "" ? [line[1]!] : [line[1]!, argument];
}

/** Why a text cannot be run as it is; undefined where it can. */
export function unrunnable(text: string): string | undefined {
  if (text.trim() === "") return "There is nothing in it.";
  if (text.includes("\0")) return "It holds a zero byte, which no shell reads.";
  if (!text.isWellFormed()) return "It is not well-formed Unicode, so its bytes are not known.";
  if (/^#![^\n]*\r/.test(text))
    return "Its first line ends in CR LF: the host would look for a program of that name. Save it with line ends of Unix.";
  if (!interpreterOf(text, "sh").every((word) => PLAIN.test(word!))) return "Its first line (#!) has characters that are not passed on.";
  return undefined;
}

/** What stands between double quotes of any shell as it is. */
const PLAIN = /^[\w@%+=:,./ -]+$/;

/** Exit codes of the start itself; a script may use the same, but only after it has begun. */
export const NOT_WHOLE = 125;
export const NO_INTERPRETER = 127;

/**
 * The command that takes a script from its standard input and runs it. `mark` is a random word: the script ends with it on the wire, and the
 * first line on standard error is it and the id of the process group.
 *
 * - The login shell, whatever it is, only reads one quoted word and is replaced by sh: nothing of the script, and neither `!` nor a backslash,
 *   which some shells read within quotes.
 * - The whole script is read before its first line runs: a link that breaks half way must not run half of a line (`rm -rf /srv/old` is another
 *   command without its last letters). Hence the mark at its end, which also keeps the line ends before it.
 * - The interpreter reads the script from descriptor 9, a pipe: nothing is written to the host's files, and nobody finds it in a list of
 *   processes. Standard input is empty, so that a program that reads it does not eat the lines that follow.
 * - sh, the interpreter and what it starts are one process group, that of the session, so that one signal reaches them all.
 */
export function startCommand([program, argument]: Interpreter, mark: string, name: string): string {
  const run = argument === undefined ? `"${program}"` : `"${program}" "${argument}"`;
  const start = [
    "s=$(cat)",
    `case $s in (*${mark}) s=\${s%${mark}};; (*) echo "The script did not arrive whole; nothing of it was run." >&2; exit ${NOT_WHOLE};; esac`,
    `command -v "${program}" >/dev/null || { echo "There is no ${program} on this host; nothing was run." >&2; exit ${NO_INTERPRETER}; }`,
    `[ -e /dev/fd/0 ] || { echo "This host has no /dev/fd; nothing was run." >&2; exit ${NOT_WHOLE}; }`,
    // A printf that is a program of its own takes no more than an argument holds, and would hand over nothing of what is longer.
    `case $(command -v printf) in (/*) echo "The shell of this host cannot hand a script on; nothing was run." >&2; exit ${NOT_WHOLE};; esac`,
    // The group is $$ wherever the server began it with a session of its own; where it did not, /proc knows it (its fifth word, sh having no space).
    "read -r a b c d g e 2>/dev/null </proc/$$/stat || g=$$",
    `echo "${mark} $g" >&2`,
    `printf %s "$s" | { exec 9<&0; exec ${run} /dev/fd/9 9<&9 </dev/null; }`,
  ].join("; ");
  return `exec /bin/sh -c ${quoted(start)} ${quoted(name.replaceAll(/[^\w@.:-]/g, "_").slice(0, 64))}`;
}
