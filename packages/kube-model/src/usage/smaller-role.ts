import type { Json, KubeObject } from "../json.ts";
import type { Attributes, Rule } from "../rights/attributes.ts";
import { covers } from "../rights/attributes.ts";
import { applyLine, word } from "../posture/fix.ts";
import { isNamespaceName, type Grant, type Rights } from "../rights/rights.ts";
import { MASTERS, subjectText, userOf, type Subject, type User } from "../rights/subject.ts";
import { UNSEEN_VERBS } from "./audit-log.ts";
import type { Use } from "./usage.ts";
import { ruleText } from "./rule-text.ts";
import { rulesFor, type RuleManifest } from "./used-rules.ts";

/** A binding that names somebody, and what of it was used. */
export interface BindingUse {
  binding: KubeObject;
  /** Each rule of its role that is theirs by this binding. */
  grants: readonly Grant[];
  /** How its role is called: `ClusterRole edit`. */
  role: string;
  /** Rights that it gives and that were not used, as texts. */
  unused: string[];
  /** Uses that this binding allows. */
  uses: Use[];
  /** It names them by a group: it cannot be taken from one of its members. */
  byGroup?: string;
  /** It is a part of Kubernetes itself, which an API server puts back when it starts. */
  builtin: boolean;
}

/** What somebody may do, what of it they did, and a smaller role for that. */
export interface LeastPrivilege {
  subject: Subject;
  bindings: BindingUse[];
  /** Uses that no role allows any more: they were done by rights that are gone since, or by another authorizer. */
  unexplained: Use[];
  /** Verbs of the roles that no log shows, and which are kept where a role names them. */
  unseen: string[];
  /** Absent where everything was used, or nothing can be taken away. */
  proposal?: Proposal;
}

export interface Proposal {
  /** Roles and bindings to make first, so that nothing is missing in between. */
  made: KubeObject[];
  /** Bindings that they are taken out of. */
  replaced: KubeObject[];
  /** The whole as lines for kubectl, in their order; what is left out is said in a comment above them. */
  lines: string[];
  /** Namespaces that something was used in and that are gone, so that no role can be made there. */
  vanished: string[];
  /** Rights that go, as texts. */
  gone: string[];
}

const RBAC = "rbac.authorization.k8s.io";
/** Longest name of an object that is also a label elsewhere. */
const NAME_CHARS = 63;

export interface LeastPrivilegeOptions {
  /** Groups that somebody is in besides those of everybody: an identity provider knows them, and the log of the API server. */
  groups?: readonly string[];
}

/**
 * Holds what somebody may do against what they did. A use counts for the narrowest binding that allows it: one of its namespace before one of
 * the whole cluster. The proposed roles allow every use that was seen, but in namespaces that are gone, and nothing that the old ones do not. For
 * a group, `uses` are those of its members.
 */
