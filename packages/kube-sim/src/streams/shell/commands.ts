import { setTimeout as sleep } from "node:timers/promises";

/** What a command has to do with. */
export interface Io {
  /** What came by a pipe; undefined: the keyboard. */
  input: string | undefined;
  out(text: string): Promise<void>;
  complain(text: string): void;
  line(): Promise<string | undefined>;
  /** Ctrl-C, or a signal. */
  stop: AbortSignal;
}

/** What a program sees of its container. */
export interface World {
  variables: Map<string, string>;
  files: Map<string, string>;
  folder: string;
  readonly user: string;
  /** Its processes: id and words. */
  processes(): readonly { pid: number; words: string }[];
  /** True when there was one. */
  signal(pid: number, name: string): boolean;
  size(): { columns: number; rows: number };
  echo(on: boolean): void;
  now(): Date;
}

export type Command = (words: readonly string[], io: Io, world: World) => Promise<number> | number;

/** Where a path leads from a folder. */
export function resolved(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${path.startsWith("/") ? "" : `${folder}/`}${path}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

/** Names directly in a folder; undefined where there is none. Folders are what files are in. */
export function namesIn({ files }: Pick<World, "files">, folder: string): string[] | undefined {
  const prefix = folder === "/" ? "/" : `${folder}/`;
  const names = [...files.keys()].flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length).split("/")[0]!] : []));
  return names.length === 0 ? undefined : [...new Set(names)].filter((name) => name !== "").toSorted();
}

const SIGNAL = /^-(?:SIG)?([A-Z]+|\d+)$/;
const NUMBERS: Readonly<Record<string, string>> = { "0": "0", "1": "HUP", "2": "INT", "9": "KILL", "15": "TERM" };

/** Reads named files, else what came by a pipe or is typed. */
async function textOf(paths: readonly string[], io: Io, world: World, name: string): Promise<{ text: string; code: number }> {
  if (paths.length === 0) {
    if (io.input !== undefined) return { text: io.input, code: 0 };
    let text = "";
    for (let line = await io.line(); line !== undefined && !io.stop.aborted; line = await io.line()) text += `${line}\n`;
    return { text, code: 0 };
  }
  let text = "";
  let code = 0;
  for (const path of paths) {
    const found = world.files.get(resolved(world.folder, path));
    if (found === undefined) {
      const folder = namesIn(world, resolved(world.folder, path)) !== undefined;
      io.complain(folder ? `${name}: ${path}: Is a directory` : `${name}: can't open '${path}': No such file or directory`);
      code = 1;
    } else text += found;
  }
  return { text, code };
}

const linesOf = (text: string): string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));
const joined = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

function count(words: readonly string[], otherwise: number): { lines: number; rest: string[] } {
  const at = words.findIndex((word) => /^-(n?\d+|n)$/.test(word));
  if (at < 0) return { lines: otherwise, rest: [...words] };
  const own = /\d+/.exec(words[at]!)?.[0];
  return {
    lines: Number(own ?? words[at + 1] ?? otherwise),
    rest: words.filter((_, index) => index !== at && (own !== undefined || index !== at + 1)),
  };
}

/** Waits, for no longer than until it is stopped. */
const wait = (ms: number, stop: AbortSignal): Promise<unknown> => sleep(ms, undefined, { signal: stop }).catch(() => undefined);

