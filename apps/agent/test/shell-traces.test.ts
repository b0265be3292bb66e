import { existsSync, watch, type FSWatcher } from "node:fs";
import { chown, lstat, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stderr } from "node:process";
import { ssh } from "@interlock/connector-ssh";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import type { Terminal, WaitingLine } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestPerson } from "./people.ts";
import type { RoomPage } from "./room-page.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { startWholeAgent, type WholeAgent } from "./whole-agent.ts";

const SIZE = { columns: 100, rows: 30 } as const;

interface Kind {
  places: readonly string[];
  /** Files in the home that are the person's own, and no more of them than the shell needs to ask nothing. */
  startUp: Record<string, string>;
  /** All that the shell writes by itself in any session: its history, and what stands beside that for a moment. */
  writes: readonly [history: string, ...more: string[]];
}
const KINDS = {
  // Without HISTFILE: bash is begun in POSIX mode, in which it would take another file.
  bash: {
    places: ["/bin/bash"],
    startUp: { ".bash_profile": ". ~/.bashrc\n", ".bashrc": "PS1='here\\$ '\n" },
    writes: [".bash_history"],
  },
  zsh: {
    places: ["/bin/zsh", "/usr/bin/zsh"],
    startUp: { ".zshrc": "PROMPT='here%# '\nHISTFILE=~/.zsh_history; SAVEHIST=100; HISTSIZE=100\n" },
    writes: [".zsh_history", ".zsh_history.LOCK", ".zsh_history.new"],
  },
} as const satisfies Record<string, Kind>;
type Name = keyof typeof KINDS;

/** Everything in a folder: what each entry is, its size and when it was last written; of folders that they are there. */
async function everythingIn(folder: string, from = ""): Promise<string[]> {
  const names = await readdir(join(folder, from));
  const found = names.map(async (name) => {
    const path = join(from, name);
    const { mode, size, mtimeMs, uid } = await lstat(join(folder, path));
    const what = `${path} ${mode.toString(8)} of ${uid}`;
    const isFolder = (mode & 0o170000) === 0o040000;
    return isFolder ? [what, ...(await everythingIn(folder, path))] : [`${what} ${size} bytes at ${mtimeMs}`];
  });
  return (await Promise.all(found)).flat().toSorted();
}

/** What an account has laid down where everybody may. */
async function everythingOf(uid: number): Promise<string[]> {
  const places = [...new Set([tmpdir(), "/tmp", "/var/tmp", "/dev/shm"])].filter((place) => existsSync(place));
  const found = places.map(async (place) => {
    const own = (await readdir(place)).map(async (name) => {
      const of = await lstat(join(place, name)).catch(() => undefined);
      return of?.uid === uid
        ? [`${place}/${name} ${of.size} bytes`, ...(of.isDirectory() ? await everythingIn(join(place, name)) : [])]
        : [];
    });
    return (await Promise.all(own)).flat();
  });
  return (await Promise.all(found)).flat().toSorted();
}

const tracesOf = async (home: string, uid: number) => ({ home: await everythingIn(home), elsewhere: await everythingOf(uid) });

