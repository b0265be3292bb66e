import { EFFECTS, type Effect } from "@interlock/protocol";
import { type Call, listed, quoted } from "./call.ts";
import { scan, type Scanned } from "./options.ts";
import { isSink, readsPath } from "./places.ts";
import type { OptionTable, Program } from "./program.ts";

/** No option of the program changes what it does. */
const ANY: OptionTable = { loose: true };

const DOES: Record<Effect, string> = {
  read: "only reads",
  session: "changes this session only",
  append: "adds something that lasts",
  modify: "changes what exists",
  delete: "deletes",
  schema: "changes how the host is made up",
  privilege: "changes rights or configuration, or runs programs",
  unknown: "is not known",
};

/** Judges one command by what is known of its program. */
export function judge(call: Call, program: Program, name = call.name): void {
  if (!program.rule && asksForHelp(call)) {
    call.note("read", `Shows how ${name} is used`);
    return;
  }
  let left: Program | undefined = program;
  if (program.rule) left = program.rule(call);
  if (!left) return;
  if (left.tty) call.scope.sheet.needsTty ??= name;
  if (left.follows) call.scope.sheet.follows = true;
  if (left.changesHost) {
    call.scope.sheet.changesHost = true;
    call.risk("host_stops", "The host stops or starts anew; whoever works on it is cut off.");
  }
  if (left.verbs) judgeVerb(call, left, name);
  else conclude(call, left, name, scan(call.args, left.options ?? ANY));
}

/** `--help` or `--version` alone, after at most two subcommands: no program of the tables does anything else then. */
function asksForHelp(call: Call): boolean {
  const last = call.args.at(-1)?.text;
  if (last !== "--help" && last !== "--version") return false;
  return (
    call.args.length <= 3 &&
    call.args.every((arg, i) => arg.text !== undefined && (i === call.args.length - 1 || /^[a-z][\w-]*$/u.test(arg.text)))
  );
}

const merged = new WeakMap<Program, WeakMap<Program, OptionTable>>();

/** Options of a subcommand: its own, and those of the whole program unless they stand before it only. */
function optionsOf(program: Program, verb: Program): OptionTable {
  const own = verb.options ?? ANY;
  if (!program.options || program.options.first) return own;
  let byVerb = merged.get(program);
  if (!byVerb) merged.set(program, (byVerb = new WeakMap()));
  const known = byVerb.get(verb);
  if (known) return known;
  const out: Record<string, unknown> = { ...program.options };
  for (const [key, value] of Object.entries(own)) {
    const before = out[key];
    out[key] = typeof before === "string" && typeof value === "string" ? `${before} ${value}` : value;
  }
  byVerb.set(verb, out as OptionTable);
  return out as OptionTable;
}

const leading = new WeakMap<Program, OptionTable>();

/** The same options, ending at the subcommand. */
function beforeVerb(program: Program): OptionTable {
  const known = leading.get(program);
  if (known) return known;
  const table: OptionTable = { ...program.options, first: true };
  leading.set(program, table);
  return table;
}

function judgeVerb(call: Call, program: Program, name: string): void {
  const before = scan(call.args, beforeVerb(program));
  noteOptions(call, before, name);
  const verb = before.operands[0];
  if (!verb) {
    if (before.unlisted.length > 0)
      call.unclear(`What ${quoted(before.unlisted[0]!.shown)} does to ${name} is not known`, before.unlisted[0]);
    else call.note(program.bare ?? "read", program.bare && program.bare !== "read" ? `Runs ${name}` : `Shows what ${name} shows by itself`);
    return;
  }
  if (verb.text === undefined) {
    call.unclear(`Which subcommand of ${name} runs is only known once it runs: ${quoted(verb.shown)}`, verb);
    return;
  }
  if (before.unlisted.length > 0) {
    call.unclear(`What ${quoted(before.unlisted[0]!.shown)} does to ${name} is not known`, before.unlisted[0]);
    return;
  }
  const known = Object.hasOwn(program.verbs!, verb.text) ? program.verbs![verb.text]! : undefined;
  const title = `${name} ${verb.text}`;
  if (!known) {
    call.note("unknown", `${quoted(title)} is not a subcommand that is known here`, verb);
    return;
  }
  const rest = before.operands.slice(1);
  judge(
    call.as(title, rest),
    known.verbs && !known.options && program.options
      ? { ...known, options: program.options }
      : { ...known, options: optionsOf(program, known), kind: known.kind ?? program.kind ?? "name" },
    title,
  );
}

