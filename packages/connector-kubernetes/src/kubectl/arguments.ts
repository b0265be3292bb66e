import { ALIASES, GLOBAL_FLAGS, GROUPS, REFUSED_FLAGS, REFUSED_VERBS, REFUSED_WITH, VERB_FLAGS } from "./verbs.data.ts";
import type { Word } from "./shell-words.ts";

interface FlagForm {
  name: string;
  takes: "value" | "optional" | "nothing";
}

export interface Flag {
  name: string;
  /** Absent for a switch or an optional value that was left out. */
  value?: string;
  word: Word;
}

/** The words after `kubectl`, as kubectl itself would understand them. */
export interface Arguments {
  /** e.g. `rollout restart`. */
  verb: string;
  flags: Flag[];
  /** Words that are no flags, before and after `--`. */
  operands: Word[];
  rest?: Word[];
}

export type ReadArguments = { ok: true; value: Arguments } | { ok: false; word: Word; reason: string };

function formsOf(text: string, forms = new Map<string, FlagForm>()): Map<string, FlagForm> {
  for (const item of text.split(" ").filter((part) => part !== "")) {
    const takes = item.endsWith(":") ? "value" : item.endsWith("?") ? "optional" : "nothing";
    const names = item.replace(/[:?]$/, "").split(",");
    const form: FlagForm = { name: names.at(-1)!, takes };
    forms.set(`--${form.name}`, form);
    if (names.length > 1) forms.set(`-${names[0]!}`, form);
  }
  return forms;
}

/**
 * Reads words as kubectl does (cobra finds the verb, pflag the flags): long flags whole, never abbreviated; short ones alone, in clusters,
 * or with their value right behind; flags before, after and between the other words, until `--`.
 */
export function readArguments(words: readonly Word[], end: Word): ReadArguments {
  const found = findVerb(words);
  if (!found.ok) return found;
  const { verb, verbWords } = found;
  const flagText = VERB_FLAGS[verb];
  const last = verbWords.at(-1) ?? end;
  if (flagText === undefined) {
    const why = REFUSED_VERBS[verb] ?? REFUSED_VERBS[verb.split(" ")[0]!];
    if (why !== undefined) return { ok: false, word: last, reason: `${verb} is not run here: ${why}` };
    if (GROUPS.includes(verb)) return { ok: false, word: last, reason: `${verb} needs a word after it that says what to do` };
    return { ok: false, word: last, reason: verb === "" ? "kubectl needs a verb" : `kubectl ${verb} is not known here, so it is not run` };
  }
  const forms = formsOf(flagText, formsOf(GLOBAL_FLAGS));
  const flags: Flag[] = [];
  const operands: Word[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (verbWords.includes(word)) continue;
    if (word.text === "--") return checked({ verb, flags, operands, rest: words.slice(index + 1) });
    if (!word.text.startsWith("-") || word.text === "-") {
      operands.push(word);
      continue;
    }
    const read = word.text.startsWith("--") ? readLong(word, words[index + 1], forms) : readShort(word, words[index + 1], forms);
    if (!read.ok) return read;
    flags.push(...read.flags);
    if (read.tookNext) index++;
  }
  return checked({ verb, flags, operands });
}

type ReadFlags = { ok: true; flags: Flag[]; tookNext: boolean } | { ok: false; word: Word; reason: string };

function readLong(word: Word, next: Word | undefined, forms: Map<string, FlagForm>): ReadFlags {
  const mark = word.text.indexOf("=");
  const name = mark === -1 ? word.text : word.text.slice(0, mark);
  const form = forms.get(name);
  if (form === undefined) return { ok: false, word, reason: `the flag ${name} is not known for this verb, so it is refused` };
  if (mark !== -1) return { ok: true, flags: [{ name: form.name, value: word.text.slice(mark + 1), word }], tookNext: false };
  if (form.takes !== "value") return { ok: true, flags: [{ name: form.name, word }], tookNext: false };
  if (next === undefined) return { ok: false, word, reason: `the flag ${name} needs a value` };
  return { ok: true, flags: [{ name: form.name, value: next.text, word }], tookNext: true };
}