export function leastPrivilege(
  rights: Rights,
  subject: Subject,
  uses: readonly Use[],
  { groups = [] }: LeastPrivilegeOptions = {},
): LeastPrivilege {
  const known = userOf(subject);
  const user: User = { ...known, groups: [...new Set([...known.groups, ...groups])] };
  const grants = rights.grantsOf(user);
  const byBinding = Map.groupBy(grants, ({ binding }) => binding);
  const of = new Map<KubeObject, Use[]>([...byBinding.keys()].map((binding) => [binding, []]));
  const unexplained: Use[] = [];
  const own = (grant: Grant): boolean => subjectText(grant.subject) === subjectText(subject);
  // Rights that stay whatever is proposed need no role of their own: by groups that everybody of the sort is in, and by bindings of Kubernetes.
  const stays = (grant: Grant): boolean =>
    isBuiltin(grant.binding) || (!own(grant) && grant.subject.kind === "Group" && known.groups.includes(grant.subject.name));
  for (const use of uses.flatMap((one) => byNameWhereNeeded(one, grants))) {
    const allowing = grants.filter((grant) => allows(grant, use));
    const first = allowing.find(stays) ?? narrowest(allowing.filter(own)) ?? narrowest(allowing);
    if (first !== undefined) of.get(first.binding)!.push(use);
    else if (!user.groups.includes(MASTERS)) unexplained.push(use);
  }
  const bindings = [...byBinding].map(([binding, all]): BindingUse => {
    const group = all.find((grant) => !own(grant))?.subject.name;
    const here = of.get(binding)!;
    const rules = [...new Map(all.map((grant) => [grant.rule, grant])).values()];
    return {
      binding,
      grants: rules,
      role: roleText(binding),
      unused: [...new Set(rules.flatMap(({ rule }) => unusedOf(rule, here)))],
      uses: here,
      builtin: isBuiltin(binding),
      ...(group === undefined ? {} : { byGroup: group }),
    };
  });
  const changeable = bindings.filter(({ byGroup, builtin }) => byGroup === undefined && !builtin);
  const kept = keptUnseen(byBinding, changeable);
  const proposal = propose(subject, changeable, kept, byBinding, { name: freeName(rights, subject), namespaces: rights.namespaces });
  return {
    subject,
    bindings,
    unexplained,
    unseen: [...new Set(kept.flatMap(({ rule }) => rule.verbs))].toSorted(),
    ...(proposal === undefined ? {} : { proposal }),
  };
}

/** What an API server makes itself, and makes again (Kubernetes documentation, "Using RBAC Authorization": auto-reconciliation). */
export const isBuiltin = ({ metadata }: KubeObject): boolean =>
  metadata?.labels?.["kubernetes.io/bootstrapping"] === "rbac-defaults" || String(metadata?.name).startsWith("system:");

