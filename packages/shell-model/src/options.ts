import type { Effect } from "@interlock/protocol";
import type { OptionTable } from "./program.ts";
import type { Arg } from "./words.ts";

export type OptionMeaning = "safe" | "shows" | "writes" | "appends" | "runs" | "opaque" | "follows" | "tty" | Effect;

interface Option {
  meaning: OptionMeaning;
  value: "none" | "next" | "attached";
}

/** An option that was given. */
export interface Given {
  name: string;
  meaning: OptionMeaning | "unlisted";
  value: Arg | undefined;
  at: Arg;
}

export interface Scanned {
  given: Given[];
  operands: Arg[];
  /** Words that may be options, or are none that stand in the table. */
  unlisted: Arg[];
}

/** Tables that were read before, by the text of their safe options: many are written where they are used, anew for each call. */
const compiled = new Map<string, { table: OptionTable; options: Map<string, Option> }[]>();

const identical = new WeakMap<OptionTable, Map<string, Option>>();

function same(a: OptionTable, b: OptionTable): boolean {
  const keys = Object.keys(a) as (keyof OptionTable)[];
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

/** The options of a table by name, without dashes for letters, with them for all others. */
function compile(table: OptionTable): Map<string, Option> {
  const one = identical.get(table);
  if (one) return one;
  const key = table.safe ?? table.shows ?? "";
  const known = compiled.get(key) ?? [];
  const before = known.find((other) => same(other.table, table));
  if (before) {
    identical.set(table, before.options);
    return before.options;
  }
  const options = new Map<string, Option>();
  for (const [meaning, names] of Object.entries(table)) {
    if (typeof names !== "string") continue;
    for (const entry of names.split(/\s+/u)) {
      const [, name, mark] = /^(.+?)([:=?]?)$/u.exec(entry) ?? [];
      if (name) options.set(name, { meaning: meaning as OptionMeaning, value: mark === "" ? "none" : mark === "?" ? "attached" : "next" });
    }
  }
  compiled.set(key, [...known, { table, options }]);
  identical.set(table, options);
  return options;
}

/** Reads arguments by a table, as getopt does: letters together, values attached or next, `--` ends the options. */
export function scan(args: readonly Arg[], table: OptionTable): Scanned {
  const options = compile(table);
  const out: Scanned = { given: [], operands: [], unlisted: [] };
  const unlisted = (name: string, at: Arg): void => {
    out.given.push({ name, meaning: "unlisted", value: undefined, at });
    if (!table.loose) out.unlisted.push(at);
  };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const word = arg.text ?? arg.lead;
    if (arg.mayBeOption) out.unlisted.push(arg);
    if (word === "--" && arg.text !== undefined) {
      out.operands.push(...args.slice(i + 1));
      break;
    }
    const plus = word.startsWith("+") && options.has("+");
    if (!(word.startsWith("-") || plus) || word === "-" || (plus && word.length < 2)) {
      if (table.first) {
        out.operands.push(...args.slice(i));
        break;
      }
      out.operands.push(arg);
      continue;
    }
    if (plus) {
      out.given.push({ name: "+", meaning: options.get("+")!.meaning, value: arg, at: arg });
      continue;
    }
    const whole = word.startsWith("--") || table.words ? word.replace(/=.*$/su, "") : undefined;
    const long = options.get(whole ?? word.replace(/=.*$/su, ""));
    if (whole !== undefined || (long && word.length > 2)) {
      if (!long) {
        unlisted(whole ?? word, arg);
        continue;
      }
      const equals = word.indexOf("=");
      let value: Arg | undefined;
      if (equals >= 0) value = part(arg, equals + 1);
      else if (long.value === "next") value = args[++i];
      out.given.push({ name: whole ?? word, meaning: long.meaning, value, at: arg });
      continue;
    }
    if (arg.text === undefined && !letterWithValue(word, options)) {
      // `-$x`, `-n$x`: which letters follow is not known.
      unlisted(arg.shown, arg);
      continue;
    }
    for (let letter = 1; letter < word.length; letter++) {
      const name = word[letter]!;
      const option = options.get(name) ?? (/\d/u.test(name) ? options.get("0-9") : undefined);
      if (!option) {
        // What follows may be its value; it is read as letters all the same, so that none that matters is missed.
        unlisted(name, arg);
        continue;
      }
      if (option.value === "none") {
        out.given.push({ name, meaning: option.meaning, value: undefined, at: arg });
        continue;
      }
      const rest = word.length > letter + 1 || arg.text === undefined ? part(arg, letter + 1) : undefined;
      out.given.push({ name, meaning: option.meaning, value: rest ?? (option.value === "next" ? args[++i] : undefined), at: arg });
      break;
    }
  }
  return out;
}

function letterWithValue(word: string, options: Map<string, Option>): boolean {
  for (let letter = 1; letter < word.length; letter++) {
    const option = options.get(word[letter]!);
    if (!option) return false;
    if (option.value !== "none") return true;
  }
  return false;
}

/** The rest of an argument from a place in what is known of it. */
export function part(arg: Arg, from: number): Arg {
  return {
    ...arg,
    text: arg.text?.slice(from),
    shown: arg.shown.slice(from),
    lead: arg.lead.slice(from),
    bare: false,
    mayBeOption: false,
  };
}
