/**
 * A shell of a host that a room shares, through front and agent: keys against a plain `ssh`, Ctrl-C in a flood, much output before many
 * watchers against tmux over shellinabox, joining late, and what recording costs.
 */
import { fork, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, chown, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AGENT_NODE_OPTIONS } from "../apps/agent/src/node-options.ts";
import { TerminalPage } from "../apps/agent/test/terminal-page.ts";
import { sshdFor } from "@interlock/connector-ssh/testing";
import { ORIGIN } from "./measure/agent.ts";
import { median, type Benchmark, type Report } from "./measure/figure.ts";
import { percentile } from "./measure/percentile.ts";
import type { RecorderOrder } from "./measure/recorder.ts";
import { startShellInABox } from "./measure/shellinabox.ts";
import { PROMPT, SHELL_SIZE, startShellStage, type ShellStage } from "./measure/shared-shell.ts";

const MB = 1e6;
/** Bytes a second of the watcher whose line is slow. */
const SLOW = 100_000;

const terminals: Benchmark = async (report, small) => {
  if (sshdFor("the benchmark of terminals") === undefined) return;
  const stage = await startShellStage();
  try {
    await keys(stage, small ? 20 : 1_000, report);
    await quiet(stage, small ? 3 : 100, report);
    const megabytes = small ? 1 : 100;
    const file = await flood(stage, megabytes * MB);
    const floods = await throughput(stage, file, { megabytes, crowds: [1, 8, 32], rounds: small ? 1 : 3 }, report);
    await recording(stage, file, floods, report);
    await slowWatcher(stage, file, small ? 1 : 6, report);
    await joining(stage, file, report);
  } finally {
    await stage.stop();
  }
};
export default terminals;

