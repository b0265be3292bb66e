import type { KubeObject } from "@interlock/kube-model";
import { NAMESPACES, PREFIX } from "./drawn.ts";

const API = "rbac.authorization.k8s.io/v1";
const GROUP = "rbac.authorization.k8s.io";

const role = (name: string, rules: object[], rest: object = {}): KubeObject => ({
  apiVersion: API,
  kind: "ClusterRole",
  metadata: { name: `${PREFIX}-${name}` },
  rules,
  ...rest,
});
const bound = (name: string, clusterRole: string, subject: object, namespace?: string): KubeObject => ({
  apiVersion: API,
  kind: namespace === undefined ? "ClusterRoleBinding" : "RoleBinding",
  metadata: { name: `${PREFIX}-${name}`, ...(namespace === undefined ? {} : { namespace }) },
  roleRef: { apiGroup: GROUP, kind: "ClusterRole", name: clusterRole },
  subjects: [subject],
});
const user = (name: string): object => ({ apiGroup: GROUP, kind: "User", name });
const group = (name: string): object => ({ apiGroup: GROUP, kind: "Group", name });

/** Rights that are easily got wrong, one user each, and the roles that every cluster has from its start bound to somebody. */
export const FIXED: readonly KubeObject[] = [
  ...["view", "edit", "admin", "cluster-admin"].flatMap((name) => [
    bound(`${name}-here`, name, user(`${name}-here`), NAMESPACES[0]),
    bound(`${name}-everywhere`, name, group(`${name}-everywhere`)),
  ]),
  ...[
    ["subresource", { verbs: ["*"], apiGroups: ["*"], resources: ["*/scale"] }],
    ["whole", { verbs: ["get"], apiGroups: [""], resources: ["pods"] }],
    ["part", { verbs: ["get"], apiGroups: [""], resources: ["pods/log"] }],
    // No resource is called so: kube-apiserver knows a * before the slash, and none behind it.
    ["parts", { verbs: ["get"], apiGroups: [""], resources: ["pods/*"] }],
    ["named", { verbs: ["*"], apiGroups: [""], resources: ["secrets"], resourceNames: ["one"] }],
    ["named-empty", { verbs: ["*"], apiGroups: [""], resources: ["secrets"], resourceNames: [""] }],
    [
      "impersonator",
      {
        verbs: ["impersonate"],
        apiGroups: ["", "authentication.k8s.io"],
        resources: ["users", "userextras/scopes"],
        resourceNames: ["one"],
      },
    ],
    [
      "approver",
      { verbs: ["approve", "sign"], apiGroups: ["certificates.k8s.io"], resources: ["signers"], resourceNames: ["example.com/*"] },
    ],
    ["binder", { verbs: ["bind", "escalate"], apiGroups: [GROUP], resources: ["clusterroles"], resourceNames: ["view"] }],
    ["every-verb", { verbs: ["*"], apiGroups: ["apps"], resources: ["deployments"] }],
    ["every-resource", { verbs: ["list"], apiGroups: ["apps"], resources: ["*"] }],
    ["every-group", { verbs: ["list"], apiGroups: ["*"], resources: ["deployments"] }],
    ["paths", { verbs: ["get"], nonResourceURLs: ["/metrics", "/logs/*", "/healthz*"] }],
    ["every-path", { verbs: ["*"], nonResourceURLs: ["*"] }],
  ].flatMap(([name, rule]) => [
    role(name as string, [rule as object]),
    bound(`${name as string}-all`, `${PREFIX}-${name as string}`, user(`${name as string}-everywhere`)),
    bound(`${name as string}-one`, `${PREFIX}-${name as string}`, user(`${name as string}-here`), NAMESPACES[1]),
  ]),
];
