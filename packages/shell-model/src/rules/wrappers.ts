import type { Effect } from "@interlock/protocol";
import type { Call } from "../call.ts";
import { quoted } from "../call.ts";
import { scan, type Scanned } from "../options.ts";
import type { OptionTable, Program } from "../program.ts";
import { judgeVariable } from "../variables.ts";
import type { Arg } from "../words.ts";
import { part } from "../options.ts";

interface Wrapper {
  options: OptionTable;
  /** Operands before the command: the seconds of `timeout`. */
  operands?: number;
  /** Words `NAME=value` before the command are set for it. */
  assignments?: true;
  /** Without a command: what is shown. */
  alone?: { effect: Effect; says: string };
  /** By itself, whatever the command. */
  effect?: Effect;
  says?: string;
  follows?: true;
  tty?: true;
  /** Whom the command runs as: this one, unless one of these options names somebody. */
  runsAs?: { user: string; options: readonly string[] };
}

/** Programs that run another, which is what is judged. Options that are not known leave open where the command begins. */
export function wrapper(spec: Wrapper): (call: Call) => Program | undefined {
  return (call) => {
    const scanned = scan(call.args, { ...spec.options, first: true });
    takeOptions(call, scanned);
    if (spec.follows) call.scope.sheet.follows = true;
    if (spec.tty) call.scope.sheet.needsTty ??= call.name;
    const operands = [...scanned.operands];
    if (spec.runsAs) {
      const named = scanned.given.find((given) => spec.runsAs!.options.includes(given.name))?.value;
      call.scope.sheet.runsAs = named ? quoted(named.shown) : spec.runsAs.user;
    }
    if (spec.assignments) takeAssignments(call, operands);
    for (let i = 0; i < (spec.operands ?? 0); i++) operands.shift();
    if (spec.effect && spec.says) call.note(spec.effect, spec.says);
    if (operands.length === 0) {
      if (spec.alone && scanned.unlisted.length === 0) call.note(spec.alone.effect, spec.alone.says);
      else call.unclear(`${call.name} starts a shell or something that is not named here`);
      return undefined;
    }
    call.run(operands);
    return undefined;
  };
}

function takeOptions(call: Call, scanned: Scanned): void {
  for (const at of scanned.unlisted)
    call.unclear(`What ${quoted(at.shown)} does to ${call.name} is not known, nor where its command begins`, at);
  for (const { name, meaning, value, at } of scanned.given) {
    if (meaning === "opaque") call.unclear(`${call.name} ${name.length === 1 ? `-${name}` : name} leaves open what runs`, at);
    else if (meaning === "runs") call.shell(value, `What ${call.name} runs cannot be told`);
    else if (meaning === "follows") call.scope.sheet.follows = true;
    else if (meaning === "tty") call.scope.sheet.needsTty ??= call.name;
    else if (meaning === "writes" && value) {
      call.note("modify", `Writes over ${quoted(value.shown)}`, value);
      call.writes(value, "modify");
    } else if (meaning === "modify" || meaning === "privilege" || meaning === "session")
      call.note(meaning, `${call.name} ${name.length === 1 ? `-${name}` : name} changes what exists`, at);
  }
}

/** Takes `NAME=value` words off the front and judges them as the shell's own. */
export function takeAssignments(call: Call, operands: Arg[]): void {
  while (operands[0]) {
    const name = /^([A-Za-z_]\w*)=/u.exec(operands[0].lead)?.[1];
    if (name === undefined) {
      // `env "$x" cmd`: what may be an assignment may be the command.
      return;
    }
    judgeVariable(name, part(operands[0], name.length + 1), operands[0], call.scope, "");
    operands.shift();
  }
}

/** `env -S "cmd args"` and the rest of env. */
export function env(call: Call): Program | undefined {
  const plain = call.args.filter((arg) => arg.text !== "-");
  if (plain.length < call.args.length && call.args.indexOf(plain[0]!) !== 0) return env(call.as(call.name, plain));
  const split = call.args.find((arg) => /^(?:-[a-zA-Z]*S|--split-string)/u.test(arg.lead));
  if (split) {
    call.unclear("env -S makes a command line of a text", split);
    return undefined;
  }
  return wrapper({
    options: {
      safe: "i 0 v u: C: - --ignore-environment --null --unset= --chdir= --debug --default-signal? --ignore-signal? --block-signal?",
      opaque: "S: --split-string=",
    },
    assignments: true,
    alone: { effect: "read", says: "Shows the environment" },
  })(call);
}

/** `sudo`: the command, as somebody else. Which effect is not changed: who runs it stands beside it (`runsAs`). */
export function sudo(call: Call): Program | undefined {
  const first = call.args.map((arg) => arg.text);
  const list = first.find(
    (text) => text !== undefined && /^-(?:l+|v|k|K|V|h)$|^--(?:list|validate|reset-timestamp|remove-timestamp|version|help)$/u.test(text),
  );
  if (list !== undefined && first.every((text) => text !== undefined && text.startsWith("-"))) {
    call.note(
      list.includes("k") || list.includes("K") || list.includes("v") ? "session" : "read",
      list.startsWith("-l") || list === "--list" ? "Shows what sudo lets this account do" : `Runs sudo ${list}`,
    );
    return undefined;
  }
  const edit = call.args.find((arg) => /^(?:-e|--edit)$/u.test(arg.text ?? ""));
  if (edit) {
    call.scope.sheet.runsAs = "root";
    call.run([{ ...edit, text: "sudoedit", shown: "sudoedit", lead: "sudoedit" }, ...call.args.slice(call.args.indexOf(edit) + 1)]);
    return undefined;
  }
  return wrapper({
    options: {
      safe: "A E H n P S B b k N g: u: U: p: C: R: D: T: h: c: r: t: --user= --group= --prompt= --preserve-env? --set-home --non-interactive --stdin --background --chdir= --host= --command-timeout= --login-class= --close-from= --reset-timestamp --bell --askpass",
      opaque: "i s --login --shell R: --chroot=",
    },
    assignments: true,
    runsAs: { user: "root", options: ["u", "--user"] },
  })(call);
}

