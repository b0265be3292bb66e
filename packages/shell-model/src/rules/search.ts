import type { Call } from "../call.ts";
import { quoted } from "../call.ts";
import { readsPath } from "../places.ts";
import { deleting } from "./deleting.ts";
import type { Program } from "../program.ts";
import type { Arg } from "../words.ts";
import { unknownArg } from "../words.ts";

/** Tests and options of find by how many words follow them. Source: find(1) of findutils 4.10. */
const ALONE = new Set(
  "-H -L -P -O0 -O1 -O2 -O3 -d -depth -mount -xdev -noleaf -follow -daystart -ignore_readdir_race -noignore_readdir_race -warn -nowarn -empty -executable -readable -writable -nouser -nogroup -true -false -print -print0 -ls -prune -quit -not -and -or -a -o ( ) ! , --help -help --version -version".split(
    " ",
  ),
);
const WITH_ONE = new Set(
  "-D -amin -anewer -atime -cmin -cnewer -ctime -fstype -gid -group -ilname -iname -inum -ipath -iregex -iwholename -links -lname -maxdepth -mindepth -mmin -mtime -name -newer -path -perm -regex -regextype -samefile -size -type -uid -used -user -wholename -xtype -context -printf -files0-from".split(
    " ",
  ),
);

/** `find`: what its actions do; a command of `-exec` is judged with the names that will be put into it. */
export function find(call: Call): Program | undefined {
  const { args } = call;
  const starts: Arg[] = [];
  let expression = false;
  let acts = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const word = arg.text;
    if (!expression && (word === undefined || !/^[-(!,]/u.test(word))) {
      if (arg.mayBeOption) call.unclear(`${quoted(arg.shown)} may turn out to be a part of the search that acts`, arg);
      starts.push(arg);
      readsPath(arg, call.scope.sheet);
      continue;
    }
    if (!(word !== undefined && /^-(?:[HLP]|O\d|D)$/u.test(word))) expression = true;
    if (word === undefined) {
      call.unclear(`What ${quoted(arg.shown)} does to the search is only known once it runs`, arg);
      return undefined;
    }
    if (ALONE.has(word)) continue;
    if (WITH_ONE.has(word) || /^-newer[aBcmt]{2}$/u.test(word)) {
      i++;
      continue;
    }
    switch (word) {
      case "-delete":
        acts = true;
        call.note("delete", `Deletes every file that is found in ${where(starts)}`, arg);
        for (const start of starts) {
          call.object("delete", start, "path");
          if (!expression || isPlain(args, arg)) deleting(call, start, true);
        }
        break;
      case "-exec":
      case "-execdir":
      case "-ok":
      case "-okdir": {
        acts = true;
        const end = args.findIndex((other, at) => at > i && (other.text === ";" || (other.text === "+" && args[at - 1]?.text === "{}")));
        if (end < 0) {
          call.unclear(`Where the command of ${word} ends is not known`, arg);
          return undefined;
        }
        if (word.startsWith("-ok")) call.scope.sheet.needsTty ??= "find";
        // Names begin with a starting point, so none of them is an option.
        const inner = args.slice(i + 1, end).map((other) => (other.shown.includes("{}") ? found(other) : other));
        if (inner.length === 0 || inner[0]!.text === undefined) call.unclear("Runs the files that are found", arg);
        else call.run(inner, { kind: "text", text: "" });
        i = end;
        break;
      }
      case "-fprint":
      case "-fprint0":
      case "-fls":
      case "-fprintf": {
        acts = true;
        const file = args[i + 1];
        if (file) {
          call.note("modify", `Writes over ${quoted(file.shown)}`, file);
          call.writes(file, "modify");
        }
        i += word === "-fprintf" ? 2 : 1;
        break;
      }
      default:
        call.note("unknown", `What ${quoted(word)} does to the search is not known`, arg);
    }
  }
  if (!acts) call.note("read", `Searches ${where(starts)}`);
  else call.note("read", `Searches ${where(starts)}`);
  return undefined;
}

function where(starts: readonly Arg[]): string {
  return starts.length === 0 ? "this folder" : starts.map((start) => quoted(start.shown)).join(", ");
}

/** Nothing but the action narrows the search. */
function isPlain(args: readonly Arg[], action: Arg): boolean {
  return args.every((arg) => arg === action || !(arg.text ?? "").startsWith("-"));
}

/** A word into which a name that was found is put. */
function found(arg: Arg): Arg {
  return {
    ...arg,
    shown: arg.shown === "{}" ? "what is found" : arg.shown,
    text: undefined,
    lead: arg.shown.startsWith("{}") ? "./" : arg.shown.slice(0, arg.shown.indexOf("{}")),
    hole: "names",
    bare: false,
  };
}

