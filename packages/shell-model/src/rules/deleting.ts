import type { Call } from "../call.ts";
import { listed, quoted } from "../call.ts";
import { scan } from "../options.ts";
import { isDevice, normalPath } from "../places.ts";
import type { Program } from "../program.ts";
import type { Arg } from "../words.ts";

/** Without these a host does not work. Source: hier(7). */
const SYSTEM =
  /^\/(?:bin|boot|dev|etc|home|lib(?:32|64)?|opt|proc|root|run|sbin|srv|sys|usr|var|mnt|media)(?:\/(?:lib|log|bin|sbin|local|share|cache|spool|run|mail|www))?$/u;

/** `rm`, `rmdir`, `unlink`, `shred`. */
export function remove(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    safe: "r R f i I v d x z u n: s: --recursive --force --interactive? --verbose --dir --one-file-system --preserve-root? --no-preserve-root --parents --ignore-fail-on-non-empty --zero --remove? --iterations= --size= --exact --random-source= p",
  });
  const recursive = scanned.given.some((given) => /^(?:r|R|--recursive)$/u.test(given.name));
  const everything = scanned.given.find((given) => given.name === "--no-preserve-root");
  if (everything) call.risk("delete_root", "Takes off the guard that keeps rm from deleting the whole host.", everything.at);
  const names = scanned.operands.map((arg) => arg.shown);
  const below = recursive ? " and everything below" : "";
  const verb = call.name === "shred" ? "Overwrites" : "Deletes";
  call.note("delete", names.length === 0 ? `${verb} nothing that is named here` : `${verb} ${listed(names)}${below}`);
  for (const arg of scanned.operands) {
    if (isDevice(arg.shown)) call.writes(arg, "delete");
    else {
      call.writes(arg, "delete");
      deleting(call, arg, recursive);
    }
  }
  return undefined;
}

/** What could be deleted besides what was meant. */
export function deleting(call: Call, arg: Arg, recursive: boolean): void {
  const path = normalPath(arg.shown);
  if (/^\/(?:\*|\.\*|\{.*\})?$/u.test(path)) call.risk("delete_root", "Deletes the whole host.", arg);
  else if (SYSTEM.test(path.replace(/\/\.?\*$/u, "")))
    call.risk("delete_system", `Deletes ${path}, without which the host does not work.`, arg);
  else if (/^(?:~|\$HOME|\$\{HOME\})(?:\/\.?\*?)?$/u.test(arg.shown))
    call.risk("delete_everything_here", "Deletes the whole home folder.", arg);
  else if (recursive && /^(?:\.|\.\.(?:\/\.\.)*|\*|\.\*|\.\/\*|\.\.\/\*|\$PWD|\$\{PWD\})$/u.test(arg.text === undefined ? arg.shown : path))
    call.risk(
      "delete_everything_here",
      `Deletes everything in ${path.startsWith("..") ? "a folder above this one" : "this folder, whichever it is"}.`,
      arg,
    );
  emptyVariable(call, arg);
}

/** `"$DIR"/*` with an empty DIR is `/*`. */
export function emptyVariable(call: Call, arg: Arg): void {
  for (const variable of arg.variables) {
    const name = /^\w+$/u.test(variable) ? variable : undefined;
    const forms = name === undefined ? [variable] : [`\${${name}}`, `$${name}`];
    let without = arg.shown;
    for (const form of forms) without = without.replaceAll(form, "");
    const left = without.startsWith("/") ? normalPath(without) : without;
    const shown = name === undefined ? quoted(variable) : name;
    if (/^\/(?:\.?\*)?$/u.test(left)) {
      call.risk("empty_variable", `If ${shown} is empty this is ${left}: the whole host. \${${name ?? "VAR"}:?} stops instead.`, arg);
    } else if (SYSTEM.test(left.replace(/\/\.?\*$/u, "")))
      call.risk("empty_variable", `If ${shown} is empty this is ${left}. \${${name ?? "VAR"}:?} stops instead.`, arg);
    else if (left === "*" || left === ".*")
      call.risk("empty_variable", `If ${shown} is empty this is everything in the folder it runs in.`, arg);
  }
}

