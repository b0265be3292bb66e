import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { ExecuteOutcome, ExecuteRequest, Target } from "@interlock/connector";
import { decodeRow, rowOffsets } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ssh } from "../src/index.ts";
import { sshdFor, startSshd, type TestSshd } from "../src/testing.ts";

const never = (): AbortSignal => new AbortController().signal;

interface Ran extends ExecuteOutcome {
  stdout: string[];
  stderr: string[];
  /** `stream: line`, in the order they came. */
  lines: string[];
  truncated: boolean[];
  columns: string[];
  notices: string[];
}

describe.skipIf(sshdFor("scripts on hosts by SSH") === undefined)("a script on a host", () => {
  let sshd: TestSshd;
  let target: Target;
  beforeAll(async () => {
    sshd = await startSshd();
    target = open();
  });
  afterAll(async () => {
    await target?.close();
    await sshd?.close();
  });

  const open = (more: Record<string, unknown> = {}): Target =>
    ssh.open({ connectionName: "web-1", secret: ssh.readSecret(sshd.secret(more)), maskedColumns: () => [] });

  async function run(
    text: string,
    {
      on = target,
      signal = never(),
      onRow,
      ...request
    }: Partial<ExecuteRequest> & { on?: Target; signal?: AbortSignal; onRow?: (line: string) => void } = {},
  ): Promise<Ran> {
    const ran = {
      stdout: [] as string[],
      stderr: [] as string[],
      lines: [] as string[],
      truncated: [] as boolean[],
      columns: [] as string[],
      notices: [] as string[],
    };
    const resolution = await on.resolve(text, never());
    const outcome = await on.execute(
      { text, resolution, access: "write", timeoutMs: 20_000, rowCap: 100_000, applicationName: "interlock:test", ...request },
      {
        columns: (_statement, columns) => void ran.columns.push(...columns.map(({ name }) => name)),
        rows(_statement, bytes, count) {
          for (const offset of rowOffsets(bytes, count)) {
            const [stream, line] = decodeRow(bytes, offset) as ["stdout" | "stderr", string];
            ran[stream].push(line);
            ran.lines.push(`${stream}: ${line}`);
            onRow?.(line);
          }
        },
        end: (_statement, truncated) => void ran.truncated.push(truncated),
        notice: (_statement, text) => void ran.notices.push(text),
      },
      signal,
    );
    return { ...outcome, ...ran };
  }

  it("runs the whole text, with its output by stream and its exit code", async () => {
    const ran = await run("echo one\necho two >&2\necho three; exit 3\necho never\n");
    expect(ran).toMatchObject({ state: "failed", exit: { code: 3 }, stdout: ["one", "three"], stderr: ["two"], truncated: [false] });
    expect(ran.error?.message).toBe("The script ended with exit code 3.\ntwo");
    expect(ran.columns).toEqual(["stream", "output"]);
    expect(await run("true")).toMatchObject({ state: "succeeded", exit: { code: 0 }, lines: [] });
    expect(await run("kill -KILL $$")).toMatchObject({ state: "failed", exit: { code: 137 } });
  });

  it("does not feed the script to a program that reads its input", async () => {
    for (const first of ["", "#!/bin/sh\n", "#!/usr/bin/env bash\n"])
      expect((await run(`${first}echo before\ncat\nread -r line\necho "after [$line]"\n`)).stdout).toEqual(["before", "after []"]);
  });

  it("runs the frozen bytes and no others", async () => {
    // Quotes of every kind, what shells expand, what csh and printf read, and every byte of UTF-8's first two lengths.
    const hostile = Array.from({ length: 0x250 }, (_, code) =>
      code === 0 || code === 10 || code === 39 || (code >= 0xd800 && code <= 0xdfff) ? "" : String.fromCodePoint(code),
    ).join("");
    const text = `printf '%s' '${hostile}%s\\n!!$HOME\`id\`\n\n' | od -An -v -tx1 | tr -d ' \\n'\n\n\n`;
    expect((await run(text)).stdout).toEqual([Buffer.from(`${hostile}%s\\n!!$HOME\`id\`\n\n`).toString("hex")]);
    expect((await run(`#!/bin/sh\n${text}`)).stdout).toEqual([Buffer.from(`${hostile}%s\\n!!$HOME\`id\`\n\n`).toString("hex")]);
    const long = `x=${"y".repeat(250_000)}; echo \${#x}`;
    expect((await run(long)).stdout).toEqual(["250000"]);
  });

  it("runs what its first line names, and says what is not there", async () => {
    const version = await run("#!/bin/sh\necho ${BASH_VERSION:-none}");
    expect(["none"]).toContain(version.stdout[0]);
    expect((await run('[[ ab == a* ]] && echo "bash ${BASH_VERSION:+yes}"')).stdout).toEqual(["bash yes"]);
    expect((await run("#!/bin/bash -e\nfalse\necho never")).exit).toEqual({ code: 1 });
    const missing = await run("#!/opt/none/python9\nprint(1)");
    expect(missing).toMatchObject({ state: "failed", exit: { code: 127 } });
    expect(missing.error?.message).toMatch(/no \/opt\/none\/python9 on this host; nothing was run/);
    if (existsSync("/usr/bin/python3"))
      expect((await run("#!/usr/bin/env python3\nimport sys\nprint(len(sys.stdin.read()), 'é')\n")).stdout).toEqual(["0 é"]);
  });

  it("leaves nothing on the host and shows the script to nobody", async () => {
    const ran = await run(
      `find "$HOME" -newermt '-1 minute' -type f; tr '\\0' ' ' < /proc/$PPID/cmdline; tr '\\0' ' ' </proc/$$/cmdline; echo s3cret-word >/dev/null`,
    );
    expect(ran.state).toBe("succeeded");
    expect(ran.stdout.join("\n")).not.toMatch(/s3cret-word/);
    expect(ran.stdout.join("\n")).toMatch(/interlock:test/);
  });

  it("shows lines as they come, without what a terminal would obey", async () => {
    const seen: { line: string; at: number }[] = [];
    const ran = await run("printf '\\033[2Jfirst\\n'; sleep 0.4; printf 'last'", {
      onRow: (line) => seen.push({ line, at: performance.now() }),
    });
    expect(ran.stdout).toEqual(["first", "last"]);
    expect(seen[1]!.at - seen[0]!.at).toBeGreaterThan(200);
  });

  it("goes on beyond the rows that are kept, and says that some were left out", async () => {
    const ran = await run("seq 1 50000; echo done >&2; exit 4", { rowCap: 10 });
    expect(ran).toMatchObject({ state: "failed", exit: { code: 4 }, truncated: [true] });
    expect(ran.stdout).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
  });

  it("ends everything it started when it is cancelled, and says so", async () => {
    const stop = new AbortController();
    let pids: number[] = [];
    let asked = 0;
    const ran = await run("sleep 4712 & echo $!; echo $$; sleep 4713", {
      signal: stop.signal,
      onRow: (line) => {
        pids.push(Number(line));
        if (pids.length < 2) return;
        asked = performance.now();
        stop.abort();
      },
    });
    expect(ran).toMatchObject({ state: "cancelled", error: { code: "cancelled" }, truncated: [true] });
    expect(ran.error?.message).toMatch(/^Its process group was ended\. What it had done stays done/);
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(pids.filter(isRunning)).toEqual([]);
    await expect.poll(() => sshd.connections()).toEqual([]);
  });

  it("kills what does not end by itself, and ends what takes too long", async () => {
    const ran = await run("trap '' TERM; echo $$; while :; do sleep 0.05; done", { timeoutMs: 400 });
    expect(ran).toMatchObject({ state: "failed", error: { code: "statement_timeout" } });
    expect(ran.error?.message).toMatch(/^It took longer than it may\. Its process group was ended/);
    expect(isRunning(Number(ran.stdout[0]))).toBe(false);
  });

  it("follows what only goes on until a limit, which is no failure", async () => {
    const full = await run("tail -n +1 -f /etc/passwd", { rowCap: 2 });
    expect(full).toMatchObject({ state: "succeeded", truncated: [true] });
    expect(full.stdout).toHaveLength(2);
    expect(full.notices).toEqual([expect.stringMatching(/stopped after 2 lines/)]);
    const late = await run("tail -n 1 -f /etc/passwd", { timeoutMs: 300 });
    expect(late).toMatchObject({ state: "succeeded", truncated: [true], notices: [expect.stringMatching(/the longest that is followed/)] });
    // What may have written is never stopped half way without saying so.
    expect(await run(`touch ${sshd.home}/x; tail -f /etc/passwd`, { timeoutMs: 300 })).toMatchObject({ state: "failed" });
    await expect.poll(() => sshd.connections()).toEqual([]);
  });

  it("ends a script that is cancelled at any moment, or says that it may run", async () => {
    const file = `${sshd.home}/moments`;
    const text = `sleep 0.8; echo ran >> ${file}`;
    const moments = [0, 20, 40, 60, 80, 120, 200].map(async (after) => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), after);
      const ran = await run(text, { signal: stop.signal });
      expect(ran).toMatchObject({ state: "cancelled", error: { code: "cancelled" } });
      return /may run, or have run/.test(ran.error!.message);
    });
    const unsure = (await Promise.all(moments)).filter(Boolean).length;
    await sleep(900);
    const ran = existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
    expect(ran).toBeLessThanOrEqual(unsure);
  });

  it("knows that it does not know when the link breaks", async () => {
    const ran = await run("echo on; sleep 0.3; echo after", { onRow: () => sshd.cut() });
    expect(ran).toMatchObject({ state: "unknown" });
    expect(ran.error?.message).toMatch(/What became of it is not known: .*It may have run, and may still run\./);
  });

  it("runs nothing where it may not", async () => {
    const file = `${sshd.home}/ran`;
    const text = `touch ${file}`;
    const nothing = async (outcome: Promise<ExecuteOutcome>, code: string, state = "failed"): Promise<void> => {
      expect(await outcome).toMatchObject({ state, error: { code } });
      expect(existsSync(file)).toBe(false);
    };
    await nothing(run(`${text}\0`), "syntax_error");
    await nothing(run(`${text}\ud800`), "syntax_error");
    await nothing(run(" \n"), "syntax_error");
    await nothing(run(`#!/bin/sh\r\n${text}`), "syntax_error");
    await nothing(run(`#!/bin/sh -c "$(${text})"\n`), "syntax_error");
    await nothing(run(text, { access: "read" }), "bad_request");
    await nothing(run(text, { dryRun: true }), "bad_request");
    await nothing(run(text, { signal: AbortSignal.abort() }), "cancelled", "cancelled");
    const agreed = await target.resolve(text, never());
    await nothing(run(text, { resolution: { ...agreed, settings: { interpreter: "sh" } } }), "targets_changed");
    await nothing(
      run(text, { resolution: { ...agreed, targets: agreed.targets.map((line) => line.replace("SHA256:", "SHA256:x")) } }),
      "targets_changed",
    );
    for (const [more, code] of [
      [{ port: 1 }, "target_down"],
      [{ hostKeys: [] }, "host_key_unknown"],
      [{ auth: { kind: "key", privateKey: (await sshd.makeKey()).privateKey } }, "target_auth"],
    ] as const) {
      const other = open(more);
      await nothing(run(text, { on: other }), code);
      await other.close();
    }
    await run(text);
    expect(existsSync(file)).toBe(true);
  });

  it("names the host's approved key and the interpreter in what is agreed to", async () => {
    expect(await target.resolve("#!/bin/sh -e\nid", never())).toEqual({
      database: "",
      role: sshd.user,
      targets: [`0:${sshd.user}@127.0.0.1:${sshd.port}=${sshd.fingerprint}`],
      settings: { interpreter: "/bin/sh -e" },
    });
    const impact = await target.impact("rm -rf /srv/old\n\n# note\nuptime\n", { signal: never(), exact: true });
    expect(impact.statements.map(({ text }) => text)).toEqual(["rm -rf /srv/old", "uptime"]);
    expect(impact.effect).not.toBe("read");
    expect((await open({ hostKeys: [] }).impact("id", { signal: never(), exact: true })).warnings.join()).toMatch(/not approved yet/);
  });

  it("does not run half of a script", async () => {
    // The link is cut while the script is being sent: the proxy lets through all but its end.
    const { createServer, connect } = await import("node:net");
    const file = `${sshd.home}/half`;
    const proxy = createServer((client) => {
      const host = connect(sshd.port, "127.0.0.1");
      let passed = 0;
      client.on("data", (bytes) => {
        passed += bytes.length;
        // Signing in takes a few thousand bytes.
        if (passed < 60_000) host.write(bytes);
        else host.end();
      });
      host.on("data", (bytes) => client.write(bytes));
      for (const socket of [client, host]) socket.on("error", () => undefined).on("close", () => (client.destroy(), host.destroy()));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => proxy.once("listening", resolve));
    const cut = open({ port: (proxy.address() as { port: number }).port });
    const ran = await run(`touch ${file}\n${"# filler of a script that is long\n".repeat(5_000)}`, { on: cut });
    expect(["failed", "unknown"]).toContain(ran.state);
    await sleep(200);
    expect(existsSync(file)).toBe(false);
    proxy.close();
    await cut.close();
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
