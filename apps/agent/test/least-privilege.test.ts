import { gzipSync } from "node:zlib";
import { kubectlFor } from "@interlock/connector-kubernetes/testing";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { LeastPrivilegePage, PeopleUse, PrivilegeDetail, Problem, UsageImport, type PrivilegeSummary } from "@interlock/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectCluster, proposeFor } from "./cluster-stage.ts";
import { openStage, POLICY, type Name, type Stage } from "./command-stage.ts";

const KUBECTL = await kubectlFor("applying a smaller role (apps/agent/test/least-privilege.test.ts)");
const DAY_MS = 86_400_000;

/** Rights are taken away by agreement, and given by nobody. */
const RULES = `${POLICY}
  - id: rights-taken
    match: { effects: [privilege] }
    when: impact.complete && !("rights_gained" in statement.risks)
    effect: review
    reviews: [{ count: 1, group: platform }]
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
metadata: { name: deploys }
rules:
  - { apiGroups: [apps], resources: [deployments], verbs: [get, patch, delete] }
  - { apiGroups: [""], resources: [secrets], verbs: [get, list] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: deploys }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: deploys }
subjects:
  - { kind: ServiceAccount, namespace: shop, name: deployer }
  - { kind: User, apiGroup: rbac.authorization.k8s.io, name: ann@example.com }
  - { kind: Group, apiGroup: rbac.authorization.k8s.io, name: ops }
`);
  await connectCluster(stage, sim);
});
afterAll(async () => {
  await stage.dispose();
  await sim.stop();
});

const DEPLOYER = "system:serviceaccount:shop:deployer";
const entry = (user: string, verb: string, objectRef: object, daysAgo: number, groups: string[] = []): string =>
  JSON.stringify({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    stage: "ResponseComplete",
    verb,
    user: { username: user, groups },
    objectRef,
    responseStatus: { code: 200 },
    requestReceivedTimestamp: new Date(Date.now() - daysAgo * DAY_MS).toISOString(),
    annotations: { "authorization.k8s.io/decision": "allow" },
  });
const web = { resource: "deployments", apiGroup: "apps", namespace: "shop", name: "web" };
const LOG = [
  entry(DEPLOYER, "get", web, 10),
  entry(DEPLOYER, "patch", web, 10.02),
  // Deleted since.
  entry(DEPLOYER, "patch", { ...web, namespace: "preview-123" }, 10.01),
  entry("bob", "get", { resource: "secrets", namespace: "shop", name: "tls" }, 10, ["ops"]),
  entry("carol", "delete", { resource: "nodes", name: "n1" }, 9.98),
  '{"kind":"Event","apiVersion":"audit.k8s.io/v1"',
].join("\n");

const send = (who: Name, body: string | Uint8Array, name = "audit.log", connection = "eks-prod"): Promise<Response> =>
  stage.call(who, "POST", `/connections/${connection}/usage-imports?name=${name}`, body, { "content-type": "application/octet-stream" });
async function page(query = "", who: Name = "oncall"): Promise<LeastPrivilegePage> {
  const response = await stage.call(who, "GET", `/connections/eks-prod/least-privilege?fresh=true${query}`);
  expect(response.status).toBe(200);
  return LeastPrivilegePage.parse(await response.json());
}
const named = ({ subjects }: LeastPrivilegePage, name: string): PrivilegeSummary => subjects.find(({ subject }) => subject.name === name)!;
async function detail(name: string): Promise<PrivilegeDetail> {
  const response = await stage.call("oncall", "GET", `/connections/eks-prod/least-privilege/${named(await page(), name).id}`);
  expect(response.status).toBe(200);
  return PrivilegeDetail.parse(await response.json());
}