/** The programs that its images have. Each looks at the simulated container alone: nothing of the machine is touched. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  true: () => 0,
  ":": () => 0,
  false: () => 1,
  echo: async (words, io) => (await io.out(words[0] === "-n" ? words.slice(1).join(" ") : `${words.join(" ")}\n`), 0),
  printf: async ([format = "", ...values], io) => {
    let next = 0;
    const text = format
      .replaceAll(/\\(0[0-7]{0,3}|[nrtae\\])/g, (_, code: string) =>
        code.startsWith("0")
          ? String.fromCodePoint(Number.parseInt(code, 8))
          : ({ n: "\n", r: "\r", t: "\t", a: "\u0007", e: "\u001b" }[code] ?? code),
      )
      .replaceAll(/%[sd%]/g, (found) => (found === "%%" ? "%" : (values[next++] ?? "")));
    await io.out(text);
    return 0;
  },
  pwd: async (_, io, { folder }) => (await io.out(`${folder}\n`), 0),
  cd: ([path = "/"], io, world) => {
    const to = resolved(world.folder, path);
    if (to !== "/" && namesIn(world, to) === undefined) {
      io.complain(`cd: can't cd to ${path}: No such file or directory`);
      return 2;
    }
    world.folder = to;
    return 0;
  },
  ls: async (words, io, world) => {
    const paths = words.filter((word) => !word.startsWith("-"));
    const long = words.some((word) => /^-\w*l/.test(word));
    let code = 0;
    for (const path of paths.length === 0 ? ["."] : paths) {
      const to = resolved(world.folder, path);
      const names = world.files.has(to) ? [path] : namesIn(world, to);
      if (names === undefined) {
        io.complain(`ls: ${path}: No such file or directory`);
        code = 1;
        continue;
      }
      const rows = names.map((name) => {
        const file = world.files.get(resolved(to, world.files.has(to) ? "." : name));
        const kind = file === undefined ? "drwxr-xr-x" : "-rw-r--r--";
        return long
          ? `${kind}    1 ${world.user.padEnd(8)} ${world.user.padEnd(8)} ${String(file?.length ?? 4096).padStart(9)} ${name}`
          : name;
      });
      await io.out(joined(rows));
    }
    return code;
  },
  cat: async (words, io, world) => {
    const { text, code } = await textOf(words, io, world, "cat");
    await io.out(text);
    return code;
  },
  head: async (words, io, world) => {
    const { lines, rest } = count(words, 10);
    const { text, code } = await textOf(rest, io, world, "head");
    await io.out(joined(linesOf(text).slice(0, lines)));
    return code;
  },
  tail: async (words, io, world) => {
    const { lines, rest } = count(words, 10);
    const { text, code } = await textOf(rest, io, world, "tail");
    await io.out(joined(linesOf(text).slice(-lines)));
    return code;
  },
  grep: async (words, io, world) => {
    const [pattern = "", ...paths] = words.filter((word) => !/^-\w+$/.test(word));
    const other = words.some((word) => /^-\w*v/.test(word));
    const any = words.some((word) => /^-\w*i/.test(word));
    const { text, code } = await textOf(paths, io, world, "grep");
    const has = (line: string): boolean => (any ? line.toLowerCase().includes(pattern.toLowerCase()) : line.includes(pattern));
    const found = linesOf(text).filter((line) => has(line) !== other);
    await io.out(joined(found));
    return code !== 0 ? 2 : found.length > 0 ? 0 : 1;
  },
  wc: async (words, io, world) => {
    const { text, code } = await textOf(
      words.filter((word) => !word.startsWith("-")),
      io,
      world,
      "wc",
    );
    const figures = { "-l": linesOf(text).length, "-c": Buffer.byteLength(text) };
    await io.out(
      `${
        Object.entries(figures)
          .flatMap(([flag, figure]) => (words.includes(flag) ? [figure] : []))
          .join(" ") || Object.values(figures).join(" ")
      }\n`,
    );
    return code;
  },
  env: async (_, io, { variables }) => (await io.out(joined([...variables].map(([name, value]) => `${name}=${value}`))), 0),
  export: (words, _, { variables }) => {
    for (const word of words) if (word.includes("=")) variables.set(word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1));
    return 0;
  },
  unset: (words, _, { variables }) => (words.forEach((word) => variables.delete(word)), 0),
  hostname: async (_, io, { variables }) => (await io.out(`${variables.get("HOSTNAME") ?? ""}\n`), 0),
  whoami: async (_, io, { user }) => (await io.out(`${user}\n`), 0),
  id: async (_, io, { user }) => {
    const id = user === "root" ? 0 : 1000;
    await io.out(`uid=${id}(${user}) gid=${id}(${user}) groups=${id}(${user})\n`);
    return 0;
  },
  uname: async (words, io, { variables }) => (
    await io.out(words.includes("-a") ? `Linux ${variables.get("HOSTNAME")} 6.1.0 x86_64 GNU/Linux\n` : "Linux\n"),
    0
  ),
  date: async (_, io, world) => (await io.out(`${world.now().toUTCString()}\n`), 0),
  ps: async (_, io, world) => {
    const rows = world.processes().map(({ pid, words }) => `${String(pid).padStart(5)} ${world.user.padEnd(8)} ${words}`);
    await io.out(joined(["  PID USER     COMMAND", ...rows]));
    return 0;
  },
  kill: (words, io, world) => {
    const given = SIGNAL.exec(words[0] ?? "")?.[1];
    const name = given === undefined ? "TERM" : (NUMBERS[given] ?? given);
    const missed = words.filter((word) => /^\d+$/.test(word)).filter((pid) => !world.signal(Number(pid), name));
    for (const pid of missed) io.complain(`kill: can't kill pid ${pid}: No such process`);
    return missed.length === 0 ? 0 : 1;
  },
  sleep: async ([seconds = "0"], io) => {
    await wait(seconds.startsWith("inf") ? 2 ** 31 - 1 : Number(seconds) * 1000, io.stop);
    return io.stop.aborted ? 130 : 0;
  },
  seq: async (words, io) => {
    const [from, to] = words.length > 1 ? [Number(words[0]), Number(words[1])] : [1, Number(words[0])];
    for (let number = from; number <= to && !io.stop.aborted; number++) await io.out(`${number}\n`);
    return io.stop.aborted ? 130 : 0;
  },
  yes: async ([word = "y"], io) => {
    const many = `${word}\n`.repeat(256);
    while (!io.stop.aborted) {
      await io.out(many);
      await wait(1, io.stop);
    }
    return 130;
  },
  stty: async ([what = ""], io, world) => {
    if (what === "size") await io.out(`${world.size().rows} ${world.size().columns}\n`);
    if (what === "echo" || what === "-echo") world.echo(what === "echo");
    return 0;
  },
  clear: async (_, io) => (await io.out("\u001b[H\u001b[2J"), 0),
  read: async (words, io, { variables }) => {
    const line = await io.line();
    variables.set(words.findLast((word) => !word.startsWith("-")) ?? "REPLY", line ?? "");
    return line === undefined ? 1 : 0;
  },
  help: async (_, io) => (await io.out(`A simulated container. It has ${Object.keys(COMMANDS).toSorted().join(", ")}, sh and exit.\n`), 0),
};
