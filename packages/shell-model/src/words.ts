import type { ArrayValue, Assignment, Word, WordPart } from "unbash";
import { expandBraces } from "./braces.ts";
import type { Span } from "./line.ts";
import { placed, type Scope } from "./scope.ts";

/** What a part of a word that is not known stands for, weakest first. */
export type Hole = "pattern" | "environment" | "names" | "computed";

/** One word of a command as far as it is known before it runs. */
export interface Arg extends Span {
  /** Its value where nothing in it has to be expanded. */
  text: string | undefined;
  /** Its value with what is not known as it is written: `$DIR/*`. */
  shown: string;
  /** What it begins with for certain. */
  lead: string;
  /** The strongest of what is not known in it. */
  hole: Hole | undefined;
  /** What it begins with is not known, and may make it an option. */
  mayBeOption: boolean;
  /** Variables in it that may be empty, in order. */
  variables: string[];
  /** Nothing was quoted: aliases apply. */
  bare: boolean;
  /** Braces made it one of several. */
  braces: boolean;
  /** It may be several words or none: expanded without quotes. */
  splits: boolean;
}

/** Programs whose output is names or numbers that do not begin with a dash. */
const NAMES_ONLY =
  /^\s*(?:mktemp|pwd|pidof|pgrep|hostname|whoami|id|nproc|uname|date|realpath|which|getconf|tty|arch|docker\s+ps|podman\s+ps|dirname|basename)\b[^|;&`$<>]*$/u;

/** Variables that shells and logins set, and that are not empty and no options. */
const SET_BY_SHELL =
  /^(?:HOME|PWD|OLDPWD|USER|LOGNAME|HOSTNAME|UID|EUID|PPID|SHELL|RANDOM|SECONDS|LINENO|HOSTTYPE|OSTYPE|MACHTYPE|BASH_VERSION|TERM|LANG|[$?#!-])$/u;

interface Piece {
  known: string | undefined;
  shown: string;
  hole?: Hole;
  variable?: string;
  quoted: boolean;
  /** A constant was put in for a variable: without quotes it is split at blanks, and its patterns are expanded. */
  expanded?: true;
}

/** A word as the arguments it makes; more than one where braces or a constant with blanks in it say so. */
export function readWord(word: Word, scope: Scope): Arg[] {
  const at = placed(scope, word);
  if (!word.parts) return [constant(word.value, at, word.value === word.text)];
  const alternatives: Piece[][] = [[]];
  let braces = false;
  for (const part of word.parts) {
    if (part.type === "BraceExpansion") {
      braces = true;
      const expanded = expandBraces(part.text);
      if (expanded && expanded.length * alternatives.length <= 64) {
        const before = alternatives.splice(0);
        for (const pieces of before)
          for (const text of expanded) alternatives.push([...pieces, { known: text, shown: text, quoted: false }]);
        continue;
      }
      const hole: Hole = /^\{-?\w+\.\.-?\w+(?:\.\.-?\d+)?\}$/u.test(part.text) ? "names" : "computed";
      for (const pieces of alternatives) pieces.push({ known: undefined, shown: part.text, hole, quoted: false });
      continue;
    }
    const read = readPart(part, scope, false);
    for (const pieces of alternatives) pieces.push(...read);
  }
  return alternatives.flatMap((pieces) => assemble(pieces, at, word.value === word.text, braces));
}

/** `name=value` as one argument, as programs that are no builtins see it. */
export function readAssignment(assignment: Assignment, scope: Scope): Arg[] {
  const at = placed(scope, assignment);
  const name = `${assignment.name}${assignment.append ? "+=" : "="}`;
  if (isArray(assignment.value) || assignment.index)
    return [{ ...constant(assignment.text, at, false), text: undefined, lead: name, hole: "computed" }];
  const values = readWord(assignment.value, scope);
  const value =
    values.length === 1 ? values[0]! : { ...constant(assignment.value.text, at, false), text: undefined, hole: "computed" as const };
  return [
    {
      ...value,
      ...at,
      text: value.text === undefined ? undefined : name + value.text,
      shown: name + value.shown,
      lead: name + value.lead,
      mayBeOption: false,
      bare: false,
    },
  ];
}

export function isArray(value: Word | ArrayValue): value is ArrayValue {
  return value.type === "ArrayValue";
}

/** An argument of which everything is known. */
export function constant(text: string, at: Span, bare: boolean): Arg {
  return {
    text,
    shown: text,
    lead: text,
    hole: undefined,
    mayBeOption: false,
    variables: [],
    bare,
    braces: false,
    splits: false,
    start: at.start,
    end: at.end,
  };
}

/** An argument that comes from elsewhere: standard input of `xargs`, a list of `parallel`. */
export function unknownArg(shown: string, at: Span, hole: Hole): Arg {
  return { ...constant(shown, at, false), text: undefined, lead: "", hole, mayBeOption: hole === "computed", splits: true };
}

function readPart(part: WordPart, scope: Scope, quoted: boolean): Piece[] {
  switch (part.type) {
    case "Literal":
      return [{ known: part.value, shown: part.value, quoted }];
    case "SingleQuoted":
    case "AnsiCQuoted":
      return [{ known: part.value, shown: part.value, quoted: true }];
    case "DoubleQuoted":
    case "LocaleString":
      // A translated string is whatever a catalogue says.
      if (part.type === "LocaleString") return [{ known: undefined, shown: part.text, hole: "computed", quoted: true }];
      return [{ known: "", shown: "", quoted: true }, ...part.parts.flatMap((inner) => readPart(inner, scope, true))];
    case "Glob":
    case "ExtendedGlob":
      return [{ known: undefined, shown: part.text, hole: "pattern", quoted }];
    case "SimpleExpansion":
      return [readVariable(part.text.slice(1), part.text, scope, quoted)];
    case "ParameterExpansion": {
      if (!part.operation && !part.prefix && !part.index) return [readVariable(part.parameter, part.text, scope, quoted)];
      if (part.prefix === "#") return [{ known: undefined, shown: part.text, hole: "names", quoted }];
      const guarded = part.operation?.type === "Default" && /^:?[-?=]/u.test(part.operation.operator);
      const hole = scope.session.assigned.has(part.parameter) || part.operation?.type === "Default" ? "computed" : "environment";
      return [{ known: undefined, shown: part.text, hole, quoted, ...(guarded ? {} : { variable: part.parameter }) }];
    }
    case "ArithmeticExpansion":
      return [{ known: undefined, shown: part.text, hole: "names", quoted }];
    case "CommandExpansion": {
      const inner = part.text.replace(/^\$\(|^`|\)$|`$/gu, "");
      return [{ known: undefined, shown: part.text, hole: NAMES_ONLY.test(inner) ? "names" : "computed", quoted, variable: part.text }];
    }
    case "ProcessSubstitution":
      return [{ known: undefined, shown: part.text, hole: "names", quoted }];
    case "BraceExpansion":
      return [{ known: undefined, shown: part.text, hole: "computed", quoted }];
  }
}

function readVariable(name: string, shown: string, scope: Scope, quoted: boolean): Piece {
  const value = scope.session.constants.get(name);
  if (value !== undefined && scope.session.assigned.get(name) === 1) return { known: value, shown: value, quoted, expanded: true };
  if (SET_BY_SHELL.test(name)) return { known: undefined, shown, hole: "names", quoted };
  return { known: undefined, shown, hole: scope.session.assigned.has(name) ? "computed" : "environment", quoted, variable: name };
}

const STRENGTH: Hole[] = ["pattern", "names", "environment", "computed"];

function assemble(pieces: Piece[], at: Span, bare: boolean, braces: boolean): Arg[] {
  const first = pieces.find((piece) => piece.known !== "");
  const shown = pieces.map((piece) => piece.shown).join("");
  if (pieces.every((piece) => piece.known !== undefined)) {
    const split = pieces.some((piece) => piece.expanded && !piece.quoted && /[\s*?[]/u.test(piece.known!));
    if (split) {
      const words = pieces.length === 1 ? shown.split(/\s+/u).filter((text) => text !== "") : undefined;
      if (!words) return [{ ...constant(shown, at, false), text: undefined, lead: "", hole: "computed", mayBeOption: true, splits: true }];
      return words.map((text) => {
        const arg = constant(text, at, false);
        return /[*?[]/u.test(text) ? { ...arg, text: undefined, lead: text.replace(/[*?[].*$/su, ""), hole: "pattern" as const } : arg;
      });
    }
    return [{ ...constant(shown, at, bare), braces }];
  }
  let lead = "";
  for (const piece of pieces) {
    if (piece.known === undefined) break;
    lead += piece.known;
  }
  const holes = pieces.flatMap((piece) => (piece.hole ? [piece.hole] : []));
  const hole = STRENGTH.findLast((kind) => holes.includes(kind)) ?? "computed";
  return [
    {
      text: undefined,
      shown,
      lead,
      hole,
      mayBeOption: lead === "" && (first?.hole === "computed" || (first?.hole === "environment" && /^\$\{?[@*]/u.test(first.shown))),
      variables: pieces.flatMap((piece) => (piece.variable === undefined ? [] : [piece.variable])),
      bare: false,
      braces,
      splits: pieces.some((piece) => piece.known === undefined && !piece.quoted),
      start: at.start,
      end: at.end,
    },
  ];
}