/** A use as an authorizer was asked about it; with the first of its names, where a rule is for names. */
export function attributesOf({ verb, group, resource, namespace, path, names, unnamed }: Use): Attributes {
  if (path !== undefined) return { verb, path };
  // What is behind the first slash is one: `userextras/example.com/team`.
  const [plural = "", ...rest] = (resource ?? "").split("/");
  const subresource = rest.length === 0 ? undefined : rest.join("/");
  const name = unnamed ? undefined : [...names][0];
  return {
    verb,
    group: group ?? "",
    resource: plural,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

const namespaceOf = ({ kind, metadata }: KubeObject): string | undefined =>
  kind === "RoleBinding" && typeof metadata?.namespace === "string" ? metadata.namespace : undefined;

/** Every name that was used has to be allowed, not just one of them. */
export function allows({ binding, rule }: Pick<Grant, "binding" | "rule">, use: Use): boolean {
  const namespace = namespaceOf(binding);
  if (binding.kind === "RoleBinding" && (use.path !== undefined || use.namespace !== namespace)) return false;
  const wanted = attributesOf(use);
  if (use.unnamed || rule.resourceNames.length === 0) return covers(rule, wanted);
  return [...use.names].every((name) => covers(rule, { ...wanted, name }));
}

/** Names that are allowed by different rules are different uses. */
export function byNameWhereNeeded(use: Use, grants: readonly Grant[]): Use[] {
  if (use.unnamed || use.names.size < 2 || grants.some((grant) => allows(grant, use))) return [use];
  return [...use.names].map((name) => ({ ...use, names: new Set([name]) }));
}

function narrowest(grants: readonly Grant[]): Grant | undefined {
  return grants.find(({ binding }) => binding.kind === "RoleBinding") ?? grants[0];
}

interface Kept {
  namespace: string | undefined;
  rule: RuleManifest;
}

/** Rights whose use no log shows, of roles that name them: taking them away would be a guess. */
function keptUnseen(byBinding: ReadonlyMap<KubeObject, readonly Grant[]>, own: readonly BindingUse[]): Kept[] {
  return own.flatMap(({ binding }) =>
    byBinding.get(binding)!.flatMap(({ rule }): Kept[] => {
      const verbs = rule.verbs.filter((verb) => UNSEEN_VERBS.has(verb));
      return verbs.length === 0 ? [] : [{ namespace: namespaceOf(binding), rule: { ...manifestOf(rule), verbs } }];
    }),
  );
}

export function manifestOf({ apiGroups, resources, resourceNames, nonResourceURLs, verbs }: Rule): RuleManifest {
  return {
    ...(apiGroups.length === 0 ? {} : { apiGroups: [...apiGroups] }),
    ...(resources.length === 0 ? {} : { resources: [...resources] }),
    ...(resourceNames.length === 0 ? {} : { resourceNames: [...resourceNames] }),
    ...(nonResourceURLs.length === 0 ? {} : { nonResourceURLs: [...nonResourceURLs] }),
    verbs: [...verbs],
  };
}

function propose(
  subject: Subject,
  own: readonly BindingUse[],
  kept: readonly Kept[],
  byBinding: ReadonlyMap<KubeObject, readonly Grant[]>,
  { name, namespaces }: { name: string; namespaces: ReadonlySet<string> | undefined },
): Proposal | undefined {
  const isGone = (namespace: string | undefined): boolean => namespace !== undefined && namespaces?.has(namespace) === false;
  // What is used to the last right stays as it is, and what is in a namespace that is ending goes with it.
  const replaced = own.filter(({ binding, unused }) => unused.length > 0 && !isGone(namespaceOf(binding)));
  if (replaced.length === 0) return undefined;
  const places = new Map<string | undefined, { uses: Use[]; kept: RuleManifest[] }>();
  const at = (namespace: string | undefined) => {
    const known = places.get(namespace) ?? { uses: [], kept: [] };
    places.set(namespace, known);
    return known;
  };
  const vanished = new Set<string>();
  for (const use of replaced.flatMap(({ uses }) => uses)) {
    if (isGone(use.namespace)) vanished.add(use.namespace!);
    else at(use.namespace).uses.push(use);
  }
  for (const { binding } of replaced)
    for (const one of kept) if (one.namespace === namespaceOf(binding)) at(one.namespace).kept.push(one.rule);
  const limited = (use: Use): boolean =>
    !replaced.some(
      ({ binding, uses }) =>
        uses.includes(use) && byBinding.get(binding)!.some((grant) => grant.rule.resourceNames.length === 0 && allows(grant, use)),
    );
  const made = [...places]
    .toSorted(([left = ""], [right = ""]) => left.localeCompare(right, "en"))
    .flatMap(([namespace, { uses, kept: more }]) =>
      roleAndBinding(name, namespace, [...rulesFor(uses, limited), ...unique(more)], subject),
    );
  return {
    made,
    replaced: replaced.map(({ binding }) => binding),
    lines: [
      ...(vanished.size === 0 ? [] : [`# ${vanishedText([...vanished].toSorted())}`]),
      ...(made.length === 0 ? [] : [applyLine({ apiVersion: "v1", kind: "List", items: made })]),
      ...replaced.map(({ binding }) => removal(binding, byBinding.get(binding)!)),
    ],
    vanished: [...vanished].toSorted(),
    gone: replaced.flatMap(({ unused }) => unused),
  };
}

/** Names of namespaces that are told one by one. */
const NAMED = 8;

/** A comment is one line: a path that somebody once asked for is no name. */
function vanishedText(namespaces: readonly string[]): string {
  const told = namespaces.filter(isNamespaceName).slice(0, NAMED);
  const more = namespaces.length - told.length;
  const names = [...told, ...(more > 0 ? [`${more} more`] : [])].join(", ");
  return `Left out is what was used in namespaces that are gone (${names}): no role can be made there. One that is made later, also under the same name, needs a role of its own.`;
}

export const unique = (rules: readonly RuleManifest[]): RuleManifest[] => [
  ...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values(),
];

/** A name that no role and no binding has: what is there stays as it is, and is not taken away with what it replaces. */
function freeName(rights: Rights, subject: Subject): string {
  const taken = new Set([...rights.objects()].map(({ metadata }) => String(metadata?.name)));
  const name = roleName(subject);
  let free = name;
  for (let number = 2; taken.has(free); number++) free = `${name}-${number}`;
  return free;
}

/** Says whose it is: two accounts of one name in two namespaces may both have rights in a third. */
function roleName({ namespace, name }: Subject): string {
  const whole = [namespace, name]
    .filter(Boolean)
    .join("-")
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/gu, "-");
  return `${whole.slice(0, NAME_CHARS - "-used".length).replace(/^[^a-z0-9]+|[^a-z0-9]+$/gu, "")}-used`;
}

function roleAndBinding(name: string, namespace: string | undefined, rules: readonly RuleManifest[], subject: Subject): KubeObject[] {
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }) };
  return [
    { apiVersion: `${RBAC}/v1`, kind, metadata, rules },
    {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name },
      subjects: [subjectManifest(subject)],
    },
  ];
}

