import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { PosturePage, Problem, TargetRoles } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectCluster } from "./cluster-stage.ts";
import { openStage, type Name, type Stage } from "./command-stage.ts";

let stage: Stage;
let sim: KubeSim;
beforeAll(async () => {
  [stage, sim] = await Promise.all([openStage(), startKubeSim({ nodes: 0 })]);
  sim.load(`
apiVersion: v1
kind: Namespace
metadata: { name: shop }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: everything }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: User, apiGroup: rbac.authorization.k8s.io, name: ann@example.com }, { kind: Group, apiGroup: rbac.authorization.k8s.io, name: ops }]
`);
  await connectCluster(stage, sim);
});
afterAll(async () => {
  await stage.dispose();
  await sim.stop();
});

const get = (who: Name, path: string): Promise<Response> => stage.call(who, "GET", `/connections/${path}`);
async function page(query: string, who: Name = "oncall"): Promise<PosturePage> {
  const response = await get(who, `eks-prod/posture${query}`);
  expect(response.status).toBe(200);
  return PosturePage.parse(await response.json());
}

test("findings come by pages and by what is asked for, with the figures of the whole", async () => {
  const all = await page("");
  expect(all.total).toBe(all.findings.length);
  expect(all.summary.severities.critical).toBe(2);
  expect(Object.values(all.summary.severities).reduce((sum, count) => sum + count, 0) + all.summary.system).toBe(all.total);
  const second = await page("?offset=1&limit=2");
  expect(second.findings).toEqual(all.findings.slice(1, 3));
  // Of one reading.
  expect(second.at).toBe(all.at);
  const own = await page("?check=namespace-environment&system=without");
  expect(own.findings.map(({ object }) => object)).toEqual(["v1 Namespace default", "v1 Namespace shop"]);
  expect((await page("?q=shop%20env")).findings.map(({ object }) => object)).toEqual(["v1 Namespace shop"]);
  expect((await page("?label=tier&check=namespace-environment&q=shop")).findings[0]?.says).toBe("It has no tier label.");
  const logged = await stage.db.auditEvent.findFirstOrThrow({ where: { type: "posture.read" } });
  expect([logged.actor, JSON.parse(logged.data)]).toEqual(["oncall", { connection: "eks-prod" }]);
});

test("what the detectors find is masked, in evidence and in the lines of a fix, too", async () => {
  const { findings } = await page("?check=cluster-admin&system=without");
  expect(JSON.stringify(findings)).not.toContain("ann@example.com");
  expect(findings.find(({ object }) => object === "Group ops")?.fix.lines).toEqual([
    `kubectl patch clusterrolebinding everything --type=json -p '[{"op":"test","path":"/subjects/1/name","value":"ops"},{"op":"remove","path":"/subjects/1"}]'`,
  ]);
});

test("roles and bindings are told as they are, with people's addresses masked", async () => {
  const { objects, unread } = TargetRoles.parse(await (await get("oncall", "eks-prod/roles")).json());
  expect(unread).toEqual([]);
  const binding = objects.find(({ metadata }) => (metadata as { name?: string }).name === "everything");
  expect(binding).toMatchObject({
    kind: "ClusterRoleBinding",
    roleRef: { name: "cluster-admin" },
    subjects: [{ kind: "User" }, { name: "ops" }],
  });
  expect(JSON.stringify(objects)).not.toContain("ann@example.com");
  expect(JSON.stringify(objects)).not.toContain("managedFields");
  expect(objects.some(({ kind, rules }) => kind === "ClusterRole" && Array.isArray(rules))).toBe(true);
});

test.each<[string, Name, string, string]>([
  ["an observer reads no roles", "observer", "eks-prod/roles", "observer"],
  ["roles of a database", "oncall", "payments-db/roles", "bad_request"],
  ["an observer reads nothing", "observer", "eks-prod/posture", "observer"],
  ["a connection there is not", "oncall", "nowhere/posture", "unknown_connection"],
  ["a database", "oncall", "payments-db/posture", "bad_request"],
  ["more than a page", "oncall", "eks-prod/posture?limit=5000", "bad_request"],
  ["a label that is none", "oncall", "eks-prod/posture?label=a%20b", "bad_request"],
])("%s", async (_, who, path, code) => {
  expect(Problem.parse(await (await get(who, path)).json()).code).toBe(code);
});
