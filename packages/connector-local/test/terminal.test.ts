import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Target, TerminalChannel } from "@interlock/connector";
import { afterAll, describe, expect, test } from "vitest";
import { local } from "../src/index.ts";

const me = userInfo().username;
const opened: Target[] = [];
afterAll(() => Promise.all(opened.map((target) => target.close())));

function targetOf(secret: object, localAccounts?: readonly string[]): Target {
  const host = localAccounts === undefined ? {} : { host: { localAccounts } };
  const target = local.open({ connectionName: "this-machine", secret: local.readSecret(secret), maskedColumns: () => [], ...host });
  opened.push(target);
  return target;
}

const SIZE = { columns: 90, rows: 30 };
const open = (secret: object, more: object = {}, allowed: readonly string[] = [me, "nobody", "daemon"]): Promise<TerminalChannel> =>
  targetOf(secret, allowed).terminal!({ ...SIZE, ...more }, AbortSignal.timeout(10_000));

function shown(channel: TerminalChannel): { text: () => string; sees: (what: string) => Promise<void> } {
  let text = "";
  channel.onData((bytes) => (text += Buffer.from(bytes).toString("utf8")));
  return {
    text: () => text,
    async sees(what) {
      for (const end = Date.now() + 8_000; !text.includes(what); await sleep(5))
        if (Date.now() > end) throw new Error(`${what} was not shown, but ${text}`);
    },
  };
}

test("it is off unless the operator names the account", async () => {
  for (const allowed of [undefined, [], ["somebody"]] as const) {
    const target = targetOf({ account: me }, allowed);
    await expect(target.terminal!(SIZE, AbortSignal.timeout(5_000))).rejects.toMatchObject({
      code: "bad_request",
      message: expect.stringContaining("INTERLOCK_LOCAL_SHELLS"),
    });
    await expect(target.ping(AbortSignal.timeout(5_000))).rejects.toMatchObject({ code: "bad_request" });
    expect(await target.lacks!()).toContain("INTERLOCK_LOCAL_SHELLS");
  }
  expect(await targetOf({ account: me }, [me]).lacks!()).toContain("agent's own account");
});

test("a shell with its size, its exit code, and nothing of the agent's environment", async () => {
  process.env["INTERLOCK_KEY_TEST"] = "hunter2";
  const channel = await open(
    { account: me, shell: "/bin/sh", folder: "/usr", environment: { TIER: "gold" } },
    { environment: { INTERLOCK_ROOM: "INC-4" } },
  );
  const screen = shown(channel);
  await channel.write(Buffer.from("stty size; pwd; echo $TIER-$INTERLOCK_ROOM-$TERM-$HOME; env\r"));
  await screen.sees("gold-INC-4-xterm-256color");
  channel.resize(101, 31);
  await channel.write(Buffer.from("stty size; exit 7\r"));
  expect(await channel.ended).toEqual({ exitCode: 7 });
  delete process.env["INTERLOCK_KEY_TEST"];
  expect(screen.text()).toContain("30 90\r\n/usr\r\n");
  expect(screen.text()).toContain("31 101");
  expect(screen.text()).not.toContain("hunter2");
});

test("killed, everything of its session ends, also what ignores a hang-up", async () => {
  const channel = await open(
    { account: me },
    { program: { argv: ["sh", "-c", "trap '' HUP; (trap '' HUP; while :; do sleep 0.1; done) & echo begun-$$; wait"] } },
  );
  const screen = shown(channel);
  await screen.sees("begun-");
  const killed = await channel.kill();
  expect(killed).toMatchObject({ did: expect.stringContaining("HUP and KILL"), mayStillRun: expect.stringContaining("setsid") });
  expect(await channel.ended).toMatchObject({ signal: "KILL", why: "it was killed" });
  await expect(channel.write(Buffer.from("x"))).rejects.toMatchObject({ code: "terminal_ended" });
});

test("who does not read makes the program wait", async () => {
  const channel = await open({ account: me }, { program: { argv: ["yes"] } });
  let bytes = 0;
  channel.onData((piece) => (bytes += piece.byteLength));
  while (bytes < 100_000) await sleep(5);
  channel.pause();
  await sleep(50);
  const paused = bytes;
  await sleep(150);
  expect(bytes).toBe(paused);
  await channel.kill();
});

describe("what is refused", () => {
  test.each<[string, object, string]>([
    ["an account that is not there", { account: "nobody-of-that-name" }, "not_found"],
    ["an account without a shell", { account: "nobody", shell: "/usr/sbin/nologin" }, "no_shell"],
    ["a folder that is not there", { account: me, folder: "/no/such/folder" }, "not_found"],
  ])("%s", async (_what, secret, code) => {
    await expect(open(secret, {}, [me, "nobody", "nobody-of-that-name"])).rejects.toMatchObject({ code });
  });

  test.each([
    [{ account: "a b" }, "account"],
    [{ account: me, environment: { LD_PRELOAD: "hunter2" } }, "environment"],
    [{ account: me, environment: { INTERLOCK_KEY: "hunter2" } }, "environment"],
    [{ account: me, hunter2: 1 }, "the whole"],
    [{}, "account"],
  ])("%j", (secret, field) => {
    expect(() => local.readSecret(secret)).toThrow(field);
    expect(() => local.readSecret(secret)).not.toThrow("hunter2");
  });

  test("commands: there are shells alone", async () => {
    const target = targetOf({ account: me }, [me]);
    expect((await target.impact("rm -rf /", { signal: AbortSignal.timeout(1_000), exact: false })).effect).toBe("unknown");
    expect(await target.execute({} as never, {} as never, AbortSignal.timeout(1_000))).toMatchObject({ state: "failed" });
    expect(local.parse("rm -rf /").statements).toMatchObject([{ effect: "unknown" }]);
  });
});

describe.skipIf(process.getuid?.() !== 0)("an agent that runs as root", () => {
  test("changes to the account, with its groups and none of root's", async () => {
    const channel = await open({ account: "daemon", shell: "/bin/sh", folder: "/" });
    const screen = shown(channel);
    await channel.write(Buffer.from("id; head -c1 /etc/shadow; exit\r"));
    await channel.ended;
    expect(screen.text()).toMatch(/uid=\d+\(daemon\) gid=\d+\(daemon\) groups=\d+\(daemon\)\r\n/);
    expect(screen.text()).toMatch(/shadow.*denied/);
  });
});
