import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { Problem, WhoMay } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectCluster } from "./cluster-stage.ts";
import { openStage, POLICY, type Name, type Stage } from "./command-stage.ts";

/** Somebody is not shown what names people. */
const RULES = `${POLICY}
  - { id: no-bindings, when: 'principal.name == "responder" && objects.exists(o, o.kind == "RoleBinding")', effect: deny, message: Bindings are not shown. }
`;

let stage: Stage;
let sim: KubeSim;
beforeAll(async () => {
  [stage, sim] = await Promise.all([openStage(RULES), startKubeSim({ nodes: 0 })]);
  sim.load(`
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: debugs }
rules: [{ apiGroups: [""], resources: [pods/exec], verbs: [create] }, { apiGroups: [shop.example], resources: [widgets], verbs: ["*"] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: debugs }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: debugs }
subjects: [{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ann@example.com }, { kind: Group, apiGroup: rbac.authorization.k8s.io, name: ops }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: shop-debugs, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: debugs }
subjects: [{ kind: ServiceAccount, namespace: shop, name: web }]
`);
  await connectCluster(stage, sim);
});
afterAll(async () => {
  await stage.dispose();
  await sim.stop();
});

const post = (who: Name, body: object): Promise<Response> => stage.call(who, "POST", "/who-may", { connection: "eks-prod", ...body });
async function ask(question: object): Promise<WhoMay> {
  const response = await post("oncall", question);
  expect(response.status).toBe(200);
  return WhoMay.parse(await response.json());
}
const own = ({ holders }: WhoMay) => holders.filter(({ system }) => !system).map(({ subject }) => subject.name);

test("rules about a kind hold for whatever is worked out from it, and nothing is asked of the cluster", async () => {
  const before = sim.requests.length;
  for (const refused of [
    post("responder", { verb: "create", resource: "pods" }),
    stage.call("responder", "GET", "/connections/eks-prod/least-privilege"),
  ])
    expect(Problem.parse(await (await refused).json())).toMatchObject({ code: "denied", detail: "Bindings are not shown." });
  expect(sim.requests.length).toBe(before);
});

test("names are those that the cluster serves, and the answer has every chain", async () => {
  const found = await ask({ verb: "create", resource: "po/exec" });
  expect(found).toMatchObject({ asked: "create pods/exec in every namespace", known: true, certain: true });
  expect(found.resource).toEqual({ group: "", resource: "pods", subresource: "exec", kind: "Pod", namespaced: true });
  expect(own(found)).toHaveLength(2);
  expect(own(found)).toContain("ops");
  expect(found.partly).toMatchObject([
    { subject: { kind: "ServiceAccount", namespace: "shop", name: "web" }, chains: [{ namespace: "shop" }] },
  ]);
  // People's addresses are masked here as everywhere.
  expect(JSON.stringify(found)).not.toContain("ann@example.com");
  expect(own(await ask({ verb: "create", resource: "pods", subresource: "exec", namespace: "shop" }))).toContain("web");
  const logged = await stage.db.auditEvent.findFirstOrThrow({ where: { type: "rights.asked" } });
  expect([logged.actor, JSON.parse(logged.data)]).toEqual(["oncall", { connection: "eks-prod", right: "create po/exec" }]);
});

test("what no resource is served for is said, and what roles say of it is told all the same", async () => {
  const found = await ask({ verb: "delete", resource: "widgets.shop.example" });
  expect(found).toMatchObject({
    known: false,
    notes: expect.arrayContaining([expect.stringContaining("No resource widgets.shop.example is served")]),
  });
  expect(own(found)).toContain("ops");
});

test("everything, and paths, are given to Kubernetes itself alone", async () => {
  expect(await ask({ verb: "*", resource: "*" })).toMatchObject({ holders: [{ subject: { name: "system:masters" }, system: true }] });
  expect(own(await ask({ verb: "get", nonResourceURL: "/metrics" }))).toEqual([]);
});

test.each<[string, Name, object, string]>([
  ["an observer", "observer", { verb: "get", resource: "secrets" }, "observer"],
  ["both a resource and a path", "oncall", { verb: "get", resource: "secrets", nonResourceURL: "/x" }, "bad_request"],
  ["neither", "oncall", { verb: "get" }, "bad_request"],
  ["a word there is not", "oncall", { verb: "get", resource: "secrets", user: "ann" }, "bad_request"],
  ["a connection there is not", "oncall", { connection: "nowhere", verb: "get", resource: "secrets" }, "unknown_connection"],
  ["a database", "oncall", { connection: "payments-db", verb: "get", resource: "secrets" }, "bad_request"],
])("%s", async (_, who, body, code) => {
  expect(Problem.parse(await (await post(who, body)).json()).code).toBe(code);
});