/** A key to its echo by a program, through us and through `ssh`, one after the other. */
async function keys(stage: ShellStage, count: number, report: Report): Promise<void> {
  const { sshd } = stage;
  const key = join(sshd.folder, "bench-key");
  const hosts = join(sshd.folder, "bench-hosts");
  await writeFile(key, sshd.keys.ed25519.privateKey, { mode: 0o600 });
  await writeFile(hosts, `[${sshd.host}]:${sshd.port} ${sshd.hostKey}\n`);
  const args = ["-F", "none", "-tt", "-p", `${sshd.port}`, "-i", key, "-o", `UserKnownHostsFile=${hosts}`, `${sshd.user}@${sshd.host}`];
  const bare = spawn("ssh", [...args, "stty raw -echo; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
  const shell = await stage.shell();
  try {
    shell.driver.type("stty raw -echo; exec cat\r");
    await sleep(500);
    const ours: number[] = [];
    const peers: number[] = [];
    for (let stroke = 0; stroke < count + 20; stroke++) {
      const letter = String.fromCodePoint(97 + (stroke % 26));
      const echo = async (times: number[], type: () => void, came: () => Promise<unknown>): Promise<void> => {
        const back = came();
        const start = performance.now();
        type();
        await back;
        if (stroke >= 20) times.push(performance.now() - start);
      };
      await echo(
        ours,
        () => shell.driver.type(letter),
        () => shell.driver.next(),
      );
      await echo(
        peers,
        () => bare.stdin.write(letter),
        () => once(bare.stdout, "data"),
      );
      await sleep(5);
    }
    for (const [word, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const [value, peer] = [percentile(ours, share), percentile(peers, share)];
      report({
        name: `key to its echo, ${word}`,
        value,
        unit: "ms",
        peer: `ssh, ${peer.toFixed(2)} ms`,
        ratio: peer / value,
        goal: "–",
        ok: true,
      });
      if (word === "p99") report({ name: "added to ssh, p99", value: value - peer, unit: "ms", goal: "≤ 3", ok: value - peer <= 3 });
    }
  } finally {
    bare.kill("SIGKILL");
    shell.end();
  }
}

/** Ctrl-C while `yes` floods nine pages, to the prompt behind the last of its lines on the last of them. */
async function quiet(stage: ShellStage, rounds: number, report: Report): Promise<void> {
  const shell = await stage.shell();
  const watchers = await shell.watch(8);
  try {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      shell.driver.type("yes\r");
      await shell.driver.next();
      await sleep(300);
      const prompt = shell.driver.sees(PROMPT);
      const { seen } = await watchers.look(PROMPT);
      const start = performance.now();
      shell.driver.type("\u0003");
      const drivers = prompt.then(() => performance.now());
      times.push(Math.max(await drivers, ...(await seen).map(({ at }) => at)) - start);
    }
    for (const [word, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const value = percentile(times, share);
      report({
        name: `Ctrl-C to quiet under yes, 8 watchers, ${word}`,
        value,
        unit: "ms",
        goal: word === "p99" ? "≤ 50" : "–",
        ok: word === "p50" || value <= 50,
      });
    }
  } finally {
    watchers.stop();
    shell.end();
  }
}

/** A file of coloured lines on the host. */
async function flood({ sshd }: ShellStage, bytes: number): Promise<string> {
  const lines: string[] = [];
  for (let line = 0, length = 0; length < bytes; line++) {
    const text = `\u001b[1;3${line % 8}mdrwxr-xr-x\u001b[0m ${line} \u001b[38;5;${line % 256}mfile${line}.ts\u001b[0m\r\n`;
    lines.push(text);
    length += text.length;
  }
  const file = join(sshd.home, "flood");
  await writeFile(file, lines.join(""));
  const home = await stat(sshd.home);
  await chown(file, home.uid, home.gid);
  await chmod(file, 0o644);
  return file;
}

let floods = 0;
/** What is printed behind the flood; the line that is typed does not hold it. */
const behind = (file: string): { line: string; sight: string } => {
  floods++;
  return { line: `cat ${file}; echo end-$((${floods}+1000000))-`, sight: `end-${floods + 1_000_000}-` };
};

/** Megabytes a second of the stream until the last watcher has its end, through us and through the peer, in turns. Returns the agent's time for each crowd. */
async function throughput(
  stage: ShellStage,
  file: string,
  { megabytes, crowds, rounds }: Floods,
  report: Report,
): Promise<Map<number, number>> {
  const agentMs = new Map<number, number>();
  for (const people of crowds) {
    const ours: Flooded[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      ours.push(await flooded(stage, file, megabytes, people));
      const peer = await floodedPeer(file, megabytes, people);
      if (peer !== undefined) theirs.push(peer);
    }
    agentMs.set(people, median(ours.map(({ agentMs: ms }) => ms)));
    const own = median(ours.map(({ rate }) => rate));
    report({
      name: `100 MB to ${people} watchers, sent to all of them`,
      value: median(ours.map(({ sent }) => sent)),
      unit: "MB/s",
      goal: "–",
      ok: true,
    });
    const figure = { name: `100 MB to ${people} watchers`, value: own, unit: "MB/s", goal: "≥ 1" };
    if (theirs.length === 0) report({ ...figure, peer: "shellinabox or tmux is not installed", ok: false });
    else {
      const peer = median(theirs);
      report({ ...figure, peer: `tmux over shellinabox, ${peer.toFixed(1)} MB/s`, ratio: own / peer, ok: own >= peer });
    }
  }
  return agentMs;
}

interface Floods {
  megabytes: number;
  crowds: readonly number[];
  rounds: number;
}

/** One flood through us: megabytes a second of the stream, those of all watchers together, and milliseconds of the agent's processor time. */
interface Flooded {
  rate: number;
  sent: number;
  agentMs: number;
}

async function flooded(stage: ShellStage, file: string, megabytes: number, people: number): Promise<Flooded> {
  const shell = await stage.shell();
  const watchers = await shell.watch(people);
  try {
    const { line, sight } = behind(file);
    const before = await stage.agentCpu();
    const { seen } = await watchers.look(sight);
    const start = performance.now();
    shell.driver.type(`${line}\r`);
    const all = await seen;
    const seconds = (Math.max(...all.map(({ at }) => at)) - start) / 1_000;
    const sent = all.reduce((sum, { bytes }) => sum + bytes, 0) / MB / seconds;
    return { rate: megabytes / seconds, sent, agentMs: (await stage.agentCpu()) - before };
  } finally {
    watchers.stop();
    shell.end();
  }
}

/** The same through tmux over shellinabox, in megabytes a second; undefined where they are not installed. */
async function floodedPeer(file: string, megabytes: number, people: number): Promise<number | undefined> {
  const peer = await startShellInABox(SHELL_SIZE);
  if (peer === undefined) return undefined;
  try {
    const pages = await Promise.all(Array.from({ length: people }, () => peer.watch()));
    const { line, sight } = behind(file);
    const seen = Promise.all(pages.map((page) => page.sees(sight)));
    const start = performance.now();
    await peer.line(line);
    await seen;
    return megabytes / ((performance.now() - start) / 1_000);
  } finally {
    await peer.stop();
  }
}

/** The others' time with and without a watcher whose line takes 100 KB a second, in turns. */
async function slowWatcher(stage: ShellStage, file: string, rounds: number, report: Report): Promise<void> {
  const times: Record<"with" | "without", number[]> = { with: [], without: [] };
  for (let round = 0; round < rounds; round++)
    // Each goes first as often as the other.
    for (const way of round % 2 === 0 ? (["without", "with"] as const) : (["with", "without"] as const)) {
      const shell = await stage.shell();
      const watchers = await shell.watch(8, way === "with" ? SLOW : undefined);
      try {
        const { line, sight } = behind(file);
        const { seen } = await watchers.look(sight);
        const start = performance.now();
        shell.driver.type(`${line}\r`);
        const others = (await seen).filter(({ watcher }) => watcher !== 7);
        times[way].push(Math.max(...others.map(({ at }) => at)) - start);
      } finally {
        watchers.stop();
        shell.end();
      }
    }
  const slower = (median(times.with) / median(times.without) - 1) * 100;
  report({
    name: "100 MB to 8 watchers: what one of them at 100 KB/s costs the others",
    value: slower,
    unit: "%",
    goal: "≤ 5",
    ok: slower <= 5,
  });
}

/** Who comes after much output into a full-screen program: bytes, and time to the screen that the others have. */
async function joining(stage: ShellStage, file: string, report: Report): Promise<void> {
  const shell = await stage.shell();
  try {
    const early = await TerminalPage.open(await shell.url(), ORIGIN);
    const { line, sight } = behind(file);
    const end = shell.driver.sees(sight);
    shell.driver.type(`${line}\r`);
    await end;
    for (const [program, leave] of [
      ["vim -u NONE -c 'set number'", ":q!\r"],
      ["htop", "q"],
    ] as const) {
      const name = program.split(" ")[0]!;
      if (!existsSync(`/usr/bin/${name}`)) {
        const peer = `${name} is not installed`;
        report({ name: `joining inside ${name}, to an identical screen`, value: 0, unit: "ms", peer, goal: "≤ 500", ok: false });
        report({ name: `joining inside ${name}, bytes`, value: 0, unit: "KiB", peer, goal: "≤ 256", ok: false });
        continue;
      }
      shell.driver.type(`${program}${name === "vim" ? ` ${file}` : ""}\r`);
      await sleep(2_000);
      const start = performance.now();
      const late = await TerminalPage.open(await shell.url(), ORIGIN);
      await late.until(() => late.screen !== "" && late.cells === early.cells, "the same screen", 20_000);
      const took = performance.now() - start;
      const bytes = late.frames.reduce((sum, frame) => sum + ("bytes" in frame ? frame.bytes.byteLength : 0), 0);
      report({ name: `joining inside ${name}, to an identical screen`, value: took, unit: "ms", goal: "≤ 500", ok: took <= 500 });
      report({ name: `joining inside ${name}, bytes`, value: bytes / 1024, unit: "KiB", goal: "≤ 256", ok: bytes <= 256 * 1024 });
      late.close();
      shell.driver.type(leave);
      await sleep(300);
    }
    early.close();
  } finally {
    shell.end();
  }
}

/** The recorder alone, with its store, over the same bytes: its processor time as a part of what the agent took for them, for each crowd. */
async function recording(stage: ShellStage, file: string, floods: ReadonlyMap<number, number>, report: Report): Promise<void> {
  const { size: total } = await stat(file);
  const row = await stage.agent.db.terminal.findFirstOrThrow();
  const { roomId, connectionId, name, openedById, columns, rows, recording: how } = row;
  const made = { roomId, connectionId, name, openedById, columns, rows, recording: how, phase: "ended", terms: row.terms as object };
  const terminals = Array.from({ length: 6 }, () => randomUUID());
  for (const id of terminals) await stage.agent.db.terminal.create({ data: { ...made, id, key: randomUUID() } });
  const child = fork(resolve(import.meta.dirname, "measure/recorder.ts"), { execArgv: [...AGENT_NODE_OPTIONS] });
  const ended = once(child, "exit");
  const order: RecorderOrder = { databaseUrl: stage.databaseUrl, file, total, size: SHELL_SIZE, terminals };
  child.send(order);
  const answer = await Promise.race([
    once(child, "message"),
    ended.then(([code]) => Promise.reject(new Error(`the recorder ended with ${code}`))),
  ]);
  await ended;
  const ms = median(answer[0] as number[]);
  for (const [people, agentMs] of floods) {
    const share = (ms / agentMs) * 100;
    report({
      name: `recording 100 MB: of the agent's processor time, ${people} watchers`,
      value: share,
      unit: "%",
      peer: `${Math.round(ms)} ms of ${Math.round(agentMs)} ms`,
      goal: "≤ 5",
      ok: share <= 5,
    });
  }
}
