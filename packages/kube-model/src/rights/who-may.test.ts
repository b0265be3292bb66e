import { describe, expect, test } from "vitest";
import type { KubeObject } from "../json.ts";
import { findType, typesOfManifests } from "./resource-names.ts";
import { Rights } from "./rights.ts";
import { subjectText } from "./subject.ts";
import { readQuestion, type RightQuestion } from "./wanted-right.ts";
import { whoMay } from "./who-may.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const CRD: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.shop.example" },
  spec: {
    group: "shop.example",
    scope: "Cluster",
    names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wi"] },
    versions: [{ name: "v1", served: true, subresources: { status: {} } }],
  },
};
const TYPES = typesOfManifests([CRD]);

describe("names of resources, as kubectl takes them", () => {
  test.each([
    ["pods", "/pods"],
    ["po", "/pods"],
    ["Pod", "/pods"],
    ["deploy", "apps/deployments"],
    ["deployment.apps", "apps/deployments"],
    ["deployments.v1.apps", "apps/deployments"],
    ["netpol", "networking.k8s.io/networkpolicies"],
    ["ingresses.networking", "networking.k8s.io/ingresses"],
    ["clusterrole", "rbac.authorization.k8s.io/clusterroles"],
    ["WIDGET", "shop.example/widgets"],
    ["wi", "shop.example/widgets"],
    ["ev", "/events"],
    ["events.events.k8s.io", "events.k8s.io/events"],
    ["gadgets", undefined],
    ["pods.apps", undefined],
  ])("%s", (text, expected) => {
    const found = findType(TYPES, text)?.type;
    expect(found && `${found.group}/${found.resource}`).toBe(expected);
  });
});

const read = (question: RightQuestion) => readQuestion(question, TYPES);

describe("a question", () => {
  test.each<[string, RightQuestion, object, RegExp | undefined]>([
    ["of a short name", { verb: "GET", resource: "secret" }, { verb: "get", group: "", resource: "secrets" }, undefined],
    [
      "of a subresource",
      { verb: "create", resource: "po/exec" },
      { verb: "create", group: "", resource: "pods", subresource: "exec" },
      undefined,
    ],
    [
      "of one object",
      { verb: "get", resource: "pods/web-1" },
      { verb: "get", group: "", resource: "pods", name: "web-1" },
      /no subresource web-1: it is taken for the name/,
    ],
    [
      "of a subresource of one object",
      { verb: "create", resource: "pods", name: "web-1", subresource: "exec", namespace: "shop" },
      { verb: "create", group: "", resource: "pods", name: "web-1", subresource: "exec", namespace: "shop" },
      undefined,
    ],
    [
      "of what is not served",
      { verb: "get", resource: "gadgets.x.example" },
      { verb: "get", group: "x.example", resource: "gadgets" },
      /No resource gadgets\.x\.example is served/,
    ],
    [
      "of what is in no namespace",
      { verb: "get", resource: "nodes", namespace: "shop" },
      { verb: "get", group: "", resource: "nodes" },
      /in no namespace/,
    ],
    [
      "of a namespace, which is asked for within itself",
      { verb: "delete", resource: "ns/shop", namespace: "data" },
      { verb: "delete", group: "", resource: "namespaces", name: "shop", namespace: "shop" },
      /within itself/,
    ],
    [
      "of the namespace of a namespace",
      { verb: "update", resource: "namespaces/finalize", namespace: "shop" },
      { verb: "update", group: "", resource: "namespaces", subresource: "finalize", name: "shop", namespace: "shop" },
      /within itself/,
    ],
    [
      "of whichever namespace",
      { verb: "get", resource: "namespaces", group: "" },
      { verb: "get", group: "", resource: "namespaces" },
      /within itself/,
    ],
    [
      "of all namespaces, which are in none",
      { verb: "list", resource: "namespaces", namespace: "shop" },
      { verb: "list", group: "", resource: "namespaces" },
      /in no namespace/,
    ],
    [
      "of namespaces of another group",
      { verb: "delete", resource: "namespaces.x.example", namespace: "shop" },
      { verb: "delete", group: "x.example", resource: "namespaces", namespace: "shop" },
      /No resource namespaces\.x\.example is served/,
    ],
    [
      "of a verb there is not",
      { verb: "read", resource: "pods" },
      { verb: "read", group: "", resource: "pods" },
      /read is no verb of pods/,
    ],
    [
      "of what is in two groups",
      { verb: "list", resource: "events" },
      { verb: "list", group: "", resource: "events" },
      /also served in the group events\.k8s\.io/,
    ],
    ["to act as others", { verb: "impersonate", resource: "users" }, { verb: "impersonate", group: "", resource: "users" }, undefined],
    [
      "to act with scopes of others",
      { verb: "impersonate", resource: "userextras/scopes" },
      { verb: "impersonate", group: "authentication.k8s.io", resource: "userextras", subresource: "scopes" },
      undefined,
    ],
    ["of everything", { verb: "*", resource: "*" }, { verb: "*", group: "*", resource: "*" }, undefined],
    ["of a path", { verb: "get", path: "/metrics" }, { verb: "get", path: "/metrics" }, undefined],
  ])("%s", (_, question, wanted, note) => {
    const found = read(question);
    expect(found.wanted).toEqual(wanted);
    if (note === undefined) expect(found.notes).toEqual([]);
    else expect(found.notes.join("\n")).toMatch(note);
  });
});

