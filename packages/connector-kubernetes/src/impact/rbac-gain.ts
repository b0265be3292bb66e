import { type Json, labelsOf, selects } from "@interlock/kube-model";
import { keyOfType } from "./resource-types.ts";
import { BINDINGS, ROLES } from "./rules/subjects.ts";
import type { World, WorldObject } from "./world.ts";

/** One right of one subject. */
export interface Right {
  /** `ServiceAccount web/deployer`, `User alice`, `Group dev`. */
  subject: string;
  /** Namespace, or the whole cluster. */
  namespace?: string;
  verb: string;
  /** `pods`, `deployments.apps`, `pods/exec`, `*.*`, or a path that is no resource. */
  resource: string;
  /** Of that name only. */
  name?: string;
}

/** Rights that lead to others, and how: Kubernetes documentation, "RBAC good practices". */
const ESCALATIONS: readonly { resource: RegExp; verbs: readonly string[]; why: string }[] = [
  { resource: /^\*/, verbs: ["*"], why: "that is everything" },
  { resource: /^(secrets|\*|\*\.\*)$/, verbs: ["get", "list", "watch"], why: "which reads credentials" },
  {
    resource: /^(pods|deployments\.apps|daemonsets\.apps|statefulsets\.apps|replicasets\.apps|jobs\.batch|cronjobs\.batch)$/,
    verbs: ["create"],
    why: "which runs programs as any service account of the namespace",
  },
  {
    resource: /^pods\/(exec|attach|ephemeralcontainers)$|^nodes\/proxy$/,
    verbs: ["create", "get", "patch", "update"],
    why: "which runs programs in pods",
  },
  { resource: /^serviceaccounts\/token$/, verbs: ["create"], why: "which becomes that account" },
  { resource: /^(users|groups|serviceaccounts|userextras)/, verbs: ["impersonate"], why: "which acts as others" },
  { resource: /roles\.rbac|rolebindings\.rbac/, verbs: ["bind", "escalate"], why: "which grants itself any right" },
  { resource: /^certificatesigningrequests\/approval\./, verbs: ["update"], why: "which makes credentials" },
  { resource: /webhookconfigurations\./, verbs: ["create", "update", "patch"], why: "which reads and changes every write" },
];

/** Whom, and where, a change of rights can concern. */
export interface Concerned {
  subjects: ReadonlySet<string>;
  /** Namespaces; "" for the whole cluster. */
  scopes: ReadonlySet<string>;
}

/** Every right that bindings give to these subjects there, and in the whole cluster. Keys make rights comparable. */
export function rightsIn(world: World, { subjects, scopes }: Concerned): Map<string, Right> {
  const rights = new Map<string, Right>();
  // Several bindings often give one role to the same subject.
  const seen = new Set<string>();
  for (const binding of bindingsIn(world, new Set([...scopes, ""]))) {
    const { kind, name }: Json = binding.body?.["roleRef"] ?? {};
    const named = subjectsIn(binding).filter((who) => {
      const given = `${who}\n${binding.namespace ?? ""}\n${kind} ${name}`;
      const fresh = subjects.has(who) && !seen.has(given);
      seen.add(given);
      return fresh;
    });
    const rules = named.length === 0 ? [] : rulesOf(world, binding);
    for (const who of named)
      for (const rule of rules) for (const right of rightsOf(rule, who, binding.namespace)) rights.set(keyOf(right), right);
  }
  return rights;
}

const keyOf = ({ subject, namespace = "", verb, resource, name = "" }: Right): string =>
  [subject, namespace, verb, resource, name].join("\n");

function* bindingsIn(world: World, scopes: Iterable<string>): Iterable<WorldObject> {
  for (const scope of scopes) yield* scope === "" ? world.all(BINDINGS[1]) : world.all(BINDINGS[0], scope);
}

/** Whom changes of bindings and roles, as they are given or as the world has them, can concern. */
export function concernedBy(world: World, changed: readonly WorldObject[]): Concerned {
  const subjects = new Set<string>();
  const scopes = new Set<string>();
  const add = (binding: WorldObject): void => {
    scopes.add(binding.namespace ?? "");
    for (const who of subjectsIn(binding)) subjects.add(who);
  };
  const roles = new Set<string>();
  for (const one of changed) {
    const key = keyOfType(one.type);
    if ((BINDINGS as readonly string[]).includes(key)) {
      add(one);
      const known = world.find(key, one.namespace, one.name);
      if (known !== undefined) add(known);
    } else roles.add(`${one.namespace ?? ""}/${one.name}`);
  }
  if (roles.size === 0) return { subjects, scopes };
  const places = [...roles].map((role) => role.slice(0, role.indexOf("/")));
  // The rules of an aggregated role are those of the roles it selects.
  if (places.includes("")) for (const role of world.all(ROLES[1])) if (isAggregated(role)) roles.add(`/${role.name}`);
  const bindings = places.includes("") ? [...world.all(BINDINGS[0]), ...world.all(BINDINGS[1])] : bindingsIn(world, places);
  for (const binding of bindings) {
    const { kind, name }: Json = binding.body?.["roleRef"] ?? {};
    if (roles.has(`${kind === "ClusterRole" ? "" : (binding.namespace ?? "")}/${name}`)) add(binding);
  }
  return { subjects, scopes };
}

const isAggregated = (role: WorldObject): boolean => Array.isArray(role.body?.["aggregationRule"]?.["clusterRoleSelectors"]);

