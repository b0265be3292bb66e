import { forbidden } from "../api-error.ts";
import type { Cluster, User } from "../cluster.ts";
import type { Fields, KubeObject } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import { authorize, grants, rulesOf } from "./authorizer.ts";

/**
 * Nobody gives rights he has not: a role may hold only rules its author has, unless he may `escalate`; a binding may name only a role whose
 * rules he has, unless he may `bind`. Throws 403.
 */
export function checkEscalation(cluster: Cluster, user: User, resource: Resource, object: KubeObject): void {
  if (resource.group !== "rbac.authorization.k8s.io" || user.groups.includes("system:masters")) return;
  const { namespace, name } = object.metadata;
  const binds = object["roleRef"] !== undefined;
  const role = binds ? object["roleRef"] : { kind: object.kind, name };
  const verb = binds ? "bind" : "escalate";
  const plural = role.kind === "Role" ? "roles" : "clusterroles";
  if (authorize(cluster, user, { verb, group: resource.group, resource: plural, name: role.name, ...(namespace && { namespace }) }).allowed)
    return;
  const wanted: Fields[] = binds ? rulesOf(cluster, role, namespace) : (object["rules"] ?? []);
  const own = [...grants(cluster, user, namespace)].flatMap((grant) => grant.rules);
  const missing = wanted.filter((rule) => !single(rule).every((one) => own.some((mine) => includes(mine, one))));
  if (missing.length === 0) return;
  const list = missing.map(
    (rule) =>
      `{APIGroups:${JSON.stringify(rule["apiGroups"] ?? [])}, Resources:${JSON.stringify(rule["resources"] ?? [])}, Verbs:${JSON.stringify(rule["verbs"])}}`,
  );
  throw forbidden(
    resource,
    name,
    `user ${JSON.stringify(user.name)} (groups=${JSON.stringify(user.groups)}) is attempting to grant RBAC permissions not currently held:\n${list.join("\n")}`,
  );
}

interface Single {
  verb: string;
  group: string;
  resource: string;
}

const single = (rule: Fields): Single[] =>
  (rule["verbs"] ?? []).flatMap((verb: string) =>
    (rule["apiGroups"] ?? []).flatMap((group: string) => (rule["resources"] ?? []).map((resource: string) => ({ verb, group, resource }))),
  );

const has = (list: string[] | undefined, value: string): boolean => list !== undefined && (list.includes("*") || list.includes(value));

const includes = (rule: Fields, one: Single): boolean =>
  has(rule["verbs"], one.verb) &&
  has(rule["apiGroups"], one.group) &&
  has(rule["resources"], one.resource) &&
  (rule["resourceNames"] ?? []).length === 0;