/** `su`, `runuser`: a command line of `-c`, or a shell that is not judged. */
export function su(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "l m p f P T - --login --preserve-environment --pty --no-pty u: --user= g: --group= G: --supp-group= w: --whitelist-environment=",
    runs: "c: --command= --session-command=",
    opaque: "s: --shell=",
  });
  const user = scanned.given.find((given) => given.name === "u" || given.name === "--user")?.value;
  const operands = scanned.operands.filter((arg) => arg.text !== "-");
  call.scope.sheet.runsAs = user || operands[0] ? quoted((user ?? operands[0])!.shown) : "root";
  takeOptions(call, scanned);
  if (user && operands.length > 0) {
    call.run(operands);
    return undefined;
  }
  if (operands.length > 1) call.unclear(`${call.name} hands further words to the account's shell`, operands[1]);
  if (!scanned.given.some((given) => given.meaning === "runs")) {
    call.scope.sheet.needsTty ??= call.name;
    call.unclear(`Opens a shell as ${call.scope.sheet.runsAs}, whose lines are not judged`);
  }
  return undefined;
}

/** `watch CMD…`: its words are a command line for a shell, again and again. */
export function watch(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "b c d? e g n: p t w r x q: --beep --color --no-color --differences? --errexit --chgexit --equexit= --interval= --precise --no-title --no-wrap --no-rerun --exec C",
    first: true,
  });
  call.scope.sheet.follows = true;
  call.scope.sheet.needsTty ??= "watch";
  for (const at of scanned.unlisted) call.unclear(`What ${quoted(at.shown)} does to watch is not known`, at);
  if (scanned.given.some((given) => given.name === "x" || given.name === "--exec")) call.run(scanned.operands);
  else joined(call, scanned.operands, "What watch runs cannot be told");
  return undefined;
}

/** Words that a program joins with blanks and hands to a shell. */
export function joined(call: Call, words: readonly Arg[], why: string): void {
  const first = words[0];
  if (!first) {
    call.unclear(why);
    return;
  }
  const last = words.at(-1)!;
  if (words.every((word) => word.text !== undefined)) {
    call.walk.text(words.map((word) => word.text).join(" "), { start: first.start, end: Math.max(first.end, last.end) }, call.scope, true);
    return;
  }
  // What a variable holds is read by a second shell, whatever quotes stood around it.
  if (words.every((word) => word.text !== undefined || word.hole === "names")) call.run(words);
  else call.unclear(`${why}: ${quoted(words.find((word) => word.text === undefined)!.shown)} is read by a second shell`);
}

/** `flock FILE CMD`, `flock FILE -c TEXT`, `flock 9`. */
export function flock(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "s x e n w: E: o u F --shared --exclusive --nonblock --nb --unlock --close --no-fork --wait= --timeout= --conflict-exit-code= --verbose",
    first: true,
  });
  for (const at of scanned.unlisted) call.unclear(`What ${quoted(at.shown)} does to flock is not known`, at);
  const [file, ...rest] = scanned.operands;
  call.note("session", `Waits for the lock ${quoted(file?.shown ?? "")}`);
  if (rest.length === 0) return undefined;
  if (/^(?:-c|--command)$/u.test(rest[0]!.text ?? "")) call.shell(rest[1], "What flock runs cannot be told");
  else call.run(rest);
  return undefined;
}

/** `command`, `builtin`, `exec`: the command without functions, or in place of the shell. */
export function command(call: Call): Program | undefined {
  const first = call.args[0]?.text;
  if (call.name === "command" && first !== undefined && /^-[pvV]*[vV]/u.test(first)) {
    call.note("read", "Shows what a name stands for");
    return undefined;
  }
  let rest = call.args;
  while (rest[0]?.text !== undefined && rest[0].text.startsWith("-") && rest.length > 0) {
    const option = rest[0].text;
    if (option === "--" || (call.name === "command" && option === "-p")) rest = rest.slice(1);
    else if (call.name === "exec" && /^-[cl]*a$/u.test(option)) rest = rest.slice(2);
    else if (call.name === "exec" && /^-[cl]+$/u.test(option)) rest = rest.slice(1);
    else {
      call.unclear(`What ${quoted(option)} does to ${call.name} is not known`, rest[0]);
      return undefined;
    }
  }
  if (rest.length === 0) {
    call.note(
      call.name === "exec" ? "session" : "read",
      call.name === "exec" ? "Redirects this shell itself" : `Runs ${call.name} without a command`,
    );
    return undefined;
  }
  if (call.name === "exec") call.note("session", "Puts a program in the place of this shell");
  call.run(rest.map((arg, i) => (i === 0 ? { ...arg, bare: false } : arg)));
  return undefined;
}