/** Names of what an account runs. What has ended and only waits for its parent writes nothing any more. */
async function programsOf(uid: number): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/u.test(name));
  const statuses = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/status`, "utf8").catch(() => "")));
  const running = statuses.filter((status) => new RegExp(`^Uid:\\s+${uid}\\s`, "mu").test(status) && !/^State:\s+Z/mu.test(status));
  return running.map((status) => /^Name:\s+(.*)/u.exec(status)?.[1] ?? "");
}

/** What is written, made or removed in a folder and those in it, however soon it is gone again. */
class Watched {
  readonly #folder: string;
  readonly #seen = new Set<string>();
  readonly #watchers: FSWatcher[];
  #told: (path: string) => void = () => undefined;

  /** Each folder by itself: a watcher of all of them looks who is there, and misses who is gone by then. */
  constructor(folder: string, within: readonly string[]) {
    this.#folder = folder;
    this.#watchers = ["", ...within].map((from) =>
      watch(join(folder, from), (_, name) => {
        const path = join(from, name ?? "");
        this.#seen.add(path);
        this.#told(path);
      }),
    );
  }

  /** All of it so far: it is told in its order, so that a file of our own is the last. */
  async end(): Promise<string[]> {
    const last = ".the-last-of-all";
    const told = new Promise<void>((resolve) => {
      this.#told = (path) => {
        if (path === last) resolve();
      };
    });
    await writeFile(join(this.#folder, last), "");
    await told;
    for (const watcher of this.#watchers) watcher.close();
    await rm(join(this.#folder, last));
    return [...this.#seen].filter((path) => path !== last).toSorted();
  }
}

const accounts = process.getuid?.() === 0;
if (!accounts) stderr.write("NOT RUN: what a guarded shell leaves on its host. Only root can make an account whose files are all known.\n");
describe.skipIf(!accounts || sshdFor("tests of what a guarded shell leaves on its host") === undefined)("on its host", () => {
  let agent: WholeAgent;
  let oncall: TestPerson;
  let room: RoomPage;
  const hosts: Partial<Record<Name, { sshd: TestSshd; connectionId: string }>> = {};

  beforeAll(async () => {
    const sshds = (["bash", "zsh"] as const).map(async (name) => {
      const shell = KINDS[name].places.find((path) => existsSync(path));
      if (shell !== undefined) return { name, sshd: await startSshd({ shell }) };
      stderr.write(`NOT RUN: what the guard leaves behind of ${name}. It is not on this machine: apt-get install ${name}\n`);
      return undefined;
    });
    agent = await startWholeAgent();
    for (const started of await Promise.all(sshds)) {
      if (started === undefined) continue;
      const { name, sshd } = started;
      const connectionId = await agent.connect({ name: `${name}-stg`, connector: "ssh", environment: "staging" }, sshd.secret());
      hosts[name] = { sshd, connectionId };
    }
    oncall = await agent.person("oncall");
    room = await agent.room(oncall);
  });
  afterAll(async () => {
    await agent?.stop();
    await Promise.all(Object.values(hosts).map(({ sshd }) => sshd.close()));
  });

  const stateOf = (id: string): Terminal | undefined =>
    room.heard.findLast((heard) => heard.type === "terminal" && heard.terminal.id === id)?.["terminal" as never];
  const becomes = (id: string, what: (terminal: Terminal) => boolean, words: string): Promise<void> =>
    room.until(() => {
      const state = stateOf(id);
      return state !== undefined && what(state);
    }, words);

  interface Shell {
    id: string;
    page: TerminalPage;
    /** Types a line that runs at once. */
    runs(text: string, seen: string): Promise<void>;
    /** Types a line, and gives it when it waits. */
    waits(text: string): Promise<WaitingLine>;
    decide(line: WaitingLine, decision: "run" | "back"): Promise<void>;
  }
  async function open(name: Name, key: string): Promise<Shell> {
    const { connectionId } = hosts[name]!;
    const answer = await room.ask({ type: "terminal.open", key: `traces-${name}-${key}`, connectionId, ...SIZE, reason: "to look" });
    if (answer.problem !== undefined) throw new Error(JSON.stringify(answer.problem));
    const id = String(answer.value?.["terminalId"]);
    const page = await agent.terminal(oncall, id);
    await becomes(id, ({ shell }) => shell?.guard === "guarded" && shell.folder !== undefined, "guarded");
    return {
      id,
      page,
      async runs(text, seen) {
        page.type(`${text}\r`);
        await page.sees(seen);
      },
      async waits(text) {
        page.type(`${text}\r`);
        await becomes(id, ({ shell }) => shell?.line !== undefined, "waiting");
        return stateOf(id)!.shell!.line!;
      },
      async decide({ id: lineId, digest }, decision) {
        expect(await room.outcome({ type: "terminal.decide", terminalId: id, lineId, digest, decision })).toBe("ok");
        await becomes(id, ({ shell }) => shell?.line === undefined, "decided");
      },
    };
  }

  /** Has a shell of ssh alone run lines, as somebody without us types them; the last one ends it. */
  async function ordinarily({ sshd }: { sshd: TestSshd }, lines: readonly string[]): Promise<void> {
    const target = ssh.open({ connectionName: "ordinary", secret: ssh.readSecret(sshd.secret()), maskedColumns: () => [] });
    try {
      const terminal = await target.terminal!(SIZE, new AbortController().signal);
      terminal.onData(() => undefined);
      await terminal.write(Buffer.from(lines.map((line) => `${line}\r`).join("")));
      await terminal.ended;
    } finally {
      await target.close();
    }
  }

  test.for(["bash", "zsh"] as const)("%s leaves its history, word for word as without a guard", async (name, { skip }) => {
    const host = hosts[name];
    if (host === undefined) return skip(`${name} is not installed`);
    const { home } = host.sshd;
    const { startUp, writes } = KINDS[name];
    const history = join(home, writes[0]);
    const { uid, gid } = await stat(home);
    const nothingRuns = () => expect.poll(() => programsOf(uid)).toEqual([]);
    await mkdir(join(home, "work"));
    for (const [file, text] of Object.entries({ ...startUp, "work/notes": "kept\n" })) await writeFile(join(home, file), text);
    for (const file of ["work", "work/notes", ...Object.keys(startUp)]) await chown(join(home, file), uid, gid);
    const before = await tracesOf(home, uid);
    expect(before.home).toHaveLength(Object.keys(startUp).length + 2);

    const ran = ["echo one-$((1+1))", "cd work && cat notes && false", "cat <<END\rhere-$((20+22))\rEND", "echo three-$((1+2))"];
    const confirmed = ["rm -f nothing-there", "echo four-$((2+2))"];
    let watched = new Watched(home, ["work"]);
    await ordinarily(host, [...ran, ...confirmed, "exit"]);
    await nothingRuns();
    const ordinary = await readFile(history, "utf8");
    await rm(history);
    expect(await watched.end()).toEqual(writes);
    expect(await tracesOf(home, uid)).toEqual(before);

    watched = new Watched(home, ["work"]);
    const shell = await open(name, "ended");
    for (const [index, seen] of ["one-2", "kept", "here-42"].entries()) await shell.runs(ran[index]!, seen);
    await shell.decide(await shell.waits("rm -f notes"), "back");
    await shell.page.sees("not run");
    // It stands there again.
    await shell.runs(`\u0015${ran[3]}`, "three-3");
    await shell.decide(await shell.waits(confirmed[0]!), "run");
    await shell.runs(confirmed[1]!, "four-4");
    shell.page.type("exit\r");
    await becomes(shell.id, ({ recording }) => recording === "sealed", "sealed");
    await nothingRuns();
    expect(await readFile(history, "utf8")).toBe(ordinary);

    // Another one is killed in the middle of a question.
    const killed = await open(name, "killed");
    await killed.waits("rm -f work/notes");
    expect(await room.outcome({ type: "terminal.kill", terminalId: killed.id })).toBe("ok");
    await becomes(killed.id, ({ phase }) => phase === "ended", "ended");
    await nothingRuns();
    expect(await readFile(history, "utf8")).toBe(ordinary);
    await rm(history);
    expect(await watched.end()).toEqual(writes);
    expect(await tracesOf(home, uid)).toEqual(before);
  });
});
