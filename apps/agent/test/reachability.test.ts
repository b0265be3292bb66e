import { startDemoCluster, type KubeSim } from "@interlock/kube-sim";
import { Problem, Reachability } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { connectCluster, proposeFor } from "./cluster-stage.ts";
import { openStage, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("changes of labels and policies that open connections");

let stage: Stage;
let sim: KubeSim;
beforeAll(async () => {
  [stage, sim] = await Promise.all([openStage(), startDemoCluster({ pace: { startMs: 0, stopMs: 0, runMs: 0 } })]);
  await connectCluster(stage, sim);
});
afterAll(async () => {
  await stage.dispose();
  await sim.stop();
});

const BLOCKED = {
  connection: "eks-prod",
  from: { namespace: "ops-utils", pod: "migrator" },
  to: { namespace: "prod-a", pod: "api-0" },
  port: 8443,
  protocol: "TCP",
};

const ask = (who: Name, question: object): Promise<Response> => stage.call(who, "POST", "/reachability", question);

test("why ops-utils is blocked, the label that opens it, and what else that opens", async () => {
  const response = await ask("oncall", BLOCKED);
  expect(response.status).toBe(200);
  const answer = Reachability.parse(await response.json());
  expect(answer).toMatchObject({
    allowed: false,
    blockedAt: "ingress",
    policies: ["prod-a/allow-prod"],
    certain: true,
    notes: [],
    from: { namespace: "ops-utils", workload: "ops-utils/migrator" },
    to: { name: "prod-a/api-0", namespaceLabels: { env: "prod" } },
    change: { command: "kubectl label namespace ops-utils env=prod", edits: 1 },
  });
  expect(answer.reason).toContain("rule 1 wants namespaceSelector env=prod; ops-utils has no label env");
  expect(answer.opens!.map(({ to, ports }) => `${to.namespace} ${ports.join()}`).toSorted()).toEqual([
    "data 5432/TCP",
    "prod-a 8443/TCP",
    "prod-b 8080/TCP",
  ]);
  const logged = await stage.db.auditEvent.findFirstOrThrow({ where: { type: "reachability.asked" } });
  expect(logged.actor).toBe("oncall");
  expect(JSON.parse(logged.data)).toEqual({ connection: "eks-prod", from: "ops-utils/migrator", to: "prod-a/api-0 8443/TCP" });
});

test("a Service stands for every pod behind it", async () => {
  const answer = (await (
    await ask("oncall", { ...BLOCKED, to: { namespace: "prod-b", service: "batch" }, port: 8080 })
  ).json()) as Reachability;
  expect(answer).toMatchObject({ allowed: false, blockedAt: "ingress", connectionCount: 2, to: { service: "prod-b/batch" } });
});

test.each([
  ["oncall", { ...BLOCKED, to: { namespace: "prod-a", pod: "nobody" } }, 404, "not_found"],
  ["oncall", { ...BLOCKED, connection: "nowhere" }, 404, "unknown_connection"],
  ["oncall", { ...BLOCKED, connection: "payments-db" }, 400, "bad_request"],
  ["oncall", { ...BLOCKED, port: 0 }, 400, "bad_request"],
  ["oncall", { ...BLOCKED, protocol: "ICMP" }, 400, "bad_request"],
  ["oncall", { ...BLOCKED, from: { pod: "a" } }, 400, "bad_request"],
  ["oncall", { ...BLOCKED, from: { ip: "10.0.0.999" } }, 404, "not_found"],
  ["observer", BLOCKED, 403, "observer"],
] as const)("%s is refused: %j", async (who, question, status, code) => {
  const response = await ask(who, question);
  expect(response.status).toBe(status);
  expect(Problem.parse(await response.json())).toMatchObject({ code });
});

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("a proposed change", () => {
  test.each([
    ["a label", BLOCKED, "kubectl label namespace ops-utils env=prod", "can now be reached from ops-utils (pods app=migrator) on 8080/TCP"],
    [
      "a peer of a rule",
      { ...BLOCKED, to: { namespace: "ledger", pod: "api" }, port: 8080 },
      "kubectl patch networkpolicy api-from-payments -n ledger --type=json",
      "v1 Namespace ledger pods app=api can now be reached from ops-utils (pods app=migrator) on 8080/TCP",
    ],
  ])("%s is an ordinary command, its impact says what it opens, and the answer turns", async (_, question, command, told) => {
    const answer = Reachability.parse(await (await ask("oncall", question)).json());
    expect(answer.change!.command).toContain(command);
    const proposed = await proposeFor(stage, "oncall", { text: answer.change!.command, files: answer.change!.files });
    const breaks = proposed.impact.statements.flatMap((statement) => statement.breaks ?? []);
    expect(breaks.map(({ object, why }) => `${object} ${why}`).join("\n")).toContain(told);
    expect(await stage.approve("reviewer", proposed)).toMatchObject({ ok: true });
    expect(await stage.until(proposed.id)).toMatchObject({ state: "succeeded" });
    expect(await (await ask("oncall", question)).json()).toMatchObject({ allowed: true });
  });
});
