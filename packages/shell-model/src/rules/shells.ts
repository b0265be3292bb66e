import type { Call } from "../call.ts";
import { quoted } from "../call.ts";
import { scan } from "../options.ts";
import type { Program } from "../program.ts";

/** `sh`, `bash` and their like: a constant text of `-c` is read again, anything else is not known. */
export function shell(call: Call): Program | undefined {
  const { sheet } = call.scope;
  const first = call.args[0]?.text;
  if (call.args.length === 1 && /^--(?:version|help)$/u.test(first ?? "")) {
    call.note("read", `Shows the version of ${call.name}`);
    return undefined;
  }
  const scanned = scan(call.args, {
    safe: "e u x v f h l i n r p s o: O: a b m B C E H P T + --login --norc --noprofile --posix --restricted --verbose --noediting --rcfile= --init-file=",
    opaque: "D --rcfile= --init-file= --debugger --dump-strings",
    runs: "c",
    first: true,
  });
  for (const at of scanned.unlisted) call.unclear(`What ${quoted(at.shown)} does to ${call.name} is not known`, at);
  for (const given of scanned.given)
    if (given.meaning === "opaque") call.unclear(`${call.name} ${given.name} reads commands from a file`, given.at);
  const has = (name: string): boolean => scanned.given.some((given) => given.name === name);
  const [text, ...parameters] = scanned.operands;
  if (has("c")) {
    if (!text) call.unclear(`${call.name} -c has no command`);
    else {
      call.note("read", `Runs a command line by ${call.name}`);
      call.shell(text, `What ${call.name} -c runs cannot be told`);
      // `$0`, `$1` … of the text: what they hold may be part of a command there.
      if (parameters.length > 0 && text.text !== undefined && /(?:^|[;&|(\s])(?:"?\$\{?[\d@*])/u.test(text.text))
        call.unclear("The parameters of the text are part of what it runs", text);
    }
    return undefined;
  }
  if (has("n") && text) {
    call.note("read", `Checks how ${quoted(text.shown)} reads, without running it`);
    return undefined;
  }
  if (text && !has("s")) {
    call.unclear(`What is in ${quoted(text.shown)} is not read`, text);
    return undefined;
  }
  switch (call.input.kind) {
    case "text":
      if (call.input.text === undefined) call.unclear(`What ${call.name} reads is only known once it runs`, call.input.at);
      else call.walk.text(call.input.text, call.input.at ?? call.at, call.scope, true);
      break;
    case "pipe":
      sheet.risk("pipe_to_shell", `Whatever comes through the pipe is run by ${call.name}.`, call.at);
      call.unclear(`Whatever comes through the pipe is run by ${call.name}`);
      break;
    case "file":
      call.unclear(`What is in the file is run by ${call.name}; it is not read here`);
      break;
    case "terminal":
      sheet.needsTty ??= call.name;
      call.unclear("Opens another shell, whose lines are not judged");
      break;
  }
  return undefined;
}

/** Modules of Python that only read. */
const PYTHON_READS = /^(?:json\.tool|site|platform|calendar|tabnanny|pyclbr|sysconfig)$/u;

/** Interpreters of other languages: nothing they run is judged. */
export function interpreter(call: Call): Program | undefined {
  const words = call.words();
  const { sheet } = call.scope;
  if (words.length === 1 && /^(?:-V+|-v|--version|-version|--help|-h)$/u.test(words[0]!) && call.args[0]!.text !== undefined) {
    call.note("read", `Shows the version of ${call.name}`);
    return undefined;
  }
  const module = words.indexOf("-m");
  if (call.name === "python" && module >= 0 && words.slice(0, module).every((word) => /^-[IsEuB]+$/u.test(word))) {
    const name = words[module + 1] ?? "";
    if (PYTHON_READS.test(name)) {
      // json.tool writes to its second operand.
      const files = call.args.slice(module + 2).filter((arg) => !(arg.text ?? arg.lead).startsWith("-"));
      if (name === "json.tool" && files[1]) call.writes(files[1], "modify");
      call.note(name === "json.tool" && files[1] ? "modify" : "read", `Runs ${call.name} -m ${name}`);
      return undefined;
    }
    if (name === "pip") {
      call.run([{ ...call.args[module + 1]!, bare: false }, ...call.args.slice(module + 2)]);
      return undefined;
    }
  }
  const code = call.args.find((arg) => /^-[A-Za-z]*[ceErRp]/u.test(arg.lead));
  const script = call.args.find((arg) => !arg.lead.startsWith("-"));
  if (code) call.unclear(`What ${call.name} runs from its command line is not judged`, code);
  else if (script) call.unclear(`What is in ${quoted(script.shown)} is not read`, script);
  else if (call.input.kind === "pipe") {
    call.risk("pipe_to_shell", `Whatever comes through the pipe is run by ${call.name}.`);
    call.unclear(`Whatever comes through the pipe is run by ${call.name}`);
  } else {
    if (call.input.kind === "terminal") sheet.needsTty ??= call.name;
    call.unclear(`What ${call.name} runs is not judged`);
  }
  return undefined;
}

/** `eval`, `.`, `source` and their like. */
export function opaque(why: string): (call: Call) => undefined {
  return (call) => {
    call.unclear(why);
    return undefined;
  };
}