const subjectManifest = ({ kind, name, namespace }: Subject): Json =>
  kind === "ServiceAccount" ? { kind, name, namespace } : { apiGroup: RBAC, kind, name };

/** Takes somebody out of a binding, and the binding away where nobody is left in it. */
function removal(binding: KubeObject, grants: readonly Grant[]): string {
  const subjects: Json[] = Array.isArray(binding["subjects"]) ? binding["subjects"] : [];
  const indexes = new Set(grants.map(({ subjectIndex }) => subjectIndex));
  const namespace = namespaceOf(binding);
  const kind = String(binding.kind).toLowerCase();
  const what = `${kind} ${word(String(binding.metadata?.name))}${namespace === undefined ? "" : ` -n ${word(namespace)}`}`;
  if (indexes.size >= subjects.length) return `kubectl delete ${what}`;
  // From the last, so that the places of the others stay.
  const operations = [...indexes]
    .toSorted((left, right) => right - left)
    .flatMap((index) => [
      { op: "test", path: `/subjects/${index}/name`, value: subjects[index]?.["name"] },
      { op: "remove", path: `/subjects/${index}` },
    ]);
  return `kubectl patch ${what} --type=json -p ${word(JSON.stringify(operations))}`;
}

function roleText(binding: KubeObject): string {
  const { kind, name }: Record<string, Json> = binding["roleRef"] ?? {};
  return `${String(kind)} ${String(name)}`;
}

/** What of a rule these uses leave: right by right, and of one that says `*` all but them. */
export function unusedOf(rule: Rule, uses: readonly Use[]): string[] {
  const names = rule.resourceNames.length === 0 ? [undefined] : rule.resourceNames;
  const whats = [
    ...rule.apiGroups.flatMap((group) => rule.resources.flatMap((resource) => names.map((name) => ({ group, resource, name })))),
    ...rule.nonResourceURLs.map((path) => ({ path })),
  ];
  return whats.flatMap((what) => {
    const seen = new Set(uses.filter((use) => isOf(what, use)).map(({ verb }) => verb));
    const wide = rule.verbs.includes("*") || ("path" in what ? what.path.endsWith("*") : what.group === "*" || what.resource.includes("*"));
    // No log shows whether the others are used.
    const left = rule.verbs.filter((verb) => (wide || !seen.has(verb)) && !UNSEEN_VERBS.has(verb));
    if (left.length === 0) return [];
    const text = ruleText({
      ...rule,
      verbs: left,
      ...("path" in what
        ? { nonResourceURLs: [what.path] }
        : { apiGroups: [what.group], resources: [what.resource], resourceNames: what.name === undefined ? [] : [what.name] }),
    });
    return [wide && seen.size > 0 ? `${text}, but for ${[...seen].toSorted().join(", ")} of what was used` : text];
  });
}

/** Whether a use is of one resource, or path, of a rule, whatever its verb. */
function isOf(what: { path: string } | { group: string; resource: string; name: string | undefined }, use: Use): boolean {
  const rule: Rule = { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  if ("path" in what) return covers({ ...rule, nonResourceURLs: [what.path] }, attributesOf(use));
  const one = { ...rule, apiGroups: [what.group], resources: [what.resource] };
  if (what.name === undefined) return covers(one, attributesOf(use));
  return covers(one, attributesOf(use)) && use.names.has(what.name);
}
