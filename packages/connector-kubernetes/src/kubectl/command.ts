import type { Diagnostic, Effect } from "@interlock/protocol";
import { readArguments, writeArguments, type Arguments } from "./arguments.ts";
import { FILE_FLAGS, FOLLOWING, VERB_EFFECTS } from "./verbs.data.ts";
import { readWords, type Word, type WordLine } from "./shell-words.ts";

/** One `kubectl …` line of a command. */
export interface CommandLine {
  /** UTF-16 units in the command's text, end exclusive; a here-document counts. */
  start: number;
  end: number;
  /** What kubectl is started with, without its own name. */
  argv: string[];
  /** e.g. `rollout restart`. */
  verb: string;
  /** Text of the here-document. */
  stdin?: string;
  /** Whether it reads standard input: the here-document, or the command's own. */
  readsStdin: boolean;
  /** Files of the command it names, and folders of them; "." is the command's own. */
  files: string[];
  /** Folders of the command's files that hold a kustomization it names; "." is the command's own. */
  kustomizations: string[];
  /** URLs in `argv` as `--filename=<url>`, to be fetched by the agent and replaced before the run (see `freezeManifests`). */
  urls: string[];
  /** Effect of the verb itself where its requests say less. */
  effect?: Effect;
  /** Whether it goes on until it is cancelled or the cluster changes. */
  follows: boolean;
}

export interface ReadCommand {
  lines: CommandLine[];
  /** Not empty: nothing of the command is run. */
  diagnostics: Diagnostic[];
  /** Where lines stand that cannot be read or are refused. UTF-16 units, end exclusive. */
  refused: { start: number; end: number }[];
}

/** Names of the command's own files: relative, plain, without a way out. */
const FILE_NAME = /^(\.\/)?([A-Za-z0-9_][A-Za-z0-9._-]*\/)*[A-Za-z0-9_][A-Za-z0-9._-]*$/;

/** Reads the text of a command: one or more `kubectl …` lines. Never throws; runs and reads nothing. */
export function readCommand(text: string): ReadCommand {
  const { lines: words, diagnostics } = readWords(text);
  const lines: CommandLine[] = [];
  const found: Diagnostic[] = [...diagnostics];
  const refused: ReadCommand["refused"] = [];
  for (const line of words) {
    const fail = (word: Word, message: string): void => {
      found.push({ start: word.start, end: word.end, message, severity: "error" });
    };
    const [program, ...rest] = line.words;
    if (program?.text !== "kubectl") {
      fail(program!, "only kubectl is run here; begin the line with kubectl");
      refused.push({ start: line.start, end: line.end });
      continue;
    }
    const read = readArguments(rest, program);
    if (!read.ok) fail(read.word, read.reason);
    const made = read.ok ? commandLine(line, read.value, fail) : undefined;
    if (made === undefined) refused.push({ start: line.start, end: line.end });
    else lines.push(made);
  }
  return { lines, diagnostics: found.toSorted((left, right) => left.start - right.start), refused };
}

function commandLine(line: WordLine, given: Arguments, fail: (word: Word, message: string) => void): CommandLine | undefined {
  const files: string[] = [];
  const kustomizations: string[] = [];
  const urls: string[] = [];
  let readsStdin = false;
  let bad = false;
  const refuse = (word: Word, message: string): void => {
    fail(word, message);
    bad = true;
  };
  const file = (word: Word, name: string, what: string): void => {
    if (name === "-") readsStdin = true;
    else if (what === "-f" && (name === "." || name === "./")) files.push(".");
    else if (what === "-f" && name.endsWith("/") && FILE_NAME.test(name.slice(0, -1))) files.push(name.slice(0, -1).replace(/^\.\//, ""));
    else if (FILE_NAME.test(name)) files.push(name.replace(/^\.\//, ""));
    else refuse(word, `${what} names a file of the command itself, such as deploy.yaml; nothing else is read`);
  };
  for (const flag of given.flags) {
    const { name, value = "", word } = flag;
    if (name === "filename") {
      for (const one of value.split(",")) {
        if (/^[a-z][a-z0-9+.-]*:\/\//i.test(one)) urls.push(one);
        else file(word, one, "-f");
      }
    } else if (name === "kustomize") folder(word, value);
    else if (FILE_FLAGS[name] === "keyed") file(word, value.slice(value.indexOf("=") + 1), `--${name}`);
    else if (FILE_FLAGS[name] === "file") file(word, value, `--${name}`);
    else if (name === "output") outputFile(word, value);
    else if (name === "template" && given.flags.some((other) => other.name === "output" && other.value?.endsWith("file") === true)) {
      file(word, value, "--template");
    } else if (name === "raw" && !/^\/[^\s]*$/.test(value)) refuse(word, "--raw takes a path that begins with a slash");
  }
  if (given.verb === "kustomize") {
    const [operand] = given.operands;
    folder(operand ?? line.words[0]!, operand?.text ?? ".");
  }
  // `kubectl set env deployment/x -` reads variables from standard input.
  if (given.operands.some((word) => word.text === "-")) readsStdin = true;
  if (line.stdin !== undefined && !readsStdin) refuse(line.words[0]!, "nothing of this line reads the here-document; add -f -");
  if (bad) return undefined;
  const effect = VERB_EFFECTS[given.verb];
  return {
    start: line.start,
    end: line.end,
    argv: writeArguments(given),
    verb: given.verb,
    ...(line.stdin === undefined ? {} : { stdin: line.stdin }),
    readsStdin,
    files,
    kustomizations,
    urls,
    ...(effect === undefined ? {} : { effect }),
    follows: follows(given),
  };

  function folder(word: Word, name: string): void {
    if (name === "." || name === "./") kustomizations.push(".");
    else if (FILE_NAME.test(name.replace(/\/$/, ""))) kustomizations.push(name.replace(/^\.\//, "").replace(/\/$/, ""));
    else refuse(word, "-k names a folder of the command's own files; nothing else is read");
  }

  function outputFile(word: Word, value: string): void {
    const named = /^(?:go-template|template|jsonpath|custom-columns)[a-z-]*-?file=(.*)$/.exec(value) ?? /^templatefile=(.*)$/.exec(value);
    if (named !== null) file(word, named[1]!, "-o");
  }
}

function follows(given: Arguments): boolean {
  const how = FOLLOWING[given.verb];
  if (how === undefined) return false;
  const set = (name: string): boolean => given.flags.some((flag) => flag.name === name && flag.value !== "false");
  if (how === "watch") return set("watch") || set("watch-only");
  if (how === "follow") return set("follow");
  return !given.flags.some((flag) => flag.name === "watch" && flag.value === "false");
}