function readShort(word: Word, next: Word | undefined, forms: Map<string, FlagForm>): ReadFlags {
  const flags: Flag[] = [];
  const letters = word.text.slice(1);
  for (let index = 0; index < letters.length; index++) {
    const name = `-${letters[index]!}`;
    const form = forms.get(name);
    if (form === undefined) return { ok: false, word, reason: `the flag ${name} is not known for this verb, so it is refused` };
    const behind = letters.slice(index + 1);
    if (behind.startsWith("=")) {
      flags.push({ name: form.name, value: behind.slice(1), word });
      return { ok: true, flags, tookNext: false };
    }
    if (form.takes !== "value") {
      flags.push({ name: form.name, word });
      continue;
    }
    if (behind !== "") {
      flags.push({ name: form.name, value: behind, word });
      return { ok: true, flags, tookNext: false };
    }
    if (next === undefined) return { ok: false, word, reason: `the flag ${name} needs a value` };
    flags.push({ name: form.name, value: next.text, word });
    return { ok: true, flags, tookNext: true };
  }
  return { ok: true, flags, tookNext: false };
}

function checked(value: Arguments): ReadArguments {
  // A verb's own flag hides the one of that name which every verb has: `--user` of a role binding is who gets the role.
  const own = formsOf(VERB_FLAGS[value.verb] ?? "");
  for (const flag of value.flags) {
    const reason = (own.has(`--${flag.name}`) ? undefined : REFUSED_FLAGS[flag.name]) ?? REFUSED_WITH[value.verb]?.[flag.name];
    if (reason !== undefined && !(flag.value === "false" && REFUSED_WITH[value.verb]?.[flag.name] !== undefined)) {
      return { ok: false, word: flag.word, reason: `--${flag.name} is refused: ${reason}` };
    }
    if (flag.name === "v" && !/^[0-5]$/.test(flag.value ?? "")) {
      return { ok: false, word: flag.word, reason: "-v is refused above 5: kubectl would log requests, with the address of this run" };
    }
  }
  return { ok: true, value };
}

/** The words that are the verb: the first that are no flags or values of flags that every verb has. */
function findVerb(words: readonly Word[]): { ok: true; verb: string; verbWords: Word[] } | { ok: false; word: Word; reason: string } {
  const global = formsOf(GLOBAL_FLAGS);
  const verbWords: Word[] = [];
  let verb = "";
  for (let index = 0; index < words.length; index++) {
    const word = words[index]!;
    if (word.text === "--") break;
    if (word.text.startsWith("-") && word.text !== "-") {
      const read = word.text.startsWith("--") ? readLong(word, words[index + 1], global) : readShort(word, words[index + 1], global);
      if (!read.ok) {
        // A flag of a verb that is not known yet: whether the next word is its value cannot be told.
        if (verb === "") return read;
        if (isWhole(verb)) break;
        return read;
      }
      const bad = read.flags.find((flag) => REFUSED_FLAGS[flag.name] !== undefined);
      if (bad !== undefined) return { ok: false, word, reason: `--${bad.name} is refused: ${REFUSED_FLAGS[bad.name]!}` };
      if (read.tookNext) index++;
      continue;
    }
    const longer = verb === "" ? word.text : `${verb} ${word.text}`;
    const known = ALIASES[longer] ?? longer;
    if (verb !== "" && !continues(known)) break;
    verb = known;
    verbWords.push(word);
    if (!canContinue(verb)) break;
  }
  return { ok: true, verb, verbWords };
}

const ALL = [...Object.keys(VERB_FLAGS), ...Object.keys(REFUSED_VERBS), ...GROUPS];
const continues = (verb: string): boolean => ALL.includes(verb);
const canContinue = (verb: string): boolean => ALL.some((other) => other.startsWith(`${verb} `));
const isWhole = (verb: string): boolean => VERB_FLAGS[verb] !== undefined || REFUSED_VERBS[verb] !== undefined;

/** The arguments written anew, in the one way that kubectl cannot read differently: every flag whole, with its value behind an equals sign. */
export function writeArguments(given: Arguments): string[] {
  const flags = given.flags.map((flag) => (flag.value === undefined ? `--${flag.name}` : `--${flag.name}=${flag.value}`));
  const rest = given.rest === undefined ? [] : ["--", ...given.rest.map((word) => word.text)];
  return [...given.verb.split(" "), ...given.operands.map((word) => word.text), ...flags, ...rest];
}
