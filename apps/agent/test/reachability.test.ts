import { startDemoCluster, type KubeSim } from "@interlock/kube-sim";
import { Problem, Reachability } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { connectCluster, proposeFor } from "./cluster-stage.ts";
import { openStage, POLICY, type Name, type Stage } from "./command-stage.ts";

const program = await kubectlFor("changes of labels and policies that open connections");

/** What each of these people may not read by the way, and what is for incidents. */
const RULES = `${POLICY}
  - { id: no-pods, when: 'principal.name == "responder" && objects.exists(o, o.kind == "Pod")', effect: deny, message: Pods are not shown. }
  - { id: one-pod, when: 'principal.name == "reviewer2" && objects.exists(o, o.kind == "Pod" && o.name == "v1 Pod prod-a/api-0")', effect: deny, message: That pod is not shown. }
  - { id: go-home, when: 'principal.name == "admin" && !room.incident', effect: deny, message: Go home. }
`;

let stage: Stage;
let sim: KubeSim;
beforeAll(async () => {
  [stage, sim] = await Promise.all([openStage(RULES), startDemoCluster({ pace: { startMs: 0, stopMs: 0, runMs: 0 } })]);
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

test.each<[string, Name, string]>([
  ["a kind that policy does not show", "responder", "Pods are not shown."],
  ["a pod that policy does not show", "reviewer2", "That pod is not shown."],
  ["what is for incidents", "admin", "Go home."],
])("policy refuses %s, and nothing is asked of the cluster", async (_, who, detail) => {
  const before = sim.requests.length;
  expect(Problem.parse(await (await ask(who, BLOCKED)).json())).toMatchObject({ code: "denied", detail });
  expect(sim.requests.length).toBe(before);
});

test("in an incident's room its rules hold, for those who are in it", async () => {
  const room = stage.room.id;
  const analyze = (body: object): Promise<Response> =>
    stage.call("admin", "POST", "/analyze", { connection: "eks-prod", text: "kubectl get pods", ...body });
  for (const refused of [ask("admin", { ...BLOCKED, room }), analyze({ room })])
    expect(Problem.parse(await (await refused).json()).code).toBe("forbidden");
  await stage.db.roomMember.create({ data: { roomId: room, userId: stage.people.admin.id, role: "responder" } });
  expect((await ask("admin", { ...BLOCKED, room })).status).toBe(200);
  expect(await (await analyze({})).json()).toMatchObject({ verdict: { decision: "deny", message: "Go home." } });
  expect(await (await analyze({ room })).json()).toMatchObject({ verdict: { decision: "allow" } });
  await stage.db.room.update({ where: { id: room }, data: { closedAt: new Date() } });
  expect(await (await analyze({ room })).json()).toMatchObject({ verdict: { decision: "deny" } });
  await stage.db.room.update({ where: { id: room }, data: { closedAt: null } });
});

test("what the detectors find is masked, and a change that would need it is left out", async () => {
  sim.load([{ apiVersion: "v1", kind: "Namespace", metadata: { name: "cards" } }]);
  sim.settle();
  sim.load([
    {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "till", namespace: "cards", labels: { card: "no" } },
      spec: { containers: [{ name: "c", image: "c:1" }] },
    },
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "only", namespace: "cards" },
      spec: {
        podSelector: { matchLabels: { card: "no" } },
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { holder: "4242424242424242" } } }] }],
      },
    },
  ]);
  sim.settle();
  const response = await ask("oncall", { ...BLOCKED, to: { namespace: "cards", pod: "till" }, port: 80 });
  const text = await response.text();
  expect([response.status, text.includes("4242424242424242")]).toEqual([200, false]);
  const answer = Reachability.parse(JSON.parse(text));
  expect(answer).toMatchObject({ allowed: false, policies: ["cards/only"] });
  expect(answer.change).toBeUndefined();
  expect(answer.notes).toContain("The smallest change names a value that is masked for you, so that it is not shown.");
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
