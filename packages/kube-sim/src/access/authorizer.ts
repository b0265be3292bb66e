import type { Cluster, User } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";

/** What somebody wants to do, as RBAC judges it. */
export interface Attributes {
  verb: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  /** A path that is no resource, e.g. `/healthz`. */
  path?: string;
}

export interface Decision {
  allowed: boolean;
  reason: string;
}

const RBAC = "rbac.authorization.k8s.io";

/** Role-based access control over the Roles and bindings of the cluster. `system:masters` may do everything. */
export function authorize(cluster: Cluster, user: User, wanted: Attributes): Decision {
  if (user.groups.includes("system:masters")) return { allowed: true, reason: "" };
  for (const { rules, binding, role } of grants(cluster, user, wanted.namespace)) {
    if (!rules.some((rule) => covers(rule, wanted))) continue;
    const scope =
      binding.metadata.namespace === undefined ? binding.metadata.name : `${binding.metadata.name}/${binding.metadata.namespace}`;
    return {
      allowed: true,
      reason: `RBAC: allowed by ${binding.kind} ${JSON.stringify(scope)} of ${role.kind} ${JSON.stringify(role.name)} to ${shown(binding, user)}`,
    };
  }
  return { allowed: false, reason: "" };
}

const shown = (binding: KubeObject, user: User): string => {
  const subject = (binding["subjects"] ?? []).find((one: Fields) => isSubject(one, user));
  return subject?.kind === "ServiceAccount"
    ? `ServiceAccount "${subject.name}/${subject.namespace}"`
    : `${subject?.kind} "${subject?.name}"`;
};

interface Grant {
  rules: Fields[];
  binding: KubeObject;
  role: { kind: string; name: string };
}

/** Every binding that names this user, cluster-wide ones first, with the rules it gives. */
export function* grants(cluster: Cluster, user: User, namespace: string | undefined): Generator<Grant> {
  const bindings = [
    ...cluster.store.list(`${RBAC}/clusterrolebindings`),
    ...(namespace === undefined || namespace === "" ? [] : cluster.store.list(`${RBAC}/rolebindings`, namespace)),
  ];
  for (const binding of bindings) {
    if (!(binding["subjects"] ?? []).some((subject: Fields) => isSubject(subject, user))) continue;
    const role = binding["roleRef"] as { kind: string; name: string };
    yield { rules: rulesOf(cluster, role, binding.metadata.namespace), binding, role };
  }
}

/** As they are stored: those of an aggregated role are written by its controller. */
export function rulesOf(cluster: Cluster, role: { kind: string; name: string }, namespace: string | undefined): Fields[] {
  const [storage, where] = role.kind === "Role" ? [`${RBAC}/roles`, namespace] : [`${RBAC}/clusterroles`, undefined];
  return cluster.store.get(storage, where, role.name)?.["rules"] ?? [];
}

function isSubject(subject: Fields, user: User): boolean {
  switch (subject["kind"]) {
    case "User":
      return subject["name"] === user.name;
    case "Group":
      return user.groups.includes(subject["name"]);
    case "ServiceAccount":
      return user.name === `system:serviceaccount:${subject["namespace"]}:${subject["name"]}`;
    default:
      return false;
  }
}

const has = (list: string[] | undefined, value: string): boolean => list !== undefined && (list.includes("*") || list.includes(value));

export function covers(rule: Fields, wanted: Attributes): boolean {
  if (!has(rule["verbs"], wanted.verb)) return false;
  if (wanted.path !== undefined) {
    return (rule["nonResourceURLs"] ?? []).some(
      (one: string) => one === wanted.path || (one.endsWith("*") && wanted.path!.startsWith(one.slice(0, -1))),
    );
  }
  if (!has(rule["apiGroups"], wanted.group ?? "")) return false;
  const resource =
    wanted.subresource === undefined || wanted.subresource === "" ? wanted.resource! : `${wanted.resource}/${wanted.subresource}`;
  const resources: string[] = rule["resources"] ?? [];
  const matches =
    resources.includes("*") ||
    resources.includes(resource) ||
    (wanted.subresource !== undefined && resources.includes(`*/${wanted.subresource}`));
  const names: string[] | undefined = rule["resourceNames"];
  return matches && (names === undefined || names.length === 0 || (wanted.name !== undefined && names.includes(wanted.name)));
}
