import { readFileSync } from "node:fs";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Target, TerminalChannel, TerminalRequest } from "@interlock/connector";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ssh } from "../src/index.ts";
import { sshdFor, startSshd, type TestSshd } from "../src/testing.ts";

const never = (): AbortSignal => new AbortController().signal;
/** Bytes a shell may be ahead; see terminal.ts. */
const WINDOW = 128 * 1024;

/** A terminal and what it has shown. */
interface Seen {
  terminal: TerminalChannel;
  bytes: number;
  text: string;
  /** Types a line and waits until the text has what it should. */
  type(line: string, until: RegExp | string): Promise<void>;
}

describe.skipIf(sshdFor("terminals of hosts by SSH") === undefined)("a terminal of a host", () => {
  let sshd: TestSshd;
  let target: Target;
  const targets: Target[] = [];
  beforeAll(async () => {
    sshd = await startSshd();
    target = open({});
  });
  afterEach(async () => {
    await Promise.all(targets.map((opened) => opened.close()));
  });
  afterAll(() => sshd?.close());

  function open(more: Record<string, unknown>): Target {
    const opened = ssh.open({ connectionName: "web-1", secret: ssh.readSecret(sshd.secret(more)), maskedColumns: () => [] });
    targets.push(opened);
    return opened;
  }

  async function shell(request: Partial<TerminalRequest> = {}, of = target): Promise<Seen> {
    const terminal = await of.terminal!({ columns: 100, rows: 30, ...request }, never());
    const seen: Seen = {
      terminal,
      bytes: 0,
      text: "",
      async type(line, until) {
        await terminal.write(Buffer.from(`${line}\n`));
        await expect.poll(() => seen.text, { timeout: 5_000 }).toMatch(until);
      },
    };
    terminal.onData((bytes) => {
      seen.bytes += bytes.length;
      seen.text = (seen.text + Buffer.from(bytes).toString("latin1")).slice(-20_000);
    });
    return seen;
  }

  it("echoes, knows its size and follows it, and ends with the shell's exit code", async () => {
    const seen = await shell({ environment: { INTERLOCK_ROOM: "INC-482" } });
    await seen.type("stty size; echo $TERM $INTERLOCK_ROOM", /30 100\r\n[^]*xterm-256color INC-482\r\n/);
    seen.terminal.resize(132, 43);
    await seen.type("stty size", /43 132\r\n/);
    await seen.terminal.write(Buffer.from("exit 7\n"));
    expect(await seen.terminal.ended).toEqual({ exitCode: 7 });
    await expect(seen.terminal.write(Buffer.from("x"))).rejects.toMatchObject({ code: "terminal_ended" });
    expect(await seen.terminal.kill()).toEqual({ did: "It had ended already." });
    await expect.poll(() => sshd.connections()).toEqual([]);
  });

  it("tells the signal that ended a program, and runs programs by their words", async () => {
    const seen = await shell({
      program: { argv: ["/bin/sh", "-c", `printf '%s|' "$0" "$@"; kill -TERM $$`, "it's", "a b", "$HOME;`id`"] },
    });
    expect(await seen.terminal.ended).toEqual({ signal: "TERM" });
    expect(seen.text).toBe("it's|a b|$HOME;`id`|");
  });

  it("loses no output when a program ends at once", async () => {
    const bytes: number[] = [];
    const some = async (): Promise<void> => {
      while (bytes.length < 100) {
        const place = bytes.push(0) - 1;
        const seen = await shell({ program: { argv: ["/bin/sh", "-c", "echo $(head -c 20478 /dev/zero | tr '\\0' x); exit 3"] } });
        expect(await seen.terminal.ended).toEqual({ exitCode: 3 });
        bytes[place] = seen.bytes;
      }
    };
    await Promise.all(Array.from({ length: 8 }, some));
    // Each with the line end that its terminal writes as two.
    expect(bytes).toEqual(Array.from({ length: 100 }, () => 20_480));
  });

  it("makes a program wait while it is paused, and goes on without a gap", async () => {
    // Far more than a window: a program that has ended by the time of the pause is told to its end.
    const lines = 2_000_000;
    const seen = await shell({ program: { argv: ["/bin/sh", "-c", `stty -onlcr; seq 1 ${lines}`] } });
    const whole = seen.terminal;
    await expect.poll(() => seen.bytes).toBeGreaterThan(0);
    whole.pause();
    const paused = seen.bytes;
    await sleep(150);
    expect(seen.bytes).toBe(paused);
    whole.resume();
    expect(await whole.ended).toEqual({ exitCode: 0 });
    expect(seen.bytes).toBe(Array.from({ length: lines }, (_, index) => `${index + 1}\n`.length).reduce((sum, length) => sum + length));
  });

  it("has no more than a window on its way when it is paused under `yes`, and Ctrl-C is then obeyed", async () => {
    const seen = await shell();
    await seen.type("yes", /y\r\ny/);
    await expect.poll(() => seen.bytes).toBeGreaterThan(4 * WINDOW);
    seen.terminal.pause();
    await sleep(200);
    const paused = seen.bytes;
    await seen.terminal.write(Buffer.from("\x03"));
    await sleep(100);
    seen.terminal.resume();
    await seen.type("echo now-$((40+2))", /now-42\r\n/);
    // What was on its way, with what the pseudo-terminal and the prompt hold.
    expect(seen.bytes - paused).toBeLessThan(WINDOW + 64 * 1024);
    await seen.terminal.kill();
  });

  it("takes 50 MB on one line, in bounded pieces", async () => {
    const seen = await shell({ program: { argv: ["/bin/sh", "-c", "head -c 50000000 /dev/zero | tr '\\0' x"] } });
    let largest = 0;
    let bytes = 0;
    seen.terminal.onData((piece) => {
      bytes += piece.length;
      largest = Math.max(largest, piece.length);
    });
    expect(await seen.terminal.ended).toEqual({ exitCode: 0 });
    expect(bytes).toBe(50_000_000);
    expect(largest).toBeLessThanOrEqual(WINDOW);
  });

  it("waits with writing until the host takes it", async () => {
    const seen = await shell({ program: { argv: ["/bin/sh", "-c", "stty raw -echo; echo ready; sleep 0.5; head -c 8000000 | wc -c"] } });
    await expect.poll(() => seen.text).toMatch(/ready/);
    const chunk = Buffer.alloc(1_000_000, "x");
    const began = performance.now();
    for (let sent = 0; sent < 8; sent++) await seen.terminal.write(chunk);
    // The host's window is 2 MiB: the rest could only go once somebody read.
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(await seen.terminal.ended).toEqual({ exitCode: 0 });
    expect(seen.text).toMatch(/8000000/);
  });

  it("ends a shell and what it runs when it is killed, and says what may still run", async () => {
    const seen = await shell();
    await seen.type("sleep 4711 & echo $! started", /\n\d+ started/);
    const pid = Number(/(\d+) started/.exec(seen.text.slice(seen.text.indexOf("\r\n")))![1]);
    const killed = await seen.terminal.kill();
    expect(killed.did).toMatch(/^Sent HUP/);
    expect(killed.mayStillRun).toMatch(/nohup/);
    expect((await seen.terminal.ended).why).toBe("it was killed");
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it("goes from HUP to KILL for what does not hang up, also while it is paused", async () => {
    const seen = await shell({ program: { argv: ["/bin/sh", "-c", "trap '' HUP; echo $$; while :; do echo x; sleep 0.02; done"] } });
    await expect.poll(() => seen.text).toMatch(/^\d+\r\n/);
    const pid = Number(/^\d+/.exec(seen.text)![0]);
    seen.terminal.pause();
    expect((await seen.terminal.kill()).did).toBe("Sent HUP and KILL; the shell ended.");
    expect((await seen.terminal.ended).why).toBe("it was killed");
    await expect.poll(() => isRunning(pid)).toBe(false);
  });

  it("says why when the link is cut", async () => {
    const seen = await shell();
    await seen.type("echo here", /here\r\n/);
    sshd.cut();
    const end = await seen.terminal.ended;
    expect(end.exitCode).toBeUndefined();
    expect(end.why).toMatch(/127\.0\.0\.1:\d+ (closed the connection|broke)|ECONNRESET/);
  });

  it("notices a host that no longer answers", async () => {
    const held: Socket[] = [];
    let forwarding = true;
    const proxy = createServer((client) => {
      const host = connectTcp(sshd.port, "127.0.0.1");
      held.push(client, host);
      client.on("data", (bytes) => forwarding && host.write(bytes)).on("error", () => host.destroy());
      host.on("data", (bytes) => forwarding && client.write(bytes)).on("error", () => client.destroy());
      client.on("close", () => host.destroy());
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.once("listening", resolve));
    try {
      const { port } = proxy.address() as { port: number };
      const seen = await shell({}, open({ port, keepAlive: { intervalMs: 100, count: 2 } }));
      await seen.type("echo here", /here\r\n/);
      // Longer than it may be silent: answers keep it alive.
      await sleep(500);
      forwarding = false;
      expect((await seen.terminal.ended).why).toMatch(/has not answered for 0\.3 s/);
    } finally {
      for (const socket of held) socket.destroy();
      proxy.close();
    }
  });

  it("tells bytes that came before anybody listened, whatever they are", async () => {
    const terminal = await target.terminal!(
      { columns: 80, rows: 24, program: { argv: ["/bin/sh", "-c", "stty -opost; printf '\\303'; printf '\\000\\377'"] } },
      never(),
    );
    await sleep(100);
    const pieces: Uint8Array[] = [];
    terminal.onData((bytes) => pieces.push(bytes));
    await terminal.ended;
    expect(Buffer.concat(pieces).toString("hex")).toBe("c300ff");
  });

  it("is not opened when it is cancelled", async () => {
    await expect(target.terminal!({ columns: 80, rows: 24 }, AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
    const stop = new AbortController();
    const opening = target.terminal!({ columns: 80, rows: 24 }, stop.signal);
    setTimeout(() => stop.abort(), 30);
    await expect(opening).rejects.toMatchObject({ code: "cancelled" });
    await expect.poll(() => sshd.connections()).toEqual([]);
  });
});

/** Whether a process is there and no zombie. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
