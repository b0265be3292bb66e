import { type Attributes, covers, type Rule } from "./attributes.ts";
import type { Grant, Rights } from "./rights.ts";
import { type User } from "./subject.ts";

/** What somebody may do in one place, in words. */
export interface PlaceRights {
  /** `in every namespace`, `in shop`. */
  where: string;
  /** `get, list, watch pods, services`, `do anything with deployments.apps`, `get /metrics`. */
  may: string[];
}

/** A right that leads further than it looks. */
export interface LeadingRight {
  /** Its name in policies, e.g. `token_reads_secrets`. */
  code: string;
  /** What they may do, after "may". */
  may: string;
  where: string;
}

const RBAC = "rbac.authorization.k8s.io";

/** What every account may do by roles that a server makes itself: learning what the API is. */
const EVERYBODYS: ReadonlySet<string> = new Set([
  "system:basic-user",
  "system:discovery",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
]);

interface Leading {
  code: string;
  may: string;
  wants: readonly Attributes[];
  /** A thing of the whole cluster, which no RoleBinding reaches. */
  ofCluster?: true;
}

const wants = (group: string, resources: readonly string[], verbs: readonly string[]): Attributes[] =>
  resources.flatMap((one) => {
    const [resource = "", subresource] = one.split("/");
    return verbs.map((verb) => ({ verb, group, resource, ...(subresource === undefined ? {} : { subresource }) }));
  });

const CHANGES = ["create", "update", "patch"];

/** Rights by which a holder comes to more. Source: Kubernetes documentation, "Role Based Access Control Good Practices". */
const LEADING: readonly Leading[] = [
  { code: "token_reads_secrets", may: "read Secrets", wants: wants("", ["secrets"], ["get", "list", "watch"]) },
  {
    code: "token_runs_programs",
    may: "run programs in pods (exec)",
    wants: [...wants("", ["pods/exec", "pods/attach"], ["create", "get"]), ...wants("", ["pods/ephemeralcontainers"], ["update", "patch"])],
  },
  {
    code: "token_escalates",
    may: "write roles beyond its own rights (escalate)",
    wants: wants(RBAC, ["roles", "clusterroles"], ["escalate"]),
  },
  { code: "token_binds", may: "bind roles beyond its own rights (bind)", wants: wants(RBAC, ["roles", "clusterroles"], ["bind"]) },
  {
    code: "token_impersonates",
    may: "act as others (impersonate)",
    wants: [
      ...wants("", ["users", "groups", "serviceaccounts"], ["impersonate"]),
      ...wants("authentication.k8s.io", ["uids", "userextras"], ["impersonate"]),
    ],
  },
  // A namespace is asked for within itself, so that a RoleBinding in it is enough.
  { code: "token_deletes_namespaces", may: "delete namespaces", wants: wants("", ["namespaces"], ["delete", "deletecollection"]) },
  {
    code: "token_mints_tokens",
    may: "make more tokens, also for when this one has ended",
    wants: wants("", ["serviceaccounts/token"], ["create"]),
  },
  {
    code: "token_reaches_kubelets",
    may: "reach the API of kubelets (nodes/proxy)",
    wants: wants("", ["nodes/proxy"], ["get", "create", "update", "patch", "delete"]),
    ofCluster: true,
  },
  {
    code: "token_runs_pods",
    may: "run pods, as any account of the namespace",
    wants: [
      ...wants("", ["pods", "replicationcontrollers"], ["create"]),
      ...wants("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"], CHANGES),
      ...wants("batch", ["jobs", "cronjobs"], CHANGES),
    ],
  },
  {
    code: "token_grants_rights",
    may: "hand on its rights to others",
    wants: wants(RBAC, ["rolebindings", "clusterrolebindings"], CHANGES),
  },
  {
    code: "token_approves_certificates",
    may: "approve certificates",
    wants: [
      ...wants("certificates.k8s.io", ["certificatesigningrequests/approval"], ["update", "patch"]),
      ...wants("certificates.k8s.io", ["signers"], ["approve", "sign"]),
    ],
    ofCluster: true,
  },
  {
    code: "token_changes_admission",
    may: "change what is admitted to the cluster",
    wants: wants(
      "admissionregistration.k8s.io",
      ["mutatingwebhookconfigurations", "validatingwebhookconfigurations", "mutatingadmissionpolicies", "validatingadmissionpolicies"],
      [...CHANGES, "delete"],
    ),
    ofCluster: true,
  },
];

const isEverything = ({ verbs, apiGroups, resources, resourceNames }: Rule): boolean =>
  verbs.includes("*") && apiGroups.includes("*") && resources.includes("*") && resourceNames.length === 0;