test("without a log nothing is said to be unused, and nothing is proposed", async () => {
  const found = await page();
  expect(found).toMatchObject({
    coverage: { coveredDays: 0, complete: false },
    imports: [],
    mayImport: false,
    importers: ["network", "payments-reviewers", "platform"],
  });
  expect(named(found, "deployer")).toMatchObject({ rights: 5, used: 0, smaller: false });
  const one = await detail("deployer");
  expect(one.smallerRoles).toEqual([]);
  expect(one.bindings[0]!.rights[0]!.verbs.map(({ state }) => state)).toEqual(["unseen", "unseen", "unseen"]);
});

describe("a log", () => {
  test.each<[string, Name, string | Uint8Array, number, RegExp | undefined]>([
    ["of somebody who does not agree to changes", "oncall", LOG, 403, /somebody of network or payments-reviewers or platform/],
    ["of an observer", "observer", LOG, 403, undefined],
    ["that is none", "reviewer", "hello\n", 400, /no entry of an API server's audit log/],
    ["that is empty", "reviewer", "", 400, /no entry of an API server's audit log/],
    ["of other objects", "reviewer", '{"kind":"Pod","apiVersion":"v1"}', 400, /no entry of an API server's audit log/],
    ["that is packed and cut off", "reviewer", gzipSync(LOG).subarray(0, 100), 400, /cannot be unpacked/],
  ])("%s is refused", async (_, who, body, status, words) => {
    const response = await send(who, body);
    expect(response.status).toBe(status);
    if (words !== undefined) expect(Problem.parse(await response.json()).detail).toMatch(words);
    expect((await page()).imports).toEqual([]);
  });

  test("is counted entry by entry, kept with its time, once, and may be packed", async () => {
    const response = await send("reviewer", LOG);
    expect(response.status).toBe(201);
    const first = UsageImport.parse(await response.json());
    expect(first).toMatchObject({ by: "reviewer", name: "audit.log", entries: 5, counted: 5, badLines: 1, problems: [{ line: 6 }] });
    expect(UsageImport.parse(await (await send("reviewer2", gzipSync(LOG), "again.log.gz")).json()).id).toBe(first.id);
    const event = await stage.db.auditEvent.findFirstOrThrow({ where: { type: "usage.imported" } });
    expect([event.actor, JSON.parse(event.data)]).toEqual([
      "reviewer",
      expect.objectContaining({ connection: "eks-prod", name: "audit.log", counted: 5 }),
    ]);
    expect(await stage.db.usageImport.count()).toBe(1);
    const { coverage, mayImport } = await page("", "reviewer");
    expect(mayImport).toBe(true);
    expect(coverage.complete).toBe(false);
    expect(coverage.gaps).toHaveLength(2);
  });

  test("tells what was used, what was not, and what nobody may any more", async () => {
    const found = await page();
    expect(found.summary).toMatchObject({ gone: 1 });
    expect(named(found, "deployer")).toMatchObject({
      rights: 5,
      used: 2,
      smaller: true,
      dangers: [{ id: "read-secrets", severity: "high" }],
    });
    expect(named(found, "ops")).toMatchObject({ rights: 5, used: 1, members: 1 });
    expect(named(found, "bob")).toMatchObject({ rights: 0, byGroups: ["ops"] });
    expect(named(await page("&show=gone"), "carol")).toMatchObject({ gone: 1 });
    expect((await page("&kind=Group&q=ops")).subjects.map(({ subject }) => subject.name)).toEqual(["ops"]);
    expect((await detail("carol")).goneUses).toMatchObject([{ text: 'delete nodes "n1"', times: 1 }]);
    const { bindings, smallerRoles } = await detail("deployer");
    expect(bindings.filter(({ builtin }) => !builtin)).toMatchObject([
      { role: "ClusterRole deploys", others: [expect.stringMatching(/^User /), "Group ops"] },
    ]);
    expect(bindings[0]!.rights[0]!.verbs).toMatchObject([
      { verb: "get", state: "used", times: 1 },
      { verb: "patch", state: "used" },
      { verb: "delete", state: "unseen" },
    ]);
    const [own, roles] = smallerRoles;
    expect(own).toMatchObject({ form: "own", masked: false });
    expect(own!.diff).toContainEqual({ sign: "+", text: "get, patch deployments.apps in shop" });
    expect(own!.diff).toContainEqual({ sign: "-", text: "get, list secrets in the whole cluster" });
    expect(own!.everyone.join()).toMatch(/and Group ops stay in ClusterRoleBinding deploys with all its rights/);
    expect(own!.cautions.join()).toContain("of 90 days");
    expect(own!.text).toContain("# Left out is what was used in namespaces that are gone (preview-123): no role can be made there.");
    expect(own!.text).not.toContain("namespace: preview-123");
    // What a member of the group was seen to use stays, though this account never did.
    expect(roles).toMatchObject({ form: "roles", takes: expect.not.arrayContaining(["get secrets"]) });
    expect(roles!.text).toContain('"resourceNames":["tls"]');
    expect(JSON.stringify([smallerRoles, found])).not.toContain("ann@example.com");
  });

  test("lines that would hold a masked name cannot be proposed", async () => {
    const { subjects } = await page("&kind=User");
    const ann = subjects.find(({ rights }) => rights === 5)!;
    const one = PrivilegeDetail.parse(await (await stage.call("oncall", "GET", `/connections/eks-prod/least-privilege/${ann.id}`)).json());
    expect(one.smallerRoles.find(({ form }) => form === "own")?.masked).toBe(true);
  });

  test("is taken out by those who may import, and what it told with it", async () => {
    const log = entry("dora", "get", web, 1);
    const { id } = UsageImport.parse(await (await send("reviewer", log, "other.log")).json());
    expect(named(await page(), "dora")).toBeDefined();
    expect((await stage.call("oncall", "DELETE", `/connections/eks-prod/usage-imports/${id}`)).status).toBe(403);
    expect((await stage.call("reviewer", "DELETE", `/connections/eks-prod/usage-imports/${id}`)).status).toBe(200);
    expect((await stage.call("reviewer", "DELETE", `/connections/eks-prod/usage-imports/${id}`)).status).toBe(404);
    expect(named(await page(), "dora")).toBeUndefined();
    expect(await stage.db.usageUse.count({ where: { importId: id } })).toBe(0);
  });
});

test.skipIf(KUBECTL === undefined)("a smaller role is agreed to and applied like any command, and then is what they have", async () => {
  // What was read of the log is still there.
  await stage.restart();
  const { smallerRoles } = await detail("deployer");
  const command = await proposeFor(stage, "oncall", { text: smallerRoles[0]!.text });
  expect(command.state).toBe("awaiting_review");
  const losses = command.impact.statements.flatMap(({ breaks = [] }) => breaks.map(({ why }) => why));
  expect(losses.join("\n")).toContain("ServiceAccount shop/deployer loses");
  expect(losses.join("\n")).not.toMatch(/Group ops|User/);
  expect(await stage.approve("reviewer", command)).toMatchObject({ ok: true });
  expect(await stage.until(command.id)).toMatchObject({ state: "succeeded" });
  const after = await detail("deployer");
  expect(after.bindings.filter(({ builtin }) => !builtin).map(({ role }) => role)).toEqual(["Role shop-deployer-used"]);
  expect(after).toMatchObject({ rights: 2, used: 2, smaller: false, smallerRoles: [] });
  expect(named(await page(), "ops")).toMatchObject({ rights: 5 });
  const { people } = PeopleUse.parse(await (await stage.call("oncall", "GET", "/connections/eks-prod/people-use")).json());
  const oncall = people.find(({ person }) => person === "oncall")!;
  expect(oncall.effects.find(({ effect }) => effect === "privilege")).toMatchObject({ may: "review", times: 1 });
  expect(oncall.requests.map(({ text }) => text)).toContain("create rbac.authorization.k8s.io/v1 Role in shop");
});
