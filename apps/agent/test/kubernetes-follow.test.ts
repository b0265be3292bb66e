import { setTimeout as pause } from "node:timers/promises";
import { createSession, lockUser, revokeSession } from "@interlock/db";
import { kubectlFor, WEB_SHOP } from "@interlock/connector-kubernetes/testing";
import { startKubeSim, type KubeObject, type KubeSim } from "@interlock/kube-sim";
import type { Command } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectCluster, proposeFor } from "./cluster-stage.ts";
import { eventTypes, openStage, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("following logs and watches");

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("what goes on until it is stopped", () => {
  let stage: Stage;
  let sim: KubeSim;
  let pods: readonly KubeObject[];

  beforeAll(async () => {
    [stage, sim] = await Promise.all([openStage(), startKubeSim()]);
    sim.load(WEB_SHOP);
    sim.settle();
    pods = sim.objects("pods").filter(({ metadata }) => metadata.namespace === "shop");
    await connectCluster(stage, sim);
  });
  afterAll(async () => {
    await stage?.dispose();
    await sim?.stop();
  });

  const propose = (who: Name, text: string): Promise<Command> => proposeFor(stage, who, { text });

  /** Waits for what a condition says of the command as the room sees it now. */
  async function seen(commandId: string, condition: (command: Command) => boolean): Promise<Command> {
    for (const end = Date.now() + 15_000; ;) {
      const command = await stage.commands.get(commandId);
      if (command !== undefined && condition(command)) return command;
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(command?.execution)}`);
      await pause(15);
    }
  }

  /** The first column of the rows that are recorded now. */
  async function rows(command: Command, count: number): Promise<string[]> {
    const { execution } = await seen(command.id, (now) => (now.execution?.results[0]?.rows ?? 0) >= count);
    const found: string[] = [];
    for await (const [value] of stage.results.rows(execution!.id, 0)) {
      found.push(value!);
      if (found.length === count) break;
    }
    return found;
  }

  const log = (pod: KubeObject, text: string): void => sim.log(pod, "web", text);

  test("a log is shown line by line while it is followed, masked, and without what a terminal would obey", async () => {
    const [pod] = pods as [KubeObject];
    const command = await propose("oncall", `kubectl logs -n shop ${pod.metadata.name} -f --tail=1`);
    expect(await rows(command, 1)).toEqual(["ready"]);
    log(pod, "user person1@example.com paid with 4242 4242 4242 4242");
    const [, masked] = await rows(command, 2);
    expect(masked).toMatch(/^user .*•.* paid with .*•/);
    expect(masked).not.toMatch(/person1|4242 4242 4242/);
    // A sequence inside an address must not hide it from the detectors.
    log(pod, "\u001b[2J\u001b]0;owned\u0007per\u001b[31mson2@exa\u001b[0mmple.com \u202eevil");
    const hostile = (await rows(command, 3))[2]!;
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(hostile).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]|person2|owned/);
    expect(hostile).toContain("•");
    expect(sim.following()).toBe(1);

    const began = performance.now();
    expect(await stage.commands.cancel({ principal: stage.people.oncall, commandId: command.id })).toMatchObject({ ok: true });
    for (; sim.following() > 0; await pause(5)) expect(performance.now() - began).toBeLessThan(1_000);
    const ended = await stage.until(command.id);
    expect(ended).toMatchObject({ state: "cancelled", execution: { results: [{ rows: 3, done: true, truncated: true, follows: true }] } });
    expect(await eventTypes(stage, command.id)).toEqual(["command.proposed", "command.approved", "command.started", "command.cancelled"]);
  });

  test("several pods are followed at once, each line with its pod and time", async () => {
    const text = "kubectl logs -n shop -l app=web --all-containers --prefix --timestamps --tail=1 -f --ignore-errors --max-log-requests=50";
    const command = await propose("oncall", text);
    await rows(command, 2);
    for (const pod of pods) log(pod, `from ${pod.metadata.name}`);
    const lines = (await rows(command, 4)).slice(2);
    for (const pod of pods)
      expect(lines).toContainEqual(
        expect.stringMatching(new RegExp(`^\\[pod/${pod.metadata.name}/web\\] \\d{4}-\\S+Z from ${pod.metadata.name}$`)),
      );
    await stage.commands.cancel({ principal: stage.people.oncall, commandId: command.id });
    expect(await stage.until(command.id)).toMatchObject({ state: "cancelled" });
    expect(sim.following()).toBe(0);
  });

  test("a watch shows what changes until it is cancelled", async () => {
    const command = await propose("oncall", "kubectl get pods -n shop -w -o name");
    expect(await rows(command, 2)).toHaveLength(2);
    sim.load("apiVersion: v1\nkind: Pod\nmetadata: { name: late, namespace: shop }\nspec: { containers: [{ name: c, image: i }] }\n");
    expect((await rows(command, 3))[2]).toBe("pod/late");
    await stage.commands.cancel({ principal: stage.people.oncall, commandId: command.id });
    expect(await stage.until(command.id)).toMatchObject({ state: "cancelled" });
  });

  test("I11: what somebody follows ends with their access, within a second", async () => {
    const [pod] = pods as [KubeObject];
    const session = await createSession(stage.db, stage.people.responder.id);
    const command = await propose("responder", `kubectl logs -n shop ${pod.metadata.name} -f`);
    await seen(command.id, ({ state }) => state === "running");
    await rows(command, 1);
    const began = performance.now();
    await revokeSession(stage.db, session.id);
    await lockUser(stage.db, stage.people.responder.id);
    const settled = stage.commands.endOf(stage.people.responder.id);
    for (; sim.following() > 0; await pause(5)) expect(performance.now() - began).toBeLessThan(1_000);
    await settled;
    expect(await stage.until(command.id)).toMatchObject({ state: "cancelled" });
  });

  test("rollout status tells the steps while they happen and ends by itself", async () => {
    const command = await propose("oncall", "kubectl rollout status deployment/web -n shop");
    expect(await rows(command, 1)).toEqual([expect.stringContaining("successfully rolled out")]);
    expect(await stage.until(command.id)).toMatchObject({ state: "succeeded" });
  });

  test("what kubectl says itself names what it is about", async () => {
    const command = await propose("oncall", "kubectl logs -n shop nothing -f");
    const ended = await stage.until(command.id);
    expect(ended).toMatchObject({
      state: "failed",
      execution: { error: { message: expect.stringContaining('pods "nothing" not found') } },
    });
  });

  test("a watcher that takes nothing slows neither the log nor the others, and takes no memory", async () => {
    const [pod] = pods as [KubeObject];
    const command = await propose("oncall", `kubectl logs -n shop ${pod.metadata.name} -f --tail=0`);
    const { execution } = await seen(command.id, (now) => (now.execution?.results.length ?? 0) > 0);
    for (const end = Date.now() + 5_000; sim.following() === 0; await pause(5)) expect(Date.now()).toBeLessThan(end);
    const stuck = Promise.withResolvers<void>();
    stage.socket.take = () => stuck.promise;
    stage.results.pull(stage.socket, { executionId: execution!.id, statement: 0, from: 0, count: 1_000_000 });
    const line = "x".repeat(1_000);
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 30; n++) {
      for (let m = 0; m < 1_000; m++) log(pod, line);
      await seen(command.id, (now) => now.execution!.results[0]!.rows >= (n + 1) * 1_000);
    }
    const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
    expect(grown).toBeLessThan(120);
    stuck.resolve();
    stage.socket.take = () => Promise.resolve();
    await stage.commands.cancel({ principal: stage.people.oncall, commandId: command.id });
    expect(await stage.until(command.id)).toMatchObject({ state: "cancelled", execution: { results: [{ rows: 30_000 }] } });
  });
});