const role = (kind: string, name: string, rules: object[], namespace?: string): KubeObject => ({
  apiVersion: RBAC,
  kind,
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  rules,
});
const bind = (name: string, to: string, subjects: object[], namespace?: string, kind = "ClusterRole"): KubeObject => ({
  apiVersion: RBAC,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { kind, name: to },
  subjects,
});

describe("who may", () => {
  const rights = new Rights(
    [
      role("ClusterRole", "reads", [
        { apiGroups: [""], resources: ["pods"], verbs: ["list"] },
        { apiGroups: [""], resources: ["secrets"], verbs: ["get"] },
      ]),
      role(
        "Role",
        "one",
        [{ apiGroups: [""], resources: ["secrets"], resourceNames: ["tls"], verbs: ["get", "create", "deletecollection"] }],
        "shop",
      ),
      role("ClusterRole", "nodes", [
        { apiGroups: [""], resources: ["nodes"], verbs: ["get"] },
        { nonResourceURLs: ["/logs/*"], verbs: ["get"] },
      ]),
      bind("all", "reads", [
        { kind: "Group", name: "ops" },
        { kind: "User", name: "system:kube-proxy" },
      ]),
      bind("shop", "reads", [{ kind: "ServiceAccount", name: "web" }], "shop"),
      bind("tls", "one", [{ kind: "User", name: "ann" }], "shop", "Role"),
      bind("nodes-here", "nodes", [{ kind: "User", name: "bob" }], "shop"),
      bind("everybody", "nodes", [{ kind: "Group", name: "system:authenticated" }]),
    ],
    { aggregated: "stored" },
  );
  const ask = (question: RightQuestion) => {
    const { holders, partly, ...rest } = whoMay(rights, read(question));
    const names = (list: typeof holders) => list.map(({ subject }) => subjectText(subject));
    return { ...rest, may: names(holders), partly: names(partly), holders, some: partly };
  };

  test("in every namespace, and who may in some of them or by name", () => {
    const found = ask({ verb: "get", resource: "secrets" });
    expect(found).toMatchObject({
      asked: "get secrets in every namespace",
      may: ["Group ops", "User system:kube-proxy"],
      partly: ["ServiceAccount shop/web", "User ann"],
    });
    expect(found.holders.map(({ system }) => system)).toEqual([false, true]);
    expect(found.holders[0]).toMatchObject({
      means: expect.stringContaining("identity provider"),
      chains: [{ binding: `${RBAC} ClusterRoleBinding all`, role: `${RBAC} ClusterRole reads`, ruleIndex: 1, rule: "get secrets" }],
    });
    expect(found.some.map(({ chains }) => chains[0])).toMatchObject([
      { binding: `${RBAC} RoleBinding shop/shop`, namespace: "shop" },
      { role: `${RBAC} Role shop/one`, names: ["tls"] },
    ]);
    expect(found.notes.join()).toContain("system:masters");
  });

  test("in one namespace, where those of the whole cluster may as well", () => {
    expect(ask({ verb: "get", resource: "secrets", namespace: "shop" })).toMatchObject({
      may: ["Group ops", "ServiceAccount shop/web", "User system:kube-proxy"],
      partly: ["User ann"],
    });
    expect(ask({ verb: "get", resource: "secrets", name: "tls", namespace: "shop" })).toMatchObject({
      partly: [],
      may: expect.arrayContaining(["User ann"]),
    });
    expect(ask({ verb: "get", resource: "secrets", namespace: "data" }).may).toEqual(["Group ops", "User system:kube-proxy"]);
  });

  test("no request to create, or to delete a collection, carries the name that a rule is limited to", () => {
    expect(ask({ verb: "create", resource: "secrets" })).toMatchObject({ may: [], partly: [] });
    expect(ask({ verb: "deletecollection", resource: "secrets", namespace: "shop" })).toMatchObject({ may: [], partly: [] });
  });

  test("what is in no namespace is given by bindings of the whole cluster alone, and everybody comes first", () => {
    expect(ask({ verb: "get", resource: "no", namespace: "shop" })).toMatchObject({
      asked: "get nodes",
      may: ["Group system:authenticated"],
      partly: [],
    });
    const [everybody] = ask({ verb: "get", path: "/logs/kubelet" }).holders;
    expect(everybody).toMatchObject({ means: expect.stringContaining("everybody who has any credential"), system: false });
  });

  // kube-apiserver takes /api/v1/namespaces/shop for a request in shop, so that Roles of shop are asked as well.
  test.each<[string, RightQuestion, string[], string[]]>([
    ["one by name", { verb: "delete", resource: "namespaces/shop" }, ["User ann", "User root"], []],
    ["one by name, in it", { verb: "delete", resource: "namespaces/shop", namespace: "shop" }, ["User ann", "User root"], []],
    ["the one of a namespace", { verb: "delete", resource: "ns", namespace: "shop" }, ["User ann", "User root"], []],
    ["another", { verb: "delete", resource: "namespaces/data" }, ["User root"], []],
    ["one by a rule for its name", { verb: "get", resource: "namespaces/shop" }, ["User bob"], []],
    ["whichever", { verb: "delete", resource: "namespaces" }, ["User root"], ["User ann"]],
    ["whichever, by a rule for names", { verb: "get", resource: "namespaces" }, [], ["User bob"]],
    ["a part of one", { verb: "update", resource: "namespaces", name: "shop", subresource: "finalize" }, ["User ann"], []],
    ["all of them, which no Role gives", { verb: "list", resource: "namespaces", namespace: "shop" }, [], []],
    ["a new one, which no Role gives", { verb: "create", resource: "namespaces", name: "shop" }, [], []],
  ])("a namespace is given within itself: %s", (_, question, may, partly) => {
    const namespaces = (verbs: string[], more: object = {}) => ({ apiGroups: [""], resources: ["namespaces"], verbs, ...more });
    const finalizes = { apiGroups: [""], resources: ["namespaces/finalize"], verbs: ["update"] };
    const given = new Rights(
      [
        role("Role", "ends", [namespaces(["delete", "list", "create"]), finalizes], "shop"),
        bind("ends", "ends", [{ kind: "User", name: "ann" }], "shop", "Role"),
        role("ClusterRole", "looks", [namespaces(["get"], { resourceNames: ["shop"] })]),
        bind("looks", "looks", [{ kind: "User", name: "bob" }], "shop"),
        bind("looks", "looks", [{ kind: "User", name: "eve" }], "data"),
        role("ClusterRole", "ends", [namespaces(["delete"])]),
        bind("ends", "ends", [{ kind: "User", name: "root" }]),
      ],
      { aggregated: "stored" },
    );
    const found = whoMay(given, read(question));
    const names = (list: typeof found.holders) => list.map(({ subject }) => subjectText(subject));
    expect({ may: names(found.holders), partly: names(found.partly) }).toEqual({ may, partly });
  });
});
