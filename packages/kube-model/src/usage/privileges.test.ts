import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { Rights } from "../rights/rights.ts";
import type { Subject } from "../rights/subject.ts";
import { Privileges } from "./privileges.ts";
import { Usage, type Use } from "./usage.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const BOT: Subject = { kind: "ServiceAccount", namespace: "ci", name: "bot" };
const ANN: Subject = { kind: "User", name: "ann" };
const OPS: Subject = { kind: "Group", name: "ops" };

const clusterRole = (name: string, rules: object[], more: object = {}): KubeObject => ({
  apiVersion: RBAC,
  kind: "ClusterRole",
  metadata: { name, ...("labels" in more ? { labels: more.labels } : {}) },
  rules,
  ...("aggregationRule" in more ? { aggregationRule: more.aggregationRule } : {}),
});
const bind = (name: string, to: string, subjects: Subject[], namespace?: string): KubeObject => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { kind: "ClusterRole", name: to },
  subjects: subjects as never,
});
const use = (verb: string, resource: string, more: Partial<Use> = {}): Use => {
  const [plural, group = ""] = resource.split(".", 2);
  return { verb, group, resource: plural!, times: 3, last: 1_000, names: new Set(["n"]), unnamed: false, ...more };
};
type Done = Record<string, { groups?: string[]; uses: Use[] }>;

function privileges(objects: KubeObject[], done: Done, whole = true) {
  const usage = new Usage(0);
  for (const [user, { groups = [], uses }] of Object.entries(done)) usage.addKept(user, groups, uses);
  return new Privileges(new Rights(objects, { aggregated: "stored" }), usage, { whole });
}
const WORK = clusterRole("work", [
  { apiGroups: [""], resources: ["pods", "secrets"], verbs: ["get", "delete"] },
  { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"] },
]);
const BOT_USER = "system:serviceaccount:ci:bot";

describe("rights against their use", () => {
  test("each right with its state, and what is dangerous and unused", () => {
    const one = privileges([WORK, bind("b", "work", [BOT])], { [BOT_USER]: { uses: [use("get", "pods", { namespace: "web" })] } });
    const { bindings, ...found } = one.detail(BOT);
    expect(found).toMatchObject({ rights: 5, used: 1, unlogged: 1, gone: 0, smaller: true, unseen: ["bind"] });
    expect(found.dangers.map(({ id, severity }) => [id, severity])).toEqual([
      ["bind", "critical"],
      ["read-secrets", "high"],
    ]);
    expect(bindings[0]!.rows.flatMap(({ what, verbs }) => verbs.map(({ verb, state, times }) => [what, verb, state, times]))).toEqual([
      ["pods", "get", "used", 3],
      ["pods", "delete", "never", 0],
      ["secrets", "get", "never", 0],
      ["secrets", "delete", "never", 0],
      ["clusterroles.rbac.authorization.k8s.io", "bind", "unlogged", 0],
    ]);
    // A log that does not tell of the whole time says nothing of what was never used.
    const unsure = privileges([WORK, bind("b", "work", [BOT])], {}, false).detail(BOT);
    expect(unsure.bindings[0]!.rows[0]!.verbs.map(({ state }) => state)).toEqual(["unseen", "unseen"]);
  });

  test("of a wildcard what of it was used", () => {
    const all = clusterRole("all", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]);
    const { bindings, own } = privileges([all, bind("b", "all", [ANN])], { ann: { uses: [use("list", "nodes")] } }).detail(ANN);
    expect(bindings[0]!.rows).toMatchObject([
      { what: "*.*", verbs: [{ verb: "*", state: "used", danger: { id: "cluster-admin" } }], used: [{ verb: "list" }] },
    ]);
    expect(own!.diff).toEqual([
      { sign: "-", text: "* *.* in the whole cluster" },
      { sign: "+", text: "list nodes in the whole cluster" },
    ]);
    expect(own!.unbound.map(({ metadata }) => metadata?.name)).toEqual(["all"]);
  });

  test("a group has what its members used by it, and keeps that", () => {
    const done = {
      ann: { groups: ["ops"], uses: [use("get", "pods"), use("list", "nodes")] },
      bob: { groups: ["dev"], uses: [use("delete", "pods")] },
    };
    const one = privileges([WORK, bind("b", "work", [OPS, BOT])], done);
    expect(one.summary(OPS)).toMatchObject({ rights: 5, used: 1, members: 1, gone: 0, smaller: true });
    expect(one.summary(ANN)).toMatchObject({ rights: 0, byGroups: ["ops"], gone: 1, smaller: false });
    const { own } = one.detail(OPS);
    expect(own!.proposal.made[0]).toMatchObject({
      kind: "ClusterRole",
      rules: [{ resources: ["pods"], verbs: ["get"] }, { verbs: ["bind"] }],
    });
    expect(own!.stay).toMatchObject([{ subjects: [BOT] }]);
  });

  test("an account keeps what only its own role gives, also where a group of an identity provider gives it as well", () => {
    const one = privileges([WORK, bind("own", "work", [ANN]), bind("group", "work", [OPS])], {
      ann: { groups: ["ops"], uses: [use("get", "pods")] },
    });
    expect(one.summary(ANN)).toMatchObject({ used: 1, byGroups: ["ops"] });
    expect(one.summary(OPS)).toMatchObject({ used: 1 });
  });

  test("a second smaller role takes another name, and does not take itself away", () => {
    const first = privileges([WORK, bind("b", "work", [BOT])], {
      [BOT_USER]: { uses: [use("get", "pods"), use("delete", "pods")] },
    }).detail(BOT);
    const made = first.own!.proposal.made;
    const again = privileges(made, { [BOT_USER]: { uses: [use("get", "pods")] } }).detail(BOT).own!.proposal;
    expect(again.made[0]!.metadata!["name"]).toBe("ci-bot-used-2");
    expect(again.lines.slice(1)).toEqual(["kubectl delete clusterrolebinding ci-bot-used"]);
  });

  test("a namespace that is gone is used, and has no part in a smaller role", () => {
    const shop: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
    const { used, own } = privileges([WORK, bind("b", "work", [BOT]), shop], {
      [BOT_USER]: { uses: [use("get", "pods", { namespace: "preview-1" }), use("delete", "pods", { namespace: "shop" })] },
    }).detail(BOT);
    expect(used).toBe(2);
    expect(own!.proposal.vanished).toEqual(["preview-1"]);
    expect(own!.diff.map(({ text }) => text).join("\n")).not.toContain("preview-1");
    expect(own!.diff).toContainEqual({ sign: "+", text: "delete pods in shop" });
  });

  test("what Kubernetes makes itself stays as it is", () => {
    const builtin = {
      ...bind("cluster-admin", "work", [ANN]),
      metadata: { name: "b", labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } },
    };
    expect(privileges([WORK, builtin], { ann: { uses: [] } }).summary(ANN)).toMatchObject({ smaller: false });
  });
});

