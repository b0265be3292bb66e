import type { Call } from "../call.ts";
import { quoted } from "../call.ts";
import { readsPath } from "../places.ts";
import { scan } from "../options.ts";
import type { Program } from "../program.ts";
import type { Arg } from "../words.ts";
import { constant } from "../words.ts";

/** `awk`: its program may run commands and write files. */
export function awk(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "F: v: O P S c b n r t N e: --field-separator= --assign= --source= --sandbox --posix --traditional --re-interval --lint? --non-decimal-data --optimize --characters-as-bytes --use-lc-numeric --version --help",
    modify: "i: --include=",
    opaque: "f: --file= E: --exec= l: --load= D? --debug? -W",
  });
  for (const at of scanned.unlisted) call.unclear(`${quoted(at.shown)} may be an option of awk, or is none that is known`, at);
  for (const given of scanned.given) {
    if (given.meaning === "opaque") call.unclear("What is in the file of the program is not read", given.at);
    if (given.meaning === "modify" && given.value?.text !== "inplace") call.unclear("What awk includes is not read", given.at);
  }
  const inPlace = scanned.given.some((given) => given.meaning === "modify");
  const operands = [...scanned.operands];
  const sources = scanned.given.filter((given) => given.name === "e" || given.name === "--source").map((given) => given.value);
  if (sources.length === 0 && !scanned.given.some((given) => given.meaning === "opaque")) sources.push(operands.shift());
  for (const source of sources) {
    if (!source) continue;
    if (source.text === undefined)
      call.unclear(`What ${quoted(source.shown)} does is only known once it runs: the program is made of what a variable holds`, source);
    else judgeSource(call, source, source.text);
  }
  for (const arg of operands) {
    if (/^[A-Za-z_]\w*=/u.test(arg.lead)) continue;
    if (inPlace) {
      call.note("modify", `Changes ${quoted(arg.shown)} in place`, arg);
      call.writes(arg, "modify");
    } else readsPath(arg, call.scope.sheet);
  }
  call.note(
    "read",
    operands.length > 0 ? `Shows parts of ${operands.map((arg) => quoted(arg.shown)).join(", ")}` : "Shows parts of its input",
  );
  return undefined;
}

type Token = { kind: "string" | "regex" | "name" | "number" | "operator" | "newline"; text: string };

/** Words of an awk program; undefined where a string or expression does not end. */
export function tokens(text: string): Token[] | undefined {
  const out: Token[] = [];
  let i = 0;
  while (i < text.length) {
    const character = text[i]!;
    if (character === "\n") {
      out.push({ kind: "newline", text: "\n" });
      i++;
    } else if (/\s/u.test(character)) i++;
    else if (character === "\\" && text[i + 1] === "\n") i += 2;
    else if (character === "#") while (i < text.length && text[i] !== "\n") i++;
    else if (character === '"' || (character === "/" && takesRegex(out.at(-1)))) {
      const start = ++i;
      let bracket = false;
      while (i < text.length && (text[i] !== character || (bracket && character === "/"))) {
        if (text[i] === "\\") i++;
        else if (character === "/" && text[i] === "[") bracket = true;
        else if (text[i] === "]") bracket = false;
        i++;
      }
      if (i >= text.length) return undefined;
      out.push({ kind: character === '"' ? "string" : "regex", text: text.slice(start, i) });
      i++;
    } else {
      const word = /^(?:[A-Za-z_]\w*|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/u.exec(text.slice(i, i + 200))?.[0];
      if (word) {
        out.push({ kind: /^[\d.]/u.test(word) ? "number" : "name", text: word });
        i += word.length;
        continue;
      }
      const operator = /^(?:\*\*=|\*\*|&&|\|\||\|&|>>|[-+*/%^=!<>]=|\+\+|--|.)/su.exec(text.slice(i, i + 3))![0];
      out.push({ kind: "operator", text: operator });
      i += operator.length;
    }
  }
  return out;
}

/** A slash after an operand divides; anywhere else it begins an expression. */
function takesRegex(before: Token | undefined): boolean {
  if (!before) return true;
  if (before.kind === "name") return /^(?:print|printf|return|case|in|getline|else|do|and)$/u.test(before.text);
  return !(
    before.kind === "string" ||
    before.kind === "number" ||
    before.kind === "regex" ||
    (before.kind === "operator" && /^(?:\)|\]|\$|\+\+|--)$/u.test(before.text))
  );
}

function judgeSource(call: Call, at: Arg, text: string): void {
  const list = tokens(text);
  if (!list) {
    call.note("unknown", `The program ${quoted(text)} cannot be read`, at);
    return;
  }
  let printing = false;
  let depth = 0;
  let from = 0;
  for (let i = 0; i < list.length; i++) {
    const { kind, text: word } = list[i]!;
    const next = list[i + 1];
    if (kind === "newline" || (kind === "operator" && /^[;{}]$/u.test(word))) printing = false;
    else if (kind === "name" && /^printf?$/u.test(word)) {
      printing = true;
      from = depth;
    } else if (kind === "name" && word === "system") runs(call, at, list, i + 1);
    else if (kind === "operator" && word === "@") call.unclear("The program of awk calls what is only known once it runs", at);
    else if (kind === "operator" && /^[([]$/u.test(word)) depth++;
    else if (kind === "operator" && /^[)\]]$/u.test(word)) {
      depth--;
      if (depth < from) printing = false;
    } else if (kind === "operator" && (word === "|" || word === "|&")) {
      if (next?.kind === "name" && next.text === "getline") {
        const command = list[i - 1];
        const whole = list[i - 2];
        if (
          command?.kind === "string" &&
          (!whole || whole.kind === "newline" || /^[;{(!&|]/u.test(whole.text) || whole.text === "while" || whole.text === "BEGIN")
        )
          inner(call, at, command.text);
        else call.unclear("The program of awk runs a command that is only known then", at);
      } else if (next?.kind === "string" && ends(list[i + 2])) inner(call, at, next.text);
      else call.unclear("The program of awk runs a command that is only known then", at);
    } else if (printing && depth === from && kind === "operator" && (word === ">" || word === ">>")) {
      if (next?.kind === "string" && ends(list[i + 2])) {
        const file = constant(next.text, at, false);
        if (!/^\/dev\/std(?:out|err)$/u.test(next.text)) {
          call.note(word === ">" ? "modify" : "append", `${word === ">" ? "Writes over" : "Adds to"} ${quoted(next.text)}`, at);
          call.writes(file, word === ">" ? "modify" : "append");
        }
      } else call.note("modify", "Writes to files whose names are made by the program", at);
    }
  }
}

function ends(token: Token | undefined): boolean {
  return !token || token.kind === "newline" || (token.kind === "operator" && /^[;})]$/u.test(token.text));
}

function runs(call: Call, at: Arg, list: readonly Token[], open: number): void {
  const text = list[open + 1];
  if (list[open]?.text === "(" && text?.kind === "string" && list[open + 2]?.text === ")") inner(call, at, text.text);
  else call.unclear("The program of awk runs a command that is only known then", at);
}

/** A command line within the program, judged unless escapes hide what it is. */
function inner(call: Call, at: Arg, text: string): void {
  if (text.includes("\\")) call.unclear("The program of awk runs a command that is written with escapes", at);
  else {
    call.note("read", "The program of awk runs a command", at);
    call.walk.text(text, at, call.scope, true);
  }
}