/** `xargs CMD`: the command with words from its standard input, any of which may be an option. */
export function xargs(call: Call): Program | undefined {
  const { args } = call;
  let replace: string | undefined;
  let i = 0;
  for (; i < args.length; i++) {
    const arg = args[i]!;
    const word = arg.text;
    if (word === undefined) break;
    if (word === "--") {
      i++;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    const long = /^--(null|exit|no-run-if-empty|verbose|show-limits|open-tty|interactive)$/u.exec(word);
    const longValue = /^--(arg-file|delimiter|max-args|max-procs|max-lines|max-chars|process-slot-var|replace|eof)(?:=(.*))?$/su.exec(word);
    if (long) continue;
    if (longValue) {
      if (longValue[1] === "replace") replace = longValue[2] ?? "{}";
      else if (longValue[2] === undefined && !/^(?:max-lines|eof)$/u.test(longValue[1]!)) i++;
      continue;
    }
    const letters = /^-([0rtpxo]*)(?:([adEILnPsi])(.*))?$/su.exec(word);
    if (!letters) {
      call.unclear(`What ${quoted(word)} does to xargs is not known`, arg);
      return undefined;
    }
    const [, , letter, value] = letters;
    if (letter === "i") replace = value === "" ? "{}" : value;
    else if (letter !== undefined && value === "") {
      i++;
      if (letter === "I") replace = args[i]?.text ?? "{}";
    } else if (letter === "I") replace = value;
  }
  const inner = args.slice(i);
  if (inner.length === 0) {
    call.note("read", "Shows its input as words");
    return undefined;
  }
  const first = inner[0]!;
  const marks = (arg: Arg): boolean => replace !== undefined && arg.shown.includes(replace);
  if (first.text === undefined || marks(first)) {
    call.unclear("Runs programs whose names come from its input", first);
    return undefined;
  }
  if (inner.slice(1).some((arg) => marks(arg)) && /^(?:ba|da|z|k)?sh$/u.test(first.text))
    call.unclear("What comes from the input becomes part of a command line", first);
  const hole = call.input.names ? "names" : "computed";
  const words: Arg[] = inner.map((arg) => {
    if (!marks(arg)) return arg;
    const lead = arg.shown.slice(0, arg.shown.indexOf(replace!));
    return { ...unknownArg(arg.shown, arg, hole), lead, mayBeOption: lead === "" && hole === "computed" };
  });
  if (replace === undefined) words.push(unknownArg("names from its input", call.at, hole));
  call.run(words, { kind: "text", text: "" });
  return undefined;
}

/** `parallel CMD ::: a b`: a shell reads each line that is made. */
export function parallel(call: Call): Program | undefined {
  const lists = call.args.findIndex((arg) => /^:::+\+?$/u.test(arg.text ?? ""));
  const words = lists < 0 ? call.args : call.args.slice(0, lists);
  let i = 0;
  while (i < words.length) {
    const word = words[i]!.text;
    if (word === undefined || !word.startsWith("-")) break;
    if (
      /^(?:-[kurmXtvqn01]+|--(?:keep-order|bar|progress|eta|dry-run|no-notice|will-cite|tag|line-buffer|lb|ungroup|group|no-run-if-empty|verbose|null|quote))$/u.test(
        word,
      )
    )
      i++;
    else if (/^(?:-[jPnNLs]|--(?:jobs|max-procs|max-args|delay|timeout|retries|halt|joblog|colsep))$/u.test(word)) i += 2;
    else if (/^(?:-[jPnN]\S+|--(?:jobs|max-procs|delay|timeout|retries|halt|colsep)=.*)$/u.test(word)) i++;
    else {
      call.unclear(`What ${quoted(word)} does to parallel is not known`, words[i]);
      return undefined;
    }
  }
  const command = words.slice(i);
  if (command.length === 0 || command[0]!.text === undefined || command[0]!.shown.includes("{")) {
    call.unclear("Runs each line of its input");
    return undefined;
  }
  if (
    command.some((arg) => arg.text === undefined || /[;&|`$<>]/u.test(arg.text)) ||
    /^(?:eval|(?:ba|da|z|k)?sh)$/u.test(command[0]!.text)
  ) {
    call.unclear("What comes from the input becomes part of a command line");
    return undefined;
  }
  const literal = lists >= 0 && call.args.slice(lists).every((arg) => arg.text !== undefined && /^[\w./:@%+,=-]*$/u.test(arg.text));
  if (!literal) {
    call.unclear("What comes from the input is read by a shell");
    return undefined;
  }
  call.run([
    ...command.filter((arg) => !/^\{[^}]*\}$/u.test(arg.text ?? "")),
    ...call.args.slice(lists + 1).filter((arg) => !arg.text!.startsWith(":::")),
  ]);
  return undefined;
}
