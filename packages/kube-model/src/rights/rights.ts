import type { Json, KubeObject } from "../json.ts";
import { labelsOf, selects } from "../label-selector.ts";
import { type Attributes, covers, readRules, type Rule } from "./attributes.ts";
import { BUILTIN_ROLES } from "./builtin-roles.data.ts";
import { isNamed, MASTERS, readSubject, userOf, type Subject, type User } from "./subject.ts";

/** One way in which somebody has a right: the binding that names them, and the rule of the role it binds. */
export interface Grant {
  subject: Subject;
  binding: KubeObject;
  /** Place of the subject in the binding's `subjects`. */
  subjectIndex: number;
  /** The role that the rule is written in: of an aggregated role the one that it comes from. */
  role: KubeObject;
  /** Place of the rule in `role.rules`. */
  ruleIndex: number;
  rule: Rule;
}

export interface Decision {
  allowed: boolean;
  /** The first grant that allows it, bindings of the whole cluster before those of the namespace. Absent for `system:masters`. */
  by?: Grant;
}

/** Whoever may do something. One entry for each subject and grant; `system:masters`, who may do all, is not among them. */
export type Holder = Grant;

export interface RightsOptions {
  /**
   * Where the rules of an aggregated ClusterRole come from: `stored` as the server reads them, written there by a controller; `computed`
   * from the roles its selectors choose, for manifests that no controller has seen.
   */
  aggregated: "stored" | "computed";
}

/** The namespace of manifests that name none: whichever they will be applied to (`-n`, a kustomization). Nothing is known to be in it. */
const UNNAMED = "";

/** A binding with what it gives, read once. */
interface Bound {
  binding: KubeObject;
  /** Undefined for a ClusterRoleBinding. */
  namespace: string | undefined;
  subjects: readonly (Subject | undefined)[];
  /** Undefined where the role does not exist. */
  rules: readonly { role: KubeObject; ruleIndex: number; rule: Rule }[] | undefined;
}

/** RFC 1123, as kube-apiserver takes it for a namespace. What a log or an answer says is one may be anything. */
export const isNamespaceName = (text: string): boolean => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text);

const nameOf = (object: KubeObject): string => String(object.metadata?.name ?? "");
const namespaceOf = (object: KubeObject): string => {
  const namespace: Json = object.metadata?.namespace;
  return typeof namespace === "string" ? namespace : UNNAMED;
};

/** With the roles that every cluster has and manifests bind without bringing them along, where the objects have none of that name. */
export function withBuiltinRoles(objects: readonly KubeObject[]): KubeObject[] {
  const own = new Set(objects.filter(({ kind }) => kind === "ClusterRole").map(nameOf));
  return [...objects, ...BUILTIN_ROLES.filter((role) => !own.has(nameOf(role)))];
}

/**
 * Role-based access control as kube-apiserver does it, over Roles, ClusterRoles and their bindings. Rights only add up: nothing denies.
 * Other authorizers of a server (Node, webhooks) are not part of it.
 */
export class Rights {
  /**
   * Namespaces that there are. Undefined where that is not known: none is among the objects, a name was masked on its way here, or they are
   * manifests, which are never all of a cluster.
   */
  readonly namespaces: ReadonlySet<string> | undefined;
  readonly #roles = new Map<string, KubeObject>();
  readonly #clusterRoles: KubeObject[] = [];
  readonly #computed: boolean;
  readonly #ofCluster: Bound[];
  readonly #ofNamespace: Map<string, Bound[]>;
  #byName: Map<string, Grant[]> | undefined;

  /** Takes the RBAC objects and the namespaces among `objects`; others are left alone. */
  constructor(objects: Iterable<KubeObject>, { aggregated }: RightsOptions) {
    this.#computed = aggregated === "computed";
    const bindings: KubeObject[] = [];
    const namespaces = new Set<string>();
    for (const object of objects) {
      if (object.apiVersion === "v1" && object.kind === "Namespace") namespaces.add(nameOf(object));
      if (!String(object.apiVersion).startsWith("rbac.authorization.k8s.io/")) continue;
      if (object.kind === "RoleBinding" || object.kind === "ClusterRoleBinding") bindings.push(object);
      else if (object.kind === "Role") this.#roles.set(`Role ${namespaceOf(object)}/${nameOf(object)}`, object);
      else if (object.kind === "ClusterRole") {
        this.#roles.set(`ClusterRole ${nameOf(object)}`, object);
        this.#clusterRoles.push(object);
      }
    }
    const known = !this.#computed && namespaces.size > 0 && [...namespaces].every(isNamespaceName);
    this.namespaces = known ? namespaces : undefined;
    const bound = bindings.map((binding) => this.#bound(binding));
    this.#ofCluster = bound.filter(({ binding }) => binding.kind === "ClusterRoleBinding");
    this.#ofNamespace = Map.groupBy(
      bound.filter(({ binding, namespace }) => binding.kind === "RoleBinding" && namespace !== undefined),
      ({ namespace }) => namespace!,
    );
  }

