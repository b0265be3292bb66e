import { kubectlFor, WEB_SHOP } from "@interlock/connector-kubernetes/testing";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import type { Command } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectCluster, proposeFor } from "./cluster-stage.ts";
import { eventTypes, openStage, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("the way of a kubectl command");

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("a kubectl command", () => {
  let stage: Stage;
  let sim: KubeSim;

  beforeAll(async () => {
    [stage, sim] = await Promise.all([openStage(), startKubeSim()]);
    sim.load(WEB_SHOP);
    sim.settle();
    await connectCluster(stage, sim);
  });
  afterAll(async () => {
    await stage.dispose();
    await sim.stop();
  });

  const propose = (who: Name, text: string): Promise<Command> => proposeFor(stage, who, { text });

  const replicas = (): unknown => (sim.objects("apps/deployments")[0]?.["spec"] as { replicas?: number } | undefined)?.replicas;

  test("a plan is proposed, agreed to by somebody else, and its requests are sent as they were made", async () => {
    const before = sim.writes();
    const command = await propose("oncall", "kubectl scale deployment web -n shop --replicas=4");
    expect(command).toMatchObject({
      state: "awaiting_review",
      effect: "modify",
      impact: {
        complete: true,
        statements: [{ request: { method: "PATCH", subresource: "scale" }, effects: [{ object: "apps/v1 Deployment shop/web" }] }],
      },
    });
    expect(sim.writes()).toBe(before);
    expect(replicas()).toBe(2);
    expect(await stage.approve("oncall", command)).toMatchObject({ ok: false, code: "self_review" });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    const done = await stage.until(command.id);
    expect(done).toMatchObject({ state: "succeeded", execution: { affected: [{ object: "apps/v1 Deployment shop/web", updated: 1 }] } });
    expect(replicas()).toBe(4);
    expect(await eventTypes(stage, command.id)).toEqual([
      "command.proposed",
      "command.reviewed",
      "command.approved",
      "command.started",
      "command.succeeded",
    ]);
  });

  test("what has changed since it was agreed to is not run over", async () => {
    const command = await propose("oncall", "kubectl scale deployment web -n shop --replicas=9");
    const other = await propose("responder", "kubectl scale deployment web -n shop --replicas=3");
    expect(await stage.approve("reviewer", other)).toMatchObject({ ok: true });
    expect(await stage.until(other.id)).toMatchObject({ state: "succeeded" });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    expect(await stage.until(command.id)).toMatchObject({ state: "failed", execution: { error: { code: "targets_changed" } } });
    expect(replicas()).toBe(3);
  });

  test("work that is not what was agreed to is not sent", async () => {
    const command = await propose("oncall", "kubectl label deployment web -n shop a=b");
    const other = await propose("oncall", "kubectl delete namespace shop");
    const { sealed } = await stage.db.work.findUniqueOrThrow({ where: { commandId: other.id } });
    await stage.db.work.update({ where: { commandId: command.id }, data: { sealed } });
    expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
    const ended = await stage.until(command.id);
    expect(ended.state).not.toBe("succeeded");
    expect(sim.objects("namespaces").some(({ metadata }) => metadata?.name === "shop")).toBe(true);
  });

  test("a read runs at once and shows what kubectl prints", async () => {
    const command = await propose("oncall", "kubectl get deployments -n shop");
    expect(command.effect).toBe("read");
    expect(await stage.until(command.id)).toMatchObject({
      state: "succeeded",
      execution: {
        results: [
          { rows: 1, columns: [{ name: "NAME" }, { name: "READY" }, { name: "UP-TO-DATE" }, { name: "AVAILABLE" }, { name: "AGE" }] },
        ],
      },
    });
  });

  test("what belongs in a terminal, and what is no kubectl, is refused with its reason", async () => {
    for (const text of ["kubectl exec web -- sh", "ls /"]) {
      const response = await stage.call("oncall", "POST", `/rooms/${stage.room.id}/commands`, { connection: "eks-prod", text });
      expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([422, "syntax_error"]);
    }
  });
});