/** Notes what options do by themselves; true if one of them turns the run into reading only. */
function noteOptions(call: Call, scanned: Scanned, name: string): boolean {
  let shows = false;
  const { sheet } = call.scope;
  for (const { name: option, meaning, value, at } of scanned.given) {
    const shown = option.length === 1 && option !== "+" ? `-${option}` : option;
    if (meaning === "shows") shows = true;
    else if (meaning === "follows") sheet.follows = true;
    else if (meaning === "tty") sheet.needsTty ??= name;
    else if (meaning === "writes" || meaning === "appends") {
      if (!value || (value.text !== undefined && (value.text === "-" || isSink(value.text)))) continue;
      const effect = meaning === "writes" ? "modify" : "append";
      call.note(effect, effect === "modify" ? `Writes over ${quoted(value.shown)}` : `Adds to ${quoted(value.shown)}`, value);
      call.writes(value, effect);
    } else if (meaning === "runs") {
      if (value) {
        call.note("session", `${name} ${shown} runs a command`, at);
        call.shell(value, `What ${name} ${shown} runs cannot be told`);
      } else call.unclear(`${name} ${shown} runs a command`, at);
    } else if (meaning === "opaque") call.unclear(`${name} ${shown} makes it run or read something that is not judged here`, at);
    else if (meaning !== "safe" && meaning !== "unlisted") call.note(meaning, `${name} ${shown} ${DOES[meaning]}`, at);
  }
  return shows;
}

/** The effect, the objects and the sentence of a command whose program is known. */
export function conclude(call: Call, program: Program, name: string, scanned: Scanned): void {
  const shows = noteOptions(call, scanned, name);
  const doubt = scanned.unlisted[0];
  const changing = program.options && !program.options.loose;
  const sensitive = changing || (program.options !== undefined && doubt?.mayBeOption === true && isSensitive(program));
  if (doubt && sensitive) {
    const why = doubt.mayBeOption
      ? `${quoted(doubt.shown)} may turn out to be an option of ${name}`
      : `What ${quoted(doubt.shown)} does to ${name} is not known`;
    if (doubt.text === undefined) call.unclear(why, doubt);
    else call.note("unknown", why, doubt);
  }
  const { operands } = scanned;
  const effect = shows ? "read" : operands.length === 0 ? (program.bare ?? program.effect ?? "read") : (program.effect ?? "read");
  const names = operands.map((arg) => arg.shown);
  call.note(effect, sentence(program, effect, name, names));
  const kind = program.kind ?? "path";
  if (kind === "none") return;
  for (const arg of operands) {
    if (kind !== "path") call.object(effect, arg, kind);
    else if (effect === "read" || effect === "session") readsPath(arg, call.scope.sheet);
    else call.writes(arg, effect);
  }
}

/** Whether an option of the table may make more of a run than it is by itself. */
function isSensitive(program: Program): boolean {
  const base = EFFECTS.indexOf(program.effect ?? "read");
  return Object.keys(program.options ?? {}).some((key) => {
    if (key === "opaque" || key === "runs") return true;
    const effect = key === "writes" ? "modify" : key === "appends" ? "append" : key;
    return EFFECTS.indexOf(effect as Effect) > base;
  });
}

export function sentence(program: Program, effect: Effect, name: string, names: readonly string[]): string {
  const own = effect === (names.length === 0 ? (program.bare ?? program.effect ?? "read") : (program.effect ?? "read"));
  if (program.says && own) {
    const { says } = program;
    if (names.length > 0) return says.replace("{words}", quoted(names.join(" "))).replace("{}", listed(names));
    const nothing =
      program.empty ?? (effect === "read" && (program.kind === undefined || program.kind === "path") ? "its input" : undefined);
    if (nothing !== undefined) return says.replace(/\{(?:words)?\}/u, nothing);
    if (!/\{(?:words)?\}/u.test(says)) return says;
  }
  return names.length > 0 && effect !== "read" ? `${name} ${DOES[effect]}: ${listed(names)}` : `${name} ${DOES[effect]}`;
}
