import type { KubeObject } from "@interlock/kube-model";
import type { Chance } from "../chance.ts";

/** Begins the name of everything that is drawn, so that it can be told from what a cluster has. */
export const PREFIX = "interlock-score-rights";
const API = "rbac.authorization.k8s.io/v1";
const GROUP = "rbac.authorization.k8s.io";

export const NAMESPACES = [`${PREFIX}-a`, `${PREFIX}-b`] as const;
export const USERS = ["ann", "bob", "cleo"] as const;
export const GROUPS = [
  "oncall",
  "dev",
  "system:authenticated",
  "system:serviceaccounts",
  `system:serviceaccounts:${NAMESPACES[0]}`,
] as const;
export const ACCOUNTS = ["web", "job"] as const;
export const VERBS = [
  "get",
  "list",
  "watch",
  "create",
  "update",
  "patch",
  "delete",
  "deletecollection",
  "bind",
  "escalate",
  "impersonate",
  "use",
] as const;
/** Group, resource, subresource. */
export const RESOURCES: readonly (readonly [string, string, string])[] = [
  ["", "pods", ""],
  ["", "pods", "exec"],
  ["", "pods", "log"],
  ["", "secrets", ""],
  ["", "serviceaccounts", "token"],
  ["", "nodes", "proxy"],
  ["", "namespaces", ""],
  ["apps", "deployments", ""],
  ["apps", "deployments", "scale"],
  ["apps", "statefulsets", "scale"],
  ["apps", "statefulsets", "status"],
  [GROUP, "roles", ""],
  [GROUP, "clusterroles", ""],
  ["shop.example", "orders", ""],
  ["shop.example", "orders", "scale"],
];
export const NAMES = ["one", "two"] as const;
export const PATHS = ["/metrics", "/logs", "/logs/a", "/healthz/etcd", "/api", "/"] as const;

const WRITTEN = [
  "*",
  "pods",
  "pods/*",
  "pods/exec",
  "pods/log",
  "secrets",
  "*/scale",
  "*/log",
  "deployments",
  "deployments/scale",
  "serviceaccounts/token",
  "nodes/proxy",
  "roles",
  "*/*",
  "orders",
];
const WRITTEN_PATHS = ["*", "/metrics", "/logs/*", "/healthz*", "/api", "/lo*"];

function rule(chance: Chance): object {
  const verbs = chance.onceIn(8) ? ["*"] : chance.some(VERBS, chance.between(1, 3));
  return {
    verbs,
    apiGroups: chance.onceIn(6) ? ["*"] : chance.some(["", "apps", GROUP, "shop.example"], chance.between(1, 2)),
    resources: chance.some(WRITTEN, chance.between(1, 3)),
    ...(chance.onceIn(4) ? { resourceNames: chance.some(NAMES, 1) } : {}),
  };
}

/** Roles and bindings of every form: by name and by wildcard, of the cluster and of namespaces, aggregated over several steps, and of nothing. */
export function drawRoles(chance: Chance, run: string): KubeObject[] {
  const name = (kind: string, at: number): string => `${PREFIX}-${run}-${kind}-${at}`;
  const objects: KubeObject[] = [];
  const roles: { kind: string; name: string; namespace?: string }[] = [{ kind: "ClusterRole", name: name("none", 0) }];
  for (let at = 0; at < 10; at++) {
    const rules: object[] = Array.from({ length: chance.between(1, 3) }, () => rule(chance));
    if (chance.onceIn(3))
      rules.push({ verbs: chance.onceIn(4) ? ["*"] : ["get"], nonResourceURLs: chance.some(WRITTEN_PATHS, chance.between(1, 2)) });
    const labels = { [`${PREFIX}/${run}-to`]: chance.one(["0", "1", "none"]) };
    objects.push({ apiVersion: API, kind: "ClusterRole", metadata: { name: name("cluster", at), labels }, rules });
    roles.push({ kind: "ClusterRole", name: name("cluster", at) });
  }
  // The second chooses the first, which is aggregated itself.
  for (const at of [0, 1]) {
    const clusterRoleSelectors = [{ matchLabels: { [`${PREFIX}/${run}-to`]: String(at) } }];
    objects.push({
      apiVersion: API,
      kind: "ClusterRole",
      metadata: { name: name("sum", at), labels: { [`${PREFIX}/${run}-to`]: String(at + 1) } },
      aggregationRule: { clusterRoleSelectors },
      rules: [],
    });
    roles.push({ kind: "ClusterRole", name: name("sum", at) }, { kind: "ClusterRole", name: name("sum", at) });
  }
  for (const namespace of NAMESPACES) {
    for (let at = 0; at < 4; at++) {
      objects.push({ apiVersion: API, kind: "Role", metadata: { name: name("role", at), namespace }, rules: [rule(chance), rule(chance)] });
      roles.push({ kind: "Role", name: name("role", at), namespace });
    }
  }
  for (let at = 0; at < 24; at++) {
    const wide = chance.onceIn(3);
    const namespace = chance.one(NAMESPACES);
    const role = chance.one(roles.filter((one) => one.namespace === undefined || (!wide && one.namespace === namespace)));
    objects.push({
      apiVersion: API,
      kind: wide ? "ClusterRoleBinding" : "RoleBinding",
      metadata: { name: name("bound", at), ...(wide ? {} : { namespace }) },
      roleRef: { apiGroup: GROUP, kind: role.kind, name: role.name },
      subjects: Array.from({ length: chance.between(1, 2) }, () => subject(chance)),
    });
  }
  return objects;
}

function subject(chance: Chance): object {
  switch (chance.below(4)) {
    case 0:
      return { apiGroup: GROUP, kind: "Group", name: chance.one(GROUPS) };
    case 1:
      return { kind: "ServiceAccount", namespace: chance.one(NAMESPACES), name: chance.one(ACCOUNTS) };
    case 2:
      // An account by the name that it has as a user.
      return { apiGroup: GROUP, kind: "User", name: `system:serviceaccount:${chance.one(NAMESPACES)}:${chance.one(ACCOUNTS)}` };
    default:
      return { apiGroup: GROUP, kind: "User", name: chance.one(USERS) };
  }
}