/** `chmod`, `chown`, `chgrp`, `setfacl`, `chattr`: rights. */
export function rights(call: Call): Program | undefined {
  const words = call.words();
  const operands = call.args
    .filter((arg, i) => i > 0 || !/^-[A-Za-z-]/u.test(arg.lead))
    .filter((arg) => !/^--|^-(?:[RvfcHLPhnde]+)$/u.test(arg.shown));
  const recursive = words.some((word) => /^(?:-\w*R\w*|--recursive)$/u.test(word));
  const [mode, ...files] = operands;
  const says =
    call.name === "chmod"
      ? `Sets the rights of ${listed(files.map((arg) => arg.shown))} to ${quoted(mode?.shown ?? "?")}`
      : `${call.name === "chown" || call.name === "chgrp" ? "Changes whose" : "Changes rights of"} ${listed(files.map((arg) => arg.shown))}${call.name.startsWith("ch") && call.name !== "chattr" ? " is" : ""}`;
  call.note("privilege", recursive ? `${says}, and of everything below` : says);
  for (const arg of files) {
    call.writes(arg, "privilege");
    if (recursive && (/^\/\*?$/u.test(normalPath(arg.shown)) || SYSTEM.test(normalPath(arg.shown))))
      call.risk(
        "delete_system",
        `Rights of everything below ${normalPath(arg.shown)} are lost; the host may not work or let anybody in any more.`,
        arg,
      );
    if (recursive) emptyVariable(call, arg);
  }
  if (
    call.name === "chmod" &&
    mode &&
    /^(?:[0-7]?777|[0-7]?666|(?:a|o|ugo|\w*o\w*)?[+=]\w*w\w*)$/u.test(mode.shown) &&
    !/^[ug]+[+=]/u.test(mode.shown)
  )
    call.risk("open_to_all", `Lets everybody on the host write${recursive ? " everything below" : ""}.`, mode);
  if (call.name === "chmod" && mode && /^(?:[4-7]\d{3}|\w*[+=]\w*s\w*)$/u.test(mode.shown))
    call.risk("open_to_all", "Whoever runs it then has the rights of its owner.", mode);
  return undefined;
}

/** `mv`, `cp`, `install`, `ln`: what is there is written over. */
export function copy(call: Call): Program | undefined {
  const scanned = scan(call.args, {
    loose: true,
    safe: "t: S: m: o: g: Z --target-directory= --suffix= --mode= --owner= --group=",
    delete: "--remove-destination",
    privilege: "",
  });
  const target = scanned.given.find((given) => given.name === "t" || given.name === "--target-directory")?.value;
  const names = scanned.operands;
  const sources = target ? names : names.slice(0, -1);
  const destination = target ?? (names.length > 1 ? names.at(-1) : undefined);
  if (names.some((arg) => arg.mayBeOption)) call.note("modify", "Some of its words may turn out to be options");
  const to = destination ? ` to ${quoted(destination.shown)}` : "";
  const from = listed(sources.map((arg) => arg.shown));
  if (call.name === "ln") {
    const forced = scanned.given.some((given) => /^(?:f|--force)$/u.test(given.name));
    call.note(
      forced ? "modify" : "append",
      `Makes a link ${destination ? quoted(destination.shown) : "here"}${forced ? ", in place of what is there" : ""}`,
    );
    if (destination) call.writes(destination, forced ? "modify" : "append");
    return undefined;
  }
  if (call.name === "mv") {
    call.note("modify", `Moves ${from}${to}`);
    for (const arg of sources) {
      call.writes(arg, "modify");
      emptyVariable(call, arg);
    }
  } else {
    call.note("modify", `Copies ${from}${to}, over what is there`);
    for (const arg of sources) call.object("read", arg, "path");
  }
  if (destination) call.writes(destination, "modify");
  else for (const arg of names) call.writes(arg, "modify");
  if (destination?.text === "/dev/null" && call.name === "mv") {
    call.note("delete", `Deletes ${from}: what is moved to /dev/null is gone`);
  }
  if (call.name === "install" && scanned.given.some((given) => /^(?:m|o|g|--mode|--owner|--group)$/u.test(given.name)))
    call.note("privilege", "Sets rights of what it copies");
  return undefined;
}
