import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { Command } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HostKeyService } from "../src/host-keys/host-key-service.ts";
import { createLog } from "../src/log.ts";
import { readAgentSockets } from "../src/target/agent-sockets.ts";
import { ConnectionRegistry } from "../src/target/connection-registry.ts";
import { eventTypes, openStage, type Name, type Stage } from "./command-stage.ts";

// Whoever has no sshd is told so; nothing of this can be tried without it.
describe.skipIf(sshdFor("the way of a script for a host") === undefined)("a script for a host", () => {
  let stage: Stage;
  let sshd: TestSshd;

  beforeAll(async () => {
    [stage, sshd] = await Promise.all([openStage(), startSshd()]);
    for (const [name, secret] of [
      ["web-1", sshd.secret()],
      ["web-2", sshd.secret({ hostKeys: [] })],
    ] as const) {
      const made = await stage.connections.create({ name, connector: "ssh", environment: "prod", labels: {}, secret });
      if (!made.ok) throw new Error(made.code);
    }
  });
  afterAll(async () => {
    await stage?.dispose();
    await sshd?.close();
  });

  const send = (who: Name, text: string, connection = "web-1"): Promise<Response> =>
    stage.call(who, "POST", `/rooms/${stage.room.id}/commands`, { connection, text });
  const propose = async (who: Name, text: string, connection?: string): Promise<Command> =>
    Command.parse(await (await send(who, text, connection)).json());

  async function rows(command: Command): Promise<(string | null)[][]> {
    const found: (string | null)[][] = [];
    for await (const row of stage.results.rows(command.execution!.id, 0)) found.push(row);
    return found;
  }

  test("what only reads runs at once, masked, with its streams apart", async () => {
    const command = await propose("oncall", "echo person1@example.com\nuptime >&2\n");
    expect(command.effect).toBe("read");
    const done = await stage.until(command.id);
    expect(done).toMatchObject({ state: "succeeded", execution: { results: [{ columns: [{ name: "stream" }, { name: "output" }] }] } });
    const [first, second] = await rows(done);
    expect(first![0]).toBe("stdout");
    expect(first![1]).toMatch(/•/);
    expect(second![0]).toBe("stderr");
    expect(second![1]).toMatch(/load average/);
  });

  test("I2 what writes is agreed to by somebody else, and runs as it was frozen", async () => {
    const file = `${sshd.home}/touched`;
    const command = await propose("oncall", `echo agreed >> ${file}\n`);
    expect(command).toMatchObject({
      state: "awaiting_review",
      effect: "append",
      impact: { statements: [{ effects: [{ object: file }] }] },
    });
    expect(existsSync(file)).toBe(false);
    expect(await stage.approve("oncall", command)).toMatchObject({ ok: false, code: "self_review" });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    expect(await stage.until(command.id)).toMatchObject({ state: "succeeded" });
    expect(readFileSync(file, "utf8")).toBe("agreed\n");
    expect(await eventTypes(stage, command.id)).toEqual([
      "command.proposed",
      "command.reviewed",
      "command.approved",
      "command.started",
      "command.succeeded",
    ]);
  });

  test("I3 what cannot be told from the words is denied, what no shell reads is refused", async () => {
    expect(await propose("oncall", 'eval "$(cat /etc/motd)"')).toMatchObject({ state: "denied", effect: "unknown" });
    expect(await propose("oncall", "#!/usr/bin/env python3\nprint(1)\n")).toMatchObject({ state: "denied", effect: "unknown" });
    const refused = await send("oncall", "echo 'open");
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([422, "syntax_error"]);
  });

  test("a failure has the script's words, and a host whose key nobody approved runs nothing", async () => {
    const failed = await stage.until((await propose("oncall", "ls /no-such-folder")).id);
    expect(failed).toMatchObject({ state: "failed", execution: { exit: { code: 2 }, error: { code: "statement_failed" } } });
    const ended = await stage.db.auditEvent.findFirstOrThrow({ where: { commandId: failed.id, type: "command.failed" } });
    expect(JSON.parse(ended.data)).toMatchObject({ exit: { code: 2 } });
    expect(failed.execution?.error?.message).toMatch(/^The script ended with exit code 2\./);
    const unknown = await stage.until((await propose("oncall", "uptime", "web-2")).id);
    expect(unknown).toMatchObject({ state: "failed", execution: { error: { code: "host_key_unknown" } } });
  });

  test("an SSH agent lets in the connection that the operator names for its socket, and no other", async () => {
    const socket = `${sshd.folder}/agent.sock`;
    const agent = execFile("ssh-agent", ["-D", "-a", socket]);
    const log = createLog("silent");
    const registry = new ConnectionRegistry({
      db: stage.db,
      hub: { all: () => [], broadcast: () => undefined },
      timeline: stage.timeline,
      policy: stage.policy,
      key: stage.key,
      hostKeys: new HostKeyService({ db: stage.db, timeline: stage.timeline, log }),
      log,
      agentSockets: readAgentSockets(`by-agent=${socket}`)!,
    });
    try {
      await expect.poll(() => existsSync(socket)).toBe(true);
      execFileSync("ssh-add", ["-q", `${sshd.folder}/user`], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const secret = sshd.secret({ auth: { kind: "agent", socket } });
      const codes: Record<string, unknown> = {};
      for (const name of ["by-agent", "another"]) {
        const made = await registry.create({ name, connector: "ssh", environment: "dev", labels: {}, secret });
        if (!made.ok) throw new Error(made.code);
        const target = await registry.target(made.value.id);
        codes[name] = await target.ping(new AbortController().signal).then(
          () => "in",
          (error: { code: string }) => error.code,
        );
      }
      expect(codes).toEqual({ "by-agent": "in", another: "target_auth" });
    } finally {
      await registry.stop();
      agent.kill();
    }
  });

  test("I11 a script that is cancelled ends on the host", async () => {
    const command = await propose("oncall", "tail -f /dev/null");
    await stage.until(command.id, new Set(["running"]));
    await expect.poll(() => sshd.connections().length).toBeGreaterThan(0);
    expect(await stage.commands.cancel({ principal: stage.people.oncall, commandId: command.id })).toMatchObject({ ok: true });
    expect(await stage.until(command.id)).toMatchObject({ state: "cancelled" });
    await expect.poll(() => sshd.connections()).toEqual([]);
  });
});