const subjectsIn = (binding: WorldObject): string[] =>
  ((binding.body?.["subjects"] ?? []) as Json[]).map((subject) => subjectName(subject, binding.namespace));

function subjectName(subject: Json, namespace: string | undefined): string {
  const { kind, name } = subject as { kind: string; name: string };
  return kind === "ServiceAccount" ? `${kind} ${subject["namespace"] ?? namespace ?? ""}/${name}` : `${kind} ${name}`;
}

function rulesOf(world: World, binding: WorldObject): Json[] {
  const reference: Json = binding.body?.["roleRef"] ?? {};
  const role =
    reference["kind"] === "ClusterRole"
      ? world.find(ROLES[1], undefined, reference["name"])
      : world.find(ROLES[0], binding.namespace, reference["name"]);
  if (role === undefined) return [];
  const selectors: Json = role.body?.["aggregationRule"]?.["clusterRoleSelectors"];
  // A controller writes the rules of an aggregated role; what it will write is what the selected roles say.
  if (!Array.isArray(selectors)) return role.body?.["rules"] ?? [];
  const chosen = [...world.all(ROLES[1])].filter(
    (one) => one !== role && selectors.some((selector) => selects(selector, labelsOf(one.body))),
  );
  return chosen.flatMap((one) => (one.body?.["rules"] ?? []) as Json[]);
}

function* rightsOf(rule: Json, subject: string, namespace: string | undefined): Iterable<Right> {
  const at = { subject, ...(namespace === undefined ? {} : { namespace }) };
  for (const verb of (rule["verbs"] ?? []) as string[]) {
    for (const group of (rule["apiGroups"] ?? []) as string[]) {
      for (const plain of (rule["resources"] ?? []) as string[]) {
        const resource = group === "" ? plain : `${plain}.${group}`;
        const names: (string | undefined)[] = rule["resourceNames"] ?? [];
        for (const name of names.length === 0 ? [undefined] : names)
          yield { ...at, verb, resource, ...(name === undefined ? {} : { name }) };
      }
    }
    for (const path of (rule["nonResourceURLs"] ?? []) as string[]) yield { ...at, verb, resource: path };
  }
}

/** Rights as they are asked about: those without a `*` are found by their keys. */
interface Had {
  keys: ReadonlyMap<string, Right>;
  wild: ReadonlyMap<string, readonly Right[]>;
}

/** Whether a right is had already, or a wider one: of the whole cluster, of every name, of every verb, of every resource. */
function covered(right: Right, { keys, wild }: Had): boolean {
  const { namespace: _namespace, ...everywhere } = right;
  for (const one of [right, everywhere]) {
    const { name: _name, ...every } = one;
    if (keys.has(keyOf(one)) || keys.has(keyOf(every))) return true;
  }
  return (wild.get(right.subject) ?? []).some(
    (other) =>
      (other.namespace === undefined || other.namespace === right.namespace) &&
      (other.verb === "*" || other.verb === right.verb) &&
      matches(other.resource, right.resource) &&
      (other.name === undefined || other.name === right.name),
  );
}

function matches(pattern: string, resource: string): boolean {
  if (pattern === resource || pattern === "*.*") return true;
  if (pattern.startsWith("/")) return pattern.endsWith("*") && resource.startsWith(pattern.slice(0, -1));
  const [wide, group = ""] = splitResource(pattern);
  const [plain, own = ""] = splitResource(resource);
  return (wide === "*" || wide === plain) && (group === "*" || group === own);
}

function splitResource(resource: string): [string, string?] {
  const dot = resource.indexOf(".");
  return dot === -1 ? [resource] : [resource.slice(0, dot), resource.slice(dot + 1)];
}

/** Rights that are in `after` and in nothing of `before`. */
export function gained(before: ReadonlyMap<string, Right>, after: ReadonlyMap<string, Right>): Right[] {
  const wide = [...before.values()].filter(({ verb, resource }) => verb === "*" || resource.includes("*"));
  const had: Had = { keys: before, wild: Map.groupBy(wide, (right) => right.subject) };
  return [...after].filter(([key, right]) => !before.has(key) && !covered(right, had)).map(([, right]) => right);
}

export interface Gain {
  subject: string;
  /** `get, list pods and secrets in namespace web`. */
  words: string;
  /** Why it leads further; absent when it does not. */
  escalates?: string;
}

/** Rights in words: of each subject and place, resources with the same verbs together. */
export function told(rights: readonly Right[]): Gain[] {
  const places = Map.groupBy(rights, (right) => JSON.stringify([right.subject, right.namespace]));
  return [...places.values()].map((of) => {
    const { subject, namespace } = of[0]!;
    const verbs = Map.groupBy(of, (right) => (right.name === undefined ? right.resource : `${right.resource} "${right.name}"`));
    const resources = Map.groupBy(verbs, ([, all]) =>
      all
        .map((right) => right.verb)
        .toSorted()
        .join(", "),
    );
    const parts = [...resources].map(
      ([verb, list]) =>
        `${verb} ${list
          .map(([resource]) => resource)
          .toSorted()
          .join(", ")}`,
    );
    const why = of.map(
      (right) =>
        ESCALATIONS.find((one) => one.resource.test(right.resource) && (right.verb === "*" || one.verbs.includes(right.verb)))?.why,
    );
    const escalates = why.find((one) => one !== undefined);
    const where = namespace === undefined ? "in the whole cluster" : `in namespace ${namespace}`;
    return { subject, words: `${parts.join("; ")} ${where}`, ...(escalates === undefined ? {} : { escalates }) };
  });
}
