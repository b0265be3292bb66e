import type { HereDoc, Word, WordPart } from "unbash";
import type { Call } from "./call.ts";
import type { Span } from "./line.ts";
import type { Scope } from "./scope.ts";

/**
 * Commands hidden in values. Where bash takes a name or a number it evaluates what a variable holds, and the subscripts in it, and a
 * command in a subscript runs: with `x='a[$(rm y)]'`, `$((x))`, `[[ x -eq 1 ]]`, `declare -i n=x` and `printf -v "$x"` all run `rm y`.
 */

/** A subscript with a command in it, not yet expanded. */
export function hidesCommand(text: string): boolean {
  return /\[[^\]]*(?:[$\uFFFC]\(|\$\{|`)/u.test(text);
}

/** What is quoted or escaped in a word, without what is expanded in it. */
export function literalOf(word: { value: string; parts?: readonly WordPart[] | undefined }): string {
  return word.parts ? word.parts.map(literalOfPart).join("") : word.value;
}

function literalOfPart(part: WordPart): string {
  if (part.type === "Literal" || part.type === "SingleQuoted" || part.type === "AnsiCQuoted") return part.value;
  if (part.type === "DoubleQuoted" || part.type === "LocaleString") return part.parts.map(literalOfPart).join("");
  // Brackets without quotes are a pattern to the parser, and text where no file fits.
  if (part.type === "Glob")
    return part.parts?.some((inner) => inner.type === "CommandExpansion")
      ? part.value.replace(/[$`]/gu, "")
      : part.value.replaceAll("\\", "");
  return "\uFFFC";
}

/** Notes a value that is given to a variable, a parameter of a function, or something to read from. */
export function judgeValue(literal: string, at: Span, scope: Scope): void {
  if (hidesCommand(literal)) scope.sheet.unclear("Holds a subscript with a command in it, which runs wherever one calculates with it", at);
  else if (/\$\(|`/u.test(literal)) scope.session.hiding = true;
}

/** A here-document is read line by line at times, and more often a script with brackets of its own. */
export function judgeHereDocument(node: HereDoc, scope: Scope): void {
  if (!node.body.parts && /\$\(|`/u.test(node.body.text)) scope.session.hiding = true;
}

export function judgeValues(words: readonly Word[], at: Span, scope: Scope): void {
  for (const word of words) judgeValue(literalOf(word), at, scope);
}

/** Builtins that evaluate subscripts in names they are given. */
export function judgeSubscripts(call: Call): void {
  for (const arg of call.args) {
    if (hidesCommand(arg.text ?? "")) call.unclear(`The subscript in ${arg.shown} is evaluated, commands in it included`, arg);
  }
  if (!call.scope.session.hiding) return;
  const words = call.words();
  const evaluates =
    call.name === "let" ||
    (/^(?:test|\[|printf|wait)$/u.test(call.name) && words.some((word) => /^-[vRp]/u.test(word))) ||
    (/^(?:declare|typeset|local|export|readonly)$/u.test(call.name) && words.some((word) => /^[-+]\w*[inaA]/u.test(word))) ||
    (!/^(?:test|\[)$/u.test(call.name) &&
      call.args.some((arg) => arg.text === undefined && arg.variables.length > 0 && !arg.lead.includes("=")));
  if (evaluates) call.unclear(`${call.name} may run a command that a variable of this text holds`);
}
