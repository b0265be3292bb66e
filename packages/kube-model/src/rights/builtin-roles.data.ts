import type { KubeObject } from "../json.ts";

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];

const rule = (group: string, resources: string, verbs: readonly string[]) => ({
  apiGroups: [group],
  resources: resources.split(" "),
  verbs,
});

const VIEW = [
  rule(
    "",
    "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status",
    READ,
  ),
  rule(
    "",
    "bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status namespaces",
    READ,
  ),
  rule("discovery.k8s.io", "endpointslices", READ),
  rule(
    "apps",
    "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
    READ,
  ),
  rule("autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status", READ),
  rule("batch", "cronjobs cronjobs/status jobs jobs/status", READ),
  rule("policy", "poddisruptionbudgets poddisruptionbudgets/status", READ),
  rule("networking.k8s.io", "ingresses ingresses/status networkpolicies", READ),
];

const EDIT = [
  rule("", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy", READ),
  rule("", "serviceaccounts", ["impersonate"]),
  rule("", "pods pods/attach pods/exec pods/portforward pods/proxy", WRITE),
  rule("", "pods/eviction serviceaccounts/token", ["create"]),
  rule(
    "",
    "configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
    WRITE,
  ),
  rule(
    "apps",
    "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale",
    WRITE,
  ),
  rule("autoscaling", "horizontalpodautoscalers", WRITE),
  rule("batch", "cronjobs jobs", WRITE),
  rule("policy", "poddisruptionbudgets", WRITE),
  rule("networking.k8s.io", "ingresses networkpolicies", WRITE),
];

const ADMIN = [
  rule("authorization.k8s.io", "localsubjectaccessreviews", ["create"]),
  rule("rbac.authorization.k8s.io", "rolebindings roles", [...READ, ...WRITE]),
];

const AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-";
const BOOTSTRAPPED = { "kubernetes.io/bootstrapping": "rbac-defaults" };

const role = (name: string, rules: readonly object[], to?: string): KubeObject => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "ClusterRole",
  metadata: { name, labels: { ...BOOTSTRAPPED, ...(to !== undefined && { [`${AGGREGATE}${to}`]: "true" }) } },
  rules,
});

/** A role that is made of those with its label: what operators bring along becomes a part of it. `to`: the one it is a part of itself. */
const aggregated = (name: string, to?: string): KubeObject => ({
  ...role(name, [], to),
  aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${AGGREGATE}${name}`]: "true" } }] },
});

/** Roles that people bind and that every cluster has (Kubernetes documentation, "User-facing roles"; as of 1.32), without their rules put together. */
export const BUILTIN_ROLES: readonly KubeObject[] = [
  role("cluster-admin", [
    { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
    { nonResourceURLs: ["*"], verbs: ["*"] },
  ]),
  aggregated("admin"),
  aggregated("edit", "admin"),
  aggregated("view", "edit"),
  role("system:aggregate-to-admin", ADMIN, "admin"),
  role("system:aggregate-to-edit", EDIT, "edit"),
  role("system:aggregate-to-view", VIEW, "view"),
];
