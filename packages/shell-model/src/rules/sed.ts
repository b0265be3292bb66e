import type { Call } from "../call.ts";
import { listed, quoted } from "../call.ts";
import { readsPath } from "../places.ts";
import { scan } from "../options.ts";
import type { Program } from "../program.ts";
import type { Arg } from "../words.ts";

/** `sed`: what its script does, and whether it writes its files anew. */
export function sed(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "n E r s u z l: e: --quiet --silent --regexp-extended --separate --unbuffered --null-data --zero-terminated --line-length= --expression= --debug --posix --follow-symlinks --sandbox --help --version b --binary",
    modify: "i? --in-place?",
    opaque: "f: --file=",
  });
  for (const at of scanned.unlisted) call.unclear(`${quoted(at.shown)} may be an option of sed, or is none that is known`, at);
  for (const given of scanned.given)
    if (given.meaning === "opaque") call.unclear("What is in the file of the script is not read", given.at);
  const scripts = scanned.given.filter((given) => given.name === "e" || given.name === "--expression").map((given) => given.value);
  const operands = [...scanned.operands];
  if (scripts.length === 0 && !scanned.given.some((given) => given.meaning === "opaque")) scripts.push(operands.shift());
  const inPlace = scanned.given.find((given) => given.meaning === "modify");
  for (const script of scripts) {
    if (!script) continue;
    if (script.text === undefined && script.hole !== "names") judgeOpenScript(call, script);
    else judgeScript(call, script, script.text ?? script.shown);
  }
  if (inPlace) {
    call.note("modify", `Changes ${listed(operands.map((arg) => arg.shown))} in place`, inPlace.at);
    for (const arg of operands) call.writes(arg, "modify");
  } else {
    call.note(
      "read",
      `${scanned.given.some((given) => /^(?:n|--quiet|--silent)$/u.test(given.name)) ? "Shows parts of" : "Shows, edited,"} ${operands.length > 0 ? listed(operands.map((arg) => arg.shown)) : "its input"}`,
    );
    for (const arg of operands) readsPath(arg, call.scope.sheet);
  }
  return undefined;
}

/** A variable within a script may hold the end of a command and another one. */
function judgeOpenScript(call: Call, script: Arg): void {
  // `s/x/$y/` and `${n}p` are what people write; only e, w and what may become them matter.
  call.unclear(`What ${quoted(script.shown)} does is only known once it runs: the script is made of what a variable holds`, script);
}

function judgeScript(call: Call, at: Arg, text: string): void {
  const found = readScript(text);
  if (!found) {
    call.note("unknown", `The script ${quoted(text)} cannot be read`, at);
    return;
  }
  for (const item of found) {
    if (item.kind === "runs") call.unclear("The script of sed runs commands", at);
    else if (!/^\/dev\/std(?:out|err)$/u.test(item.file)) {
      call.note("modify", `Writes over ${quoted(item.file)}`, at);
      call.writes({ ...at, text: item.file, shown: item.file, lead: item.file }, "modify");
    }
  }
}

type Deed = { kind: "runs" } | { kind: "writes"; file: string };

/** What a script does besides editing; undefined where it is not read to its end. Source: the GNU sed manual 4.9, "sed scripts". */
export function readScript(text: string): Deed[] | undefined {
  const deeds: Deed[] = [];
  let i = 0;
  const blanks = (): void => {
    while (i < text.length && /[\s;]/u.test(text[i]!)) i++;
  };
  const delimited = (delimiter: string): boolean => {
    let bracket = false;
    while (i < text.length) {
      const character = text[i]!;
      if (character === "\\") i += 2;
      else if (character === "[" && !bracket) {
        bracket = true;
        i++;
        if (text[i] === "^") i++;
        if (text[i] === "]") i++;
      } else if (character === "]" && bracket) {
        bracket = false;
        i++;
      } else if (character === delimiter && !bracket) {
        i++;
        return true;
      } else i++;
    }
    return false;
  };
  // In the replacement brackets mean nothing.
  const plain = (delimiter: string): boolean => {
    while (i < text.length) {
      if (text[i] === "\\") i += 2;
      else if (text[i++] === delimiter) return true;
    }
    return false;
  };
  const address = (): boolean => {
    const character = text[i];
    if (character === undefined) return true;
    if (/\d/u.test(character)) {
      while (/[\d~]/u.test(text[i] ?? "")) i++;
      return true;
    }
    if (character === "$") {
      i++;
      return true;
    }
    if (character === "/" || character === "\\") {
      if (character === "\\") i++;
      const delimiter = text[i++];
      if (delimiter === undefined || !delimited(delimiter)) return false;
      while (/[IM]/u.test(text[i] ?? "")) i++;
      return true;
    }
    if (/[+~]/u.test(character)) {
      i++;
      while (/\d/u.test(text[i] ?? "")) i++;
    }
    return true;
  };
  const toEnd = (): string => {
    const newline = text.indexOf("\n", i);
    const end = newline < 0 ? text.length : newline;
    const out = text.slice(i, end).trim();
    i = end;
    return out;
  };
  while (true) {
    blanks();
    if (i >= text.length) return deeds;
    if (!address()) return undefined;
    while (/ /u.test(text[i] ?? "")) i++;
    if (text[i] === ",") {
      i++;
      while (text[i] === " ") i++;
      if (!address()) return undefined;
    }
    while (/[\s!]/u.test(text[i] ?? "")) i++;
    const command = text[i++];
    if (command === undefined) return undefined;
    if (command === "#") toEnd();
    else if ("{}=dDgGhHnNpPxzF".includes(command)) continue;
    else if ("qQlL".includes(command)) while (/[\s\d]/u.test(text[i] ?? "")) i++;
    else if (":btT".includes(command)) while (i < text.length && !/[;\n}]/u.test(text[i]!)) i++;
    else if ("aic".includes(command)) {
      // Text until a newline that no backslash hides.
      while (i < text.length && text[i] !== "\n") i += text[i] === "\\" ? 2 : 1;
    } else if ("rR".includes(command)) toEnd();
    else if ("wW".includes(command)) deeds.push({ kind: "writes", file: toEnd() });
    else if (command === "e") {
      deeds.push({ kind: "runs" });
      toEnd();
    } else if (command === "y") {
      const delimiter = text[i++];
      if (delimiter === undefined || !plain(delimiter) || !plain(delimiter)) return undefined;
    } else if (command === "s") {
      const delimiter = text[i++];
      if (delimiter === undefined || /[\n\\]/u.test(delimiter) || !delimited(delimiter) || !plain(delimiter)) return undefined;
      while (/[gpiImMe\d]/u.test(text[i] ?? "")) if (text[i++] === "e") deeds.push({ kind: "runs" });
      if (text[i] === "w") {
        i++;
        deeds.push({ kind: "writes", file: toEnd() });
      }
    } else return undefined;
    if (command !== "{" && command !== "}") {
      while (text[i] === " " || text[i] === "\t") i++;
      if (i < text.length && !/[;\n}#]/u.test(text[i]!)) return undefined;
    }
  }
}