  /** Whether `user` may do it, and by what. */
  decide(user: User, wanted: Attributes): Decision {
    if (user.groups.includes(MASTERS)) return { allowed: true };
    for (const grant of this.#granting(wanted)) if (isNamed(grant.subject, user)) return { allowed: true, by: grant };
    return { allowed: false };
  }

  /** Everybody who may do it, by every grant that allows it. */
  whoMay(wanted: Attributes): Holder[] {
    return [...this.#granting(wanted)];
  }

  /** Every grant there is: each subject of each binding with each rule of its role. */
  *grants(): Iterable<Grant> {
    for (const bound of this.#all()) yield* grantsOf(bound);
  }

  /** Every grant that names a user, then those that name one of their groups. */
  grantsOf({ name, groups }: User): Grant[] {
    this.#byName ??= Map.groupBy(this.grants(), ({ subject }) =>
      subject.kind === "Group" ? groupKey(subject.name) : userKey(userOf(subject).name),
    );
    const byName = this.#byName;
    return [userKey(name), ...new Set(groups.map(groupKey))].flatMap((key) => byName.get(key) ?? []);
  }

  /** All roles and bindings. */
  *objects(): Iterable<KubeObject> {
    yield* this.#roles.values();
    for (const { binding } of this.#all()) yield binding;
  }

  /** Bindings whose role does not exist among the objects. */
  *dangling(): Iterable<KubeObject> {
    for (const { binding, rules } of this.#all()) if (rules === undefined) yield binding;
  }

  /** The role that a binding names; undefined where there is none. */
  roleOf(binding: KubeObject): KubeObject | undefined {
    const { kind, name }: Record<string, Json> = binding["roleRef"] ?? {};
    if (kind === "ClusterRole") return this.#roles.get(`ClusterRole ${String(name)}`);
    // A ClusterRoleBinding is in no namespace, so that it cannot name a Role.
    return kind === "Role" && binding.kind === "RoleBinding" ? this.#roles.get(`Role ${namespaceOf(binding)}/${String(name)}`) : undefined;
  }

  *#all(): Iterable<Bound> {
    yield* this.#ofCluster;
    for (const bound of this.#ofNamespace.values()) yield* bound;
  }

  /** Grants that allow it, in the order the server looks: those of the whole cluster, then those of the namespace. */
  *#granting(wanted: Attributes): Iterable<Grant> {
    const local = wanted.path === undefined && wanted.namespace ? (this.#ofNamespace.get(wanted.namespace) ?? []) : [];
    for (const bound of [...this.#ofCluster, ...local]) {
      if (bound.rules?.some(({ rule }) => covers(rule, wanted)) !== true) continue;
      for (const grant of grantsOf(bound)) if (covers(grant.rule, wanted)) yield grant;
    }
  }

  #bound(binding: KubeObject): Bound {
    const namespace = binding.kind === "RoleBinding" ? namespaceOf(binding) : undefined;
    const entries: Json[] = Array.isArray(binding["subjects"]) ? binding["subjects"] : [];
    const role = this.roleOf(binding);
    return {
      binding,
      namespace,
      subjects: entries.map((entry) => readSubject(entry, namespace === UNNAMED ? undefined : namespace)),
      rules: role === undefined ? undefined : this.#rulesOf(role, new Set()),
    };
  }

  #rulesOf(role: KubeObject, seen: Set<KubeObject>): { role: KubeObject; ruleIndex: number; rule: Rule }[] {
    seen.add(role);
    const selectors: Json = role["aggregationRule"]?.["clusterRoleSelectors"];
    if (!this.#computed || !Array.isArray(selectors)) return readRules(role["rules"]).map((rule, ruleIndex) => ({ role, ruleIndex, rule }));
    // What is chosen may be aggregated itself, as `edit` is in `admin`.
    return this.#clusterRoles
      .filter((one) => !seen.has(one) && selectors.some((selector) => selects(selector, labelsOf(one))))
      .flatMap((one) => (seen.has(one) ? [] : this.#rulesOf(one, seen)));
  }
}

const userKey = (name: string): string => `user ${name}`;
const groupKey = (name: string): string => `group ${name}`;

function* grantsOf({ binding, subjects, rules }: Bound): Iterable<Grant> {
  for (const [subjectIndex, subject] of subjects.entries()) {
    if (subject === undefined) continue;
    for (const part of rules ?? []) yield { subject, binding, subjectIndex, ...part };
  }
}
