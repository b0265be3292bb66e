import { existsSync } from "node:fs";
import { sshdFor, startSshd, type TestSshd } from "@interlock/connector-ssh/testing";
import { Command, type Environment } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventTypes, openStage, POLICY, type Name, type Stage } from "./command-stage.ts";

const STRICT_IN_PROD = `  - id: writes-in-prod
    match: { environment: [prod], effects: [append, modify, delete] }
    effect: review
    reviews: [{ count: 1, group: platform }]
    message: Production hosts need somebody of platform.
`;

describe.skipIf(sshdFor("the way of a script for several hosts") === undefined)("a script for several hosts", () => {
  let stage: Stage;
  let hosts: TestSshd[];

  beforeAll(async () => {
    [stage, ...hosts] = (await Promise.all([openStage(POLICY + STRICT_IN_PROD), startSshd(), startSshd(), startSshd()])) as [
      Stage,
      ...TestSshd[],
    ];
    const connect = async (name: string, environment: Environment, role: string, secret: unknown): Promise<void> => {
      const made = await stage.connections.create({ name, connector: "ssh", environment, labels: { role }, secret });
      if (!made.ok) throw new Error(made.code);
    };
    await connect("web-1", "prod", "web", hosts[0]!.secret());
    await connect("web-2", "staging", "web", hosts[1]!.secret());
    await connect("web-3", "prod", "web", hosts[2]!.secret({ shell: "sh" }));
    await connect("web-1-again", "prod", "twice", hosts[0]!.secret());
    await connect("web-gone", "prod", "gone", { ...hosts[0]!.secret(), port: 1 });
  });
  afterAll(async () => {
    await stage?.dispose();
    await Promise.all((hosts ?? []).map((host) => host.close()));
  });

  interface Asked {
    connections?: string[];
    labels?: Record<string, string>;
    order?: Command["hostOrder"];
  }
  const send = (who: Name, text: string, asked: Asked, connection = "web-1"): Promise<Response> =>
    stage.call(who, "POST", `/rooms/${stage.room.id}/commands`, { connection, text, hosts: asked });
  const propose = async (text: string, asked: Asked): Promise<Command> => Command.parse(await (await send("oncall", text, asked)).json());
  const codeOf = async (response: Response): Promise<unknown> => ((await response.json()) as { code?: string }).code;
  const ended = (command: Command) =>
    command.execution?.hosts?.map(({ connection, state, exit }) => [connection.name, state, exit?.code ?? exit?.signal ?? null]);

  async function rows(command: Command, host: number): Promise<(string | null)[][]> {
    const found: (string | null)[][] = [];
    for await (const row of stage.results.rows(command.execution!.id, host)) found.push(row);
    return found;
  }

  test("the proposal names every host with what differs; each host's result is its own, with its exit code and streams", async () => {
    const text = "echo out; echo err >&2; id -un";
    const command = await propose(text, { labels: { role: "web" }, order: { onFailure: "carry_on", atOnce: 3 } });
    expect(command.hosts?.map(({ connection, decision }) => [connection.name, connection.environment, decision])).toEqual([
      ["web-1", "prod", "allow"],
      ["web-2", "staging", "allow"],
      ["web-3", "prod", "allow"],
    ]);
    expect(command.title).toMatch(/ on 3 hosts$/);
    // What runs it is the connection's, and so is the account: that is said where it is not what it is on the first.
    expect(command.hosts?.[2]?.differs).toContain("runs by sh, not bash");
    expect(command.hosts?.[0]?.differs).toEqual([]);
    const done = await stage.until(command.id);
    expect(done.state).toBe("succeeded");
    expect(ended(done)).toEqual([
      ["web-1", "succeeded", 0],
      ["web-2", "succeeded", 0],
      ["web-3", "succeeded", 0],
    ]);
    expect(done.execution?.results.map(({ statement, host }) => [statement, host]).toSorted()).toEqual([
      [0, "web-1"],
      [1, "web-2"],
      [2, "web-3"],
    ]);
    for (const [at, host] of hosts.entries()) {
      const streams = await rows(done, at);
      expect(streams.filter(([stream]) => stream === "stderr")).toEqual([["stderr", "err"]]);
      expect(streams.filter(([stream]) => stream === "stdout")).toEqual([
        ["stdout", "out"],
        ["stdout", host.user],
      ]);
    }
  });

  test("I2 I4 approvals bind the bytes and the list of hosts, and every host's rules are asked", async () => {
    const command = await propose("touch agreed-to", { connections: ["web-2"] });
    // One host is in production: that rule counts for all of it.
    expect(command).toMatchObject({ state: "awaiting_review", effect: "append" });
    expect(command.verdict.rules).toEqual(expect.arrayContaining(["writes-in-prod", "writes"]));
    expect(command.hosts?.map(({ rules }) => rules)).toEqual([expect.arrayContaining(["writes-in-prod"]), ["writes"]]);
    // Somebody puts another host under the agreement.
    const web3 = (await stage.connections.byName("web-3"))!;
    await stage.db.commandHost.update({
      where: { commandId_number: { commandId: command.id, number: 1 } },
      data: { connectionId: web3.id },
    });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: false, code: "digest_mismatch" });
    const web2 = (await stage.connections.byName("web-2"))!;
    await stage.db.commandHost.update({
      where: { commandId_number: { commandId: command.id, number: 1 } },
      data: { connectionId: web2.id },
    });
    expect(await stage.approve("oncall", command)).toMatchObject({ ok: false, code: "self_review" });
    // Seats of both groups are to be filled, by two people.
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true, value: { state: "awaiting_review" } });
    expect(hosts.map(({ home }) => existsSync(`${home}/agreed-to`))).toEqual([false, false, false]);
    expect(await stage.approve("reviewer2", command)).toMatchObject({ ok: true });
    expect((await stage.until(command.id)).state).toBe("succeeded");
    expect(hosts.map(({ home }) => existsSync(`${home}/agreed-to`))).toEqual([true, true, false]);
    expect((await eventTypes(stage, command.id)).slice(-6)).toEqual([
      "command.started",
      "command.host_started",
      "command.host_ended",
      "command.host_started",
      "command.host_ended",
      "command.succeeded",
    ]);
  });

  test("it stops at the first host that fails, and the others are said not to have begun", async () => {
    const failed = await stage.until((await propose("ls /no-such-folder", { connections: ["web-2", "web-3"] })).id);
    expect(failed.state).toBe("failed");
    expect(ended(failed)).toEqual([
      ["web-1", "failed", 2],
      ["web-2", "skipped", null],
      ["web-3", "skipped", null],
    ]);
    expect(failed.execution?.error?.message).toMatch(
      /^0 of 3 hosts succeeded, 1 failed, 2 not begun\.\nweb-1: The script ended with exit code 2\./,
    );
    const log = await stage.db.auditEvent.findMany({ where: { commandId: failed.id, type: "command.host_started" } });
    expect(log.map(({ data }) => (JSON.parse(data) as { host: string }).host)).toEqual(["web-1"]);
  });

  test("it carries on where that was agreed to; a host that cannot be reached is said and counts as a failure", async () => {
    const asked = { connections: ["web-gone", "web-3"], order: { onFailure: "carry_on", atOnce: 1 } } as const;
    const done = await stage.until((await propose("uptime", { ...asked, connections: [...asked.connections] })).id);
    expect(done.state).toBe("failed");
    expect(ended(done)).toEqual([
      ["web-1", "succeeded", 0],
      ["web-gone", "failed", null],
      ["web-3", "succeeded", 0],
    ]);
    expect(done.execution?.hosts?.[1]?.error).toMatchObject({ code: "target_down" });
    expect(done.execution?.error).toMatchObject({ code: "target_down" });
    expect(done.execution?.error?.message).toMatch(/^2 of 3 hosts succeeded, 1 failed\./);
  });

  test("I11 cancelling ends it where it runs and begins it nowhere else", async () => {
    const command = await propose("tail -f /dev/null", { connections: ["web-2"] });
    await stage.until(command.id, new Set(["running"]));
    await expect.poll(() => hosts[0]!.connections().length).toBeGreaterThan(0);
    expect(await stage.commands.cancel({ principal: stage.people.responder, commandId: command.id })).toMatchObject({ ok: true });
    const done = await stage.until(command.id);
    expect(done.state).toBe("cancelled");
    expect(ended(done)?.map(([, state]) => state)).toEqual(["cancelled", "skipped"]);
    await expect.poll(() => hosts.map((host) => host.connections().length)).toEqual([0, 0, 0]);
  });

  test("I5 after a crash each host says whether it had ended, is not known or was not begun", async () => {
    const command = await propose("touch crashed", { connections: ["web-2", "web-3"] });
    const named = command.hosts!.map(({ connection: { id, name } }) => ({ id, name }));
    const states = ["succeeded", "running", "waiting"] as const;
    await stage.db.command.update({ where: { id: command.id }, data: { state: "running" } });
    await stage.db.execution.create({
      data: { commandId: command.id, summary: { hosts: named.map((connection, at) => ({ connection, state: states[at]! })) } },
    });
    await stage.restart();
    const left = (await stage.commands.get(command.id))!;
    expect(left.state).toBe("unknown");
    expect(left.execution?.hosts?.map(({ state }) => state)).toEqual(["succeeded", "unknown", "skipped"]);
  });

  test("what is no list of hosts is refused in words", async () => {
    const twice = await send("oncall", "uptime", { connections: ["web-1-again"] });
    expect([twice.status, await codeOf(twice)]).toEqual([400, "bad_request"]);
    const mixed = await send("oncall", "uptime", { connections: ["payments-db"] });
    expect([mixed.status, await codeOf(mixed)]).toEqual([400, "bad_request"]);
    const none = await send("oncall", "uptime", { labels: { role: "nobody" } });
    expect([none.status, await codeOf(none)]).toEqual([404, "unknown_connection"]);
    const sql = await send("oncall", "SELECT 1", { connections: ["web-1"] }, "payments-db");
    expect([sql.status, await codeOf(sql)]).toEqual([400, "bad_request"]);
  });
});