describe("a role made smaller where it stands", () => {
  test("keeps what anybody who has it used by it, wherever", () => {
    const objects = [WORK, bind("b", "work", [BOT, OPS]), bind("here", "work", [ANN], "web")];
    const done = {
      [BOT_USER]: { uses: [use("get", "pods", { namespace: "x" })] },
      ann: { uses: [use("delete", "secrets", { namespace: "web", names: new Set(["tls"]) }), use("get", "secrets", { namespace: "x" })] },
    };
    const { roles } = privileges(objects, done).detail(BOT);
    expect(roles).toMatchObject({
      left: [],
      shrunk: [{ holders: [{ subject: BOT }, { subject: OPS }, { subject: ANN, namespace: "web" }] }],
    });
    expect(roles!.shrunk[0]!.rules).toEqual([
      { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
      { apiGroups: [""], resources: ["secrets"], resourceNames: ["tls"], verbs: ["delete"] },
      { apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"] },
    ]);
    expect(roles!.shrunk[0]!.line).toMatch(/^kubectl patch clusterrole work --type=json -p '\[\{"op":"test","path":"\/rules","value":\[/);
    expect(roles!.shrunk[0]!.diff).toContainEqual({ sign: "-", text: "delete pods in the whole cluster" });
  });

  test.each([
    [
      "it belongs to Kubernetes",
      clusterRole("work", WORK["rules"] as object[], { labels: { "kubernetes.io/bootstrapping": "rbac-defaults" } }),
      /a role of Kubernetes itself/,
    ],
    [
      "others are put together into it",
      clusterRole("work", WORK["rules"] as object[], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { a: "b" } }] } }),
      /put together from other roles/,
    ],
    [
      "it is a part of another",
      clusterRole("work", WORK["rules"] as object[], { labels: { part: "of" } }),
      /is a part of .*ClusterRole whole/,
    ],
  ])("is left alone where %s, and their own role is offered", (_, role, why) => {
    const whole = clusterRole("whole", [], { aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: "of" } }] } });
    const { roles, own } = privileges([role, whole, bind("b", "work", [BOT])], { [BOT_USER]: { uses: [use("get", "pods")] } }).detail(BOT);
    expect(roles!.shrunk).toEqual([]);
    expect(roles!.left.map((one) => one.why).join()).toMatch(why);
    expect(own).toBeDefined();
  });
});
