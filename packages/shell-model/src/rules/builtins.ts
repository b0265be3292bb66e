import type { Call } from "../call.ts";
import { quoted } from "../call.ts";
import { part } from "../options.ts";
import type { Program } from "../program.ts";
import { programOf } from "../names.ts";
import { hidesCommand, judgeSubscripts, judgeValue } from "../hidden.ts";
import { isOrdinary, judgeVariable } from "../variables.ts";
import { constant } from "../words.ts";

/** `alias`: what a name stands for from the next line on is judged at once. */
export function alias(call: Call): Program | undefined {
  const operands = call.args.filter((arg) => !arg.lead.startsWith("-"));
  if (operands.every((arg) => arg.text !== undefined && !arg.text.includes("="))) {
    call.note("read", "Shows aliases");
    return undefined;
  }
  for (const arg of operands) {
    const equals = arg.lead.indexOf("=");
    if (equals < 0) {
      if (arg.text === undefined) call.unclear(`Which name ${quoted(arg.shown)} gives another meaning is only known once it runs`, arg);
      else call.note("read", "Shows aliases");
      continue;
    }
    const name = arg.lead.slice(0, equals);
    const value = arg.text?.slice(equals + 1);
    if (value === undefined) {
      call.unclear(`What ${quoted(name)} will stand for is only known once it runs`, arg);
      continue;
    }
    call.note("session", `Makes ${quoted(name)} stand for ${quoted(value)}`, arg);
    const known = call.scope.session.aliases.get(name) ?? new Set();
    known.add(value);
    call.scope.session.aliases.set(name, known);
    // A name that people know is judged by what it will do; other names are when they are used.
    if (programOf(name)) call.walk.text(value, arg, { ...call.scope, calling: new Set([...call.scope.calling, `alias ${name}`]) }, false);
  }
  return undefined;
}