/** Places by name, those of the whole cluster first. */
const byPlace = (left: string, right: string): number =>
  left === right ? 0 : left === EVERYWHERE ? -1 : right === EVERYWHERE ? 1 : left < right ? -1 : 1;

const EVERYWHERE = "in every namespace";

function placeOf({ binding }: Grant): string {
  const namespace: unknown = binding.metadata?.namespace;
  return binding.kind === "RoleBinding" ? `in ${typeof namespace === "string" ? namespace : "?"}` : EVERYWHERE;
}

function grantsOf(rights: Rights, user: User): Grant[] {
  return rights.grantsOf(user).filter(({ role }) => !EVERYBODYS.has(String(role.metadata?.name)));
}

/**
 * All that roles let somebody do, in words, by place. What every account may do to learn what the API is (discovery, asking about itself) is
 * left out.
 */
export function rightsByPlace(rights: Rights, user: User): PlaceRights[] {
  const places = Map.groupBy(grantsOf(rights, user), placeOf);
  return [...places]
    .toSorted(([left], [right]) => byPlace(left, right))
    .map(([where, grants]) => ({ where, may: inWords(grants.map(({ rule }) => rule)) }));
}

/** Rights of somebody that lead further, each once with the places where they have it. */
export function leadingRights(rights: Rights, user: User): LeadingRight[] {
  const grants = grantsOf(rights, user);
  const found: LeadingRight[] = [];
  const tell = (code: string, may: string, which: readonly Grant[]): void => {
    if (which.length === 0) return;
    const places = [...new Set(which.map(placeOf))].toSorted(byPlace);
    const where = places.includes(EVERYWHERE) ? EVERYWHERE : `in ${places.map((place) => place.slice("in ".length)).join(", ")}`;
    found.push({ code, may, where });
  };
  const all = grants.filter(({ rule }) => isEverything(rule));
  tell("token_everything", "do everything", all);
  const rest = grants.filter(({ rule }) => !isEverything(rule));
  for (const { code, may, wants: wanted, ofCluster } of LEADING) {
    // Who may do everything may do this as well, so that rules need one code only.
    tell(
      code,
      may,
      grants.filter((grant) => wanted.some((want) => gives(grant, want, ofCluster === true))),
    );
  }
  tell(
    "token_wildcards",
    "use rights by *, which grow with the cluster",
    rest.filter(({ rule }) => rule.resources.length > 0 && (rule.verbs.includes("*") || rule.resources.includes("*"))),
  );
  return found;
}

/** A rule for some names gives it, too: one Secret is a Secret. */
function gives({ rule, binding }: Grant, want: Attributes, ofCluster: boolean): boolean {
  if (ofCluster && binding.kind === "RoleBinding") return false;
  return covers(rule, rule.resourceNames.length > 0 ? { ...want, name: rule.resourceNames[0]! } : want);
}

/** As people read them: looking, then changing, then the rest. */
const VERBS = ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"];
const byVerb = (left: string, right: string): number => rankOf(left) - rankOf(right) || (left < right ? -1 : left > right ? 1 : 0);
const rankOf = (verb: string): number => (VERBS.includes(verb) ? VERBS.indexOf(verb) : VERBS.length);

/** `get, list pods, pods/log`, `do anything with deployments.apps`, `get secrets "db", secrets "mail"`, `get /metrics`: what has the same verbs together. */
function inWords(rules: readonly Rule[]): string[] {
  const things = new Map<string, Set<string>>();
  for (const rule of rules) {
    const verbs = rule.verbs.includes("*") ? "do anything with" : [...new Set(rule.verbs)].toSorted(byVerb).join(", ");
    const known = things.get(verbs) ?? new Set();
    for (const thing of thingsOf(rule)) known.add(thing);
    things.set(verbs, known);
  }
  return [...things]
    .filter(([, known]) => known.size > 0)
    .map(([verbs, known]) => `${verbs} ${[...known].toSorted().join(", ")}`)
    .toSorted();
}

function thingsOf({ apiGroups, resources, resourceNames, nonResourceURLs }: Rule): string[] {
  const groups = apiGroups.includes("*") ? ["*"] : apiGroups;
  const plain = groups.flatMap((group) => {
    if (resources.includes("*"))
      return [group === "*" ? "everything" : group === "" ? "everything of the core group" : `everything of ${group}`];
    return resources.map((resource) => (group === "" ? resource : `${resource}.${group}`));
  });
  const named =
    resourceNames.length === 0 ? plain : plain.flatMap((thing) => resourceNames.map((name) => `${thing} ${JSON.stringify(name)}`));
  return [...named, ...nonResourceURLs.map((path) => (path === "*" ? "every path" : path))];
}
