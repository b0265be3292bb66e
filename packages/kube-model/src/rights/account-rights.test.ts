import { describe, expect, test } from "vitest";
import type { Json, KubeObject } from "../json.ts";
import { leadingRights, rightsByPlace } from "./account-rights.ts";
import { Rights } from "./rights.ts";
import { userOf } from "./subject.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
const BOT = { kind: "ServiceAccount" as const, namespace: "shop", name: "bot" };

interface Given {
  rules: Json[];
  /** Namespace of the binding; everywhere without one. */
  namespace?: string;
  subject?: object;
  role?: string;
}

/** Each with a role and a binding of its own. */
function rightsOf(...given: Given[]): Rights {
  const objects = given.flatMap(({ rules, namespace, subject = BOT, role }, index): KubeObject[] => {
    const name = role ?? `role-${index}`;
    return [
      { apiVersion: RBAC, kind: "ClusterRole", metadata: { name }, rules },
      {
        apiVersion: RBAC,
        kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
        metadata: { name: `binding-${index}`, ...(namespace === undefined ? {} : { namespace }) },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
        subjects: [subject],
      },
    ] as KubeObject[];
  });
  return new Rights(objects, { aggregated: "stored" });
}

const core = (resources: string[], verbs: string[], more: object = {}): Json => ({ apiGroups: [""], resources, verbs, ...more });
const led = (...given: Given[]): string[] => leadingRights(rightsOf(...given), userOf(BOT)).map(({ code, where }) => `${code} ${where}`);

describe("rights of an account that lead further", () => {
  test.each<[string, Given, string[]]>([
    ["reading pods leads nowhere", { rules: [core(["pods", "pods/log"], ["get", "list", "watch"])] }, []],
    ["listing Secrets", { rules: [core(["secrets"], ["list"])] }, ["token_reads_secrets in every namespace"]],
    ["Secrets of one namespace", { rules: [core(["secrets"], ["get"])], namespace: "shop" }, ["token_reads_secrets in shop"]],
    ["one Secret by name", { rules: [core(["secrets"], ["get"], { resourceNames: ["db"] })] }, ["token_reads_secrets in every namespace"]],
    ["writing Secrets reads none", { rules: [core(["secrets"], ["create"])] }, []],
    ["exec", { rules: [core(["pods/exec"], ["create"])] }, ["token_runs_programs in every namespace"]],
    [
      "escalate on roles of a namespace",
      { rules: [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["escalate"] }], namespace: "shop" },
      ["token_escalates in shop"],
    ],
    [
      "bind to one role",
      { rules: [{ apiGroups: ["rbac.authorization.k8s.io"], resources: ["clusterroles"], verbs: ["bind"], resourceNames: ["edit"] }] },
      ["token_binds in every namespace"],
    ],
    ["impersonating users", { rules: [core(["users"], ["impersonate"])] }, ["token_impersonates in every namespace"]],
    ["deleting its own namespace", { rules: [core(["namespaces"], ["delete"])], namespace: "shop" }, ["token_deletes_namespaces in shop"]],
    ["tokens of its own", { rules: [core(["serviceaccounts/token"], ["create"])] }, ["token_mints_tokens in every namespace"]],
    ["kubelets", { rules: [core(["nodes/proxy"], ["get"])] }, ["token_reaches_kubelets in every namespace"]],
    ["kubelets by a RoleBinding, which does not reach them", { rules: [core(["nodes/proxy"], ["get"])], namespace: "shop" }, []],
    [
      "deployments",
      { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"] }] },
      ["token_runs_pods in every namespace"],
    ],
    ["a wildcard", { rules: [core(["configmaps"], ["*"])] }, ["token_wildcards in every namespace"]],
    [
      "rights of all accounts of the namespace",
      { rules: [core(["secrets"], ["get"])], subject: { kind: "Group", name: "system:serviceaccounts:shop" } },
      ["token_reads_secrets in every namespace"],
    ],
    [
      "rights of accounts elsewhere",
      { rules: [core(["secrets"], ["get"])], subject: { kind: "Group", name: "system:serviceaccounts:web" } },
      [],
    ],
    ["rights of another account", { rules: [core(["secrets"], ["get"])], subject: { ...BOT, name: "other" } }, []],
    [
      "what every account has",
      { rules: [core(["secrets"], ["get"])], subject: { kind: "Group", name: "system:authenticated" }, role: "system:discovery" },
      [],
    ],
  ])("%s", (_, given, expected) => {
    expect(led(given)).toEqual(expected);
  });

  test("who may do everything may do each of them", () => {
    const codes = led({ rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }] });
    expect(codes[0]).toBe("token_everything in every namespace");
    expect(codes).toContain("token_reads_secrets in every namespace");
    expect(codes).toContain("token_escalates in every namespace");
    // It is no mere wildcard.
    expect(codes).not.toContain("token_wildcards in every namespace");
  });

  test("places are told together, and one of the whole cluster says it all", () => {
    const secrets = [core(["secrets"], ["get"])];
    expect(led({ rules: secrets, namespace: "web" }, { rules: secrets, namespace: "shop" })).toEqual(["token_reads_secrets in shop, web"]);
    expect(led({ rules: secrets, namespace: "web" }, { rules: secrets })).toEqual(["token_reads_secrets in every namespace"]);
  });
});

test("rights in words, by place", () => {
  const rights = rightsOf(
    { rules: [core(["pods", "services"], ["get", "list"]), { nonResourceURLs: ["/metrics"], verbs: ["get"] }] },
    {
      rules: [
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["*"] },
        core(["configmaps"], ["get"], { resourceNames: ["flags"] }),
        { apiGroups: ["batch"], resources: ["*"], verbs: ["list"] },
      ],
      namespace: "shop",
    },
  );
  expect(rightsByPlace(rights, userOf(BOT))).toEqual([
    { where: "in every namespace", may: ["get /metrics", "get, list pods, services"] },
    { where: "in shop", may: ["do anything with deployments.apps", 'get configmaps "flags"', "list everything of batch"] },
  ]);
  expect(rightsByPlace(rights, userOf({ ...BOT, name: "other" }))).toEqual([]);
  const all = rightsOf({
    rules: [
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { nonResourceURLs: ["*"], verbs: ["*"] },
    ],
  });
  expect(rightsByPlace(all, userOf(BOT))).toEqual([{ where: "in every namespace", may: ["do anything with every path, everything"] }]);
  const twice = rightsOf(
    { rules: [core(["pods"], ["list", "get"])], namespace: "shop" },
    { rules: [core(["configmaps", "pods"], ["get", "list"])], namespace: "shop" },
    { rules: [core(["secrets"], ["get"], { resourceNames: ["db", "mail"] })], namespace: "shop" },
  );
  expect(rightsByPlace(twice, userOf(BOT))).toEqual([
    { where: "in shop", may: ['get secrets "db", secrets "mail"', "get, list configmaps, pods"] },
  ]);
});