/** `export`, `declare`, `readonly`, `local`, `typeset`. */
export function declare(call: Call): Program | undefined {
  judgeSubscripts(call);
  const flags = call.args.filter((arg) => /^[-+][A-Za-z]+$/u.test(arg.text ?? "")).map((arg) => arg.text!);
  const computed = flags.some((flag) => /i/u.test(flag));
  const referring = flags.some((flag) => /n/u.test(flag) && call.name !== "export");
  const operands = call.args.filter((arg) => !/^[-+]/u.test(arg.lead));
  const shows = operands.length === 0 || flags.some((flag) => /[pF]/u.test(flag));
  call.note(
    shows ? "read" : "session",
    shows
      ? "Shows variables or functions"
      : `Sets ${operands.map((arg) => quoted(arg.shown.replace(/=.*$/su, ""))).join(", ")} in this shell`,
  );
  if (shows) return undefined;
  for (const arg of operands) {
    const name = /^([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=/u.exec(arg.lead)?.[1];
    if (name !== undefined) {
      const value = part(arg, arg.lead.indexOf("=") + 1);
      judgeVariable(name, value, arg, call.scope, undefined);
      if (computed && hidesCommand(value.text ?? "")) call.unclear(`The value of ${name} is calculated, commands in it included`, arg);
      if (
        !call.scope.conditional &&
        !computed &&
        !referring &&
        flags.length === 0 &&
        value.text !== undefined &&
        call.scope.session.assigned.get(name) === 1
      )
        call.scope.session.constants.set(name, value.text);
    } else if (arg.text === undefined && !/^[A-Za-z_]/u.test(arg.lead))
      call.unclear(`Which variable ${quoted(arg.shown)} names is only known once it runs`, arg);
    if (referring) call.unclear("A variable that stands for another may stand for a subscript, which is evaluated", arg);
  }
  return undefined;
}

/** Builtins that assign to names they are given: `read`, `mapfile`, `printf -v`, `unset`, `getopts`, `let`. */
export function assigns(call: Call): Program | undefined {
  judgeSubscripts(call);
  const words = call.words();
  for (const [i, word] of words.entries()) {
    const target = call.name === "printf" ? (words[i - 1] === "-v" ? word : /^-v./u.test(word) ? word.slice(2) : undefined) : word;
    const name = target === undefined ? undefined : /^[A-Za-z_]\w*/u.exec(target)?.[0];
    if (name !== undefined && !isOrdinary(name)) {
      if (call.name === "unset") call.note("session", `Unsets ${name}`);
      else
        judgeVariable(
          name,
          { ...constant(word, call.args[i]!, false), text: undefined, shown: "?", hole: "computed" },
          call.args[i]!,
          call.scope,
          undefined,
        );
    }
  }
  if (call.name === "printf" && !words.some((word) => word.startsWith("-v"))) {
    call.note("read", "Writes text");
    return undefined;
  }
  if (/^(?:mapfile|readarray)$/u.test(call.name) && words.some((word) => /^-\w*C/u.test(word)))
    call.unclear(`${call.name} -C runs a command for each line`);
  if (call.name === "read" && call.input.kind === "terminal") call.scope.sheet.needsTty ??= "read";
  if (call.name === "unset" && words.some((word) => /^PATH$/u.test(word))) call.scope.session.distrust ??= "PATH was unset";
  const names = words.filter((word) => !word.startsWith("-")).map(quoted);
  const says: Record<string, string> = {
    unset: `Unsets ${names.join(", ") || "nothing"}`,
    read: "Reads a line into a variable",
    let: "Calculates",
  };
  call.note("session", says[call.name] ?? "Sets a variable of this shell");
  return undefined;
}

/** `trap`: the text runs later, and is judged now. */
export function trap(call: Call): Program | undefined {
  const [first, ...signals] = call.args.filter((arg) => arg.text !== "--");
  if (!first || /^-[lp]+$/u.test(first.text ?? "")) {
    call.note("read", "Shows traps");
    return undefined;
  }
  call.note("session", `Does something on ${signals.map((arg) => quoted(arg.shown)).join(", ") || "a signal"}`);
  if (signals.length > 0 && first.text !== "-" && first.text !== "") call.shell(first, "What the trap will run cannot be told", false);
  return undefined;
}

/** `enable -f` loads code, `enable -n` and `hash -p` give names another meaning. */
export function enable(call: Call): Program | undefined {
  const words = call.words();
  const changes = call.name === "hash" ? words.some((word) => /^-\w*p/u.test(word)) : words.some((word) => !/^-[aps]+$/u.test(word));
  if (changes) {
    call.unclear(`${call.name} gives names another meaning`);
    call.scope.session.distrust ??= `${call.name} gave names another meaning`;
  } else call.note(call.name === "hash" && words.length > 0 ? "session" : "read", "Shows which names the shell knows");
  return undefined;
}

/** `test`, `[`: reads, but for a subscript in `-v`. */
export function test(call: Call): Program | undefined {
  judgeSubscripts(call);
  call.note("read", "Tests a condition");
  return undefined;
}

/** `set`, `shopt`: options of the shell; some of them change what is read next. */
export function set(call: Call): Program | undefined {
  const words = call.words();
  for (const arg of call.args) judgeValue(arg.text ?? "", arg, call.scope);
  if (words.length === 0 || (call.name === "shopt" && words.every((word) => /^-[pqs]*$/u.test(word) && !word.includes("s"))))
    call.note("read", "Shows options and variables of the shell");
  else if (words.some((word) => /^(?:expand_aliases|extdebug|sourcepath|history|histexpand|[-+]\w*H)$/u.test(word)))
    call.note("session", "Changes how the shell reads what follows");
  else call.note("session", "Changes options of this shell");
  if (words.includes("extdebug")) call.unclear("With extdebug a trap decides what runs");
  return undefined;
}

/** `fc`, `history`: the first runs earlier lines anew. */
export function history(call: Call): Program | undefined {
  const words = call.words();
  if (call.name === "fc" && !words.some((word) => /^-\w*l/u.test(word))) call.unclear("Runs earlier lines anew, which are not known here");
  else if (call.name === "history" && words.some((word) => /^-\w*[cd]/u.test(word))) {
    call.note("delete", "Deletes lines of the history");
    call.risk("no_trace", "The shell's own trace of what was done goes; the recording stays.");
  } else if (call.name === "history" && words.some((word) => /^-\w*[warn]/u.test(word)))
    call.note("modify", "Writes or reads the file of the history");
  else if (words.some((word) => /^-\w*[ps]/u.test(word)) && call.name === "history") call.note("session", "Adds to the history");
  else call.note("read", "Shows earlier lines");
  return undefined;
}
