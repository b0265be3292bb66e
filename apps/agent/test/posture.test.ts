import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { PosturePage, Problem, TargetRoles } from "@interlock/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectCluster } from "./cluster-stage.ts";
import { openStage, POLICY, type Name, type Stage } from "./command-stage.ts";

/** What each of these people may not read by the way. */
const RULES = `${POLICY}
  - { id: no-pods, when: 'principal.name == "responder" && objects.exists(o, o.kind == "Pod")', effect: deny, message: Pods are not shown. }
  - { id: no-bindings, when: 'principal.name == "responder" && objects.exists(o, o.kind == "ClusterRoleBinding" && o.effect == "read")', effect: deny, message: Bindings are not shown. }
  - { id: asked, when: 'principal.name == "reviewer"', effect: review, reviews: [{ count: 1, group: platform }] }
  - { id: why, when: 'principal.name == "reviewer2"', effect: allow, obligations: { reason: true } }
  - { id: go-home, when: 'principal.name == "admin" && !room.incident', effect: deny, message: Go home. }
`;

let stage: Stage;
let sim: KubeSim;
let faulty: Server;
beforeAll(async () => {
  [stage, sim] = await Promise.all([openStage(RULES), startKubeSim({ nodes: 0 })]);
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
  const config = JSON.parse(sim.kubeconfig()) as { clusters: { cluster: { server: string } }[] };
  faulty = await faultyCluster(config.clusters[0]!.cluster.server);
  config.clusters[0]!.cluster.server = `http://127.0.0.1:${(faulty.address() as AddressInfo).port}`;
  const secret = { kubeconfig: JSON.stringify(config) };
  const made = await stage.connections.create({ name: "faulty", connector: "kubernetes", environment: "prod", labels: {}, secret });
  if (!made.ok) throw new Error(made.code);
});
afterAll(async () => {
  faulty.closeAllConnections();
  faulty.close();
  await stage.dispose();
  await sim.stop();
});

/** The cluster, but for its pods, of which it fails to tell in the midst, and its roles, which it does not tell for a reason that names somebody. */
async function faultyCluster(to: string): Promise<Server> {
  const server = createServer((request, response) => {
    void (async () => {
      const { url = "" } = request;
      if (/\/roles\?/.test(url)) {
        response.writeHead(500, { "content-type": "application/json" });
        return response.end(JSON.stringify({ kind: "Status", code: 500, message: "a webhook of eve@example.com failed" }));
      }
      const answer = await fetch(`${to}${url}`, { headers: { accept: request.headers.accept ?? "*/*" } });
      response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "" });
      const text = await answer.text();
      if (!url.startsWith("/api/v1/pods")) return response.end(text);
      response.write(text.slice(0, 20));
      return setImmediate(() => response.destroy());
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

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

test("a subject with whatever in its name does not keep roles from being told", async () => {
  const subjects = [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "\u0001ann@example.com" }];
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" };
  sim.load([{ apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding", metadata: { name: "odd" }, roleRef, subjects }]);
  const response = await get("oncall", "faulty/roles");
  expect(response.status).toBe(200);
  const { objects, unread } = TargetRoles.parse(await response.json());
  expect(objects.map(({ metadata }) => (metadata as { name: string }).name)).toContain("odd");
  expect(JSON.stringify(objects)).not.toContain("ann@example.com");
  expect(unread).toEqual([expect.stringMatching(/^roles\.rbac\.authorization\.k8s\.io could not be read: a webhook of .+ failed$/)]);
  expect(unread.join()).not.toContain("eve@example.com");
});

test("a list that breaks off and one that fails are said, masked, and the rest is told", async () => {
  const response = await get("oncall", "faulty/posture");
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).not.toContain("eve@example.com");
  const { unread, findings, checks } = PosturePage.parse(JSON.parse(text));
  expect(unread.map(({ kind }) => kind)).toEqual(["/Pod", "rbac.authorization.k8s.io/Role"]);
  expect(unread[0]!.why).toMatch(/^pods could not be read: The cluster does not answer/);
  expect(checks.find(({ unknown }) => unknown?.includes("a webhook of") === true)).toBeDefined();
  expect(findings.some(({ check }) => check === "namespace-environment")).toBe(true);
});

test("who read the roles is in the log as that, though they looked at the posture just before", async () => {
  await page("");
  await get("oncall", "eks-prod/roles");
  const logged = await stage.db.auditEvent.findFirstOrThrow({ where: { type: "roles.read", data: { contains: "eks-prod" } } });
  expect([logged.actor, JSON.parse(logged.data)]).toEqual(["oncall", { connection: "eks-prod" }]);
});

test.each<[string, Name, string, string]>([
  ["a kind that policy does not show, by the checks", "responder", "eks-prod/posture", "Pods are not shown."],
  ["a kind that policy does not show, by the roles", "responder", "eks-prod/roles", "Bindings are not shown."],
  ["what wants a review", "reviewer", "eks-prod/posture", "Policy wants a review before this is read."],
  ["what wants a reason", "reviewer2", "eks-prod/roles", "Policy wants a reason before this is read."],
  ["what is for incidents", "admin", "eks-prod/posture", "Go home."],
])("policy refuses %s", async (_, who, path, detail) => {
  const before = sim.requests.length;
  expect(Problem.parse(await (await get(who, path)).json())).toMatchObject({
    code: "denied",
    detail: expect.stringContaining(detail) as string,
  });
  expect(sim.requests.length).toBe(before);
});

test("in an incident's room its rules hold, for those who are in it", async () => {
  const path = `eks-prod/posture?limit=0&room=${stage.room.id}`;
  expect(Problem.parse(await (await get("admin", path)).json()).code).toBe("forbidden");
  await stage.db.roomMember.create({ data: { roomId: stage.room.id, userId: stage.people.admin.id, role: "responder" } });
  expect((await get("admin", path)).status).toBe(200);
  expect((await get("admin", `eks-prod/roles?room=${stage.room.id}`)).status).toBe(200);
  expect(Problem.parse(await (await get("admin", "eks-prod/posture?room=nowhere")).json()).code).toBe("not_found");
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

test("however many labels somebody asks by, the cluster is read once, and the checks are not held for ever", async () => {
  const before = sim.requests.length;
  const labels = Array.from({ length: 20 }, (_, index) => `eks-prod/posture?limit=0&fresh=true&label=l${index}`);
  const answers = await Promise.all(labels.map((path) => get("oncall", path)));
  expect(sim.requests.slice(before).filter(({ url }) => url.startsWith("/api/v1/pods")).length).toBeLessThanOrEqual(1);
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(5);
  expect(answers.filter(({ status }) => status === 200).length).toBe(answers.length - refused.length);
});

test("of many questions the last ones are refused", async () => {
  const answers = await Promise.all(Array.from({ length: 200 }, () => get("observer", "eks-prod/posture")));
  expect(Problem.parse(await answers.at(-1)!.json()).code).toBe("too_many_requests");
});
