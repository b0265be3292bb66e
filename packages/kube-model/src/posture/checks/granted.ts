import type { Json } from "../../json.ts";
import type { Attributes, Rule } from "../../rights/attributes.ts";
import { covers } from "../../rights/attributes.ts";
import type { Grant } from "../../rights/rights.ts";
import { MASTERS, subjectText } from "../../rights/subject.ts";
import { evidenceOf, type Draft, type Evidence, type Fix, type Severity, SEVERITIES } from "../check.ts";
import { decide, named, patchLine } from "../fix.ts";
import { type Inventory, isSystemNamespace, namespaceOf } from "../inventory.ts";

/** Groups that are everybody: bindings of Kubernetes itself name them, and so do mistakes. */
export const EVERYBODY: ReadonlySet<string> = new Set([
  "system:authenticated",
  "system:unauthenticated",
  "system:anonymous",
  "system:serviceaccounts",
]);

/** Users and groups by which the makers of a managed cluster run it. */
const PROVIDERS = /^(eks:|aks-(service|support)$|gke-)/;

/** Something that a rule may allow, and whether it is a thing of the whole cluster, which no RoleBinding reaches. */
export interface Want extends Attributes {
  ofCluster?: boolean;
}

/** Every verb with every resource, separated for each of the groups. */
export const wants = (group: string, resources: readonly string[], verbs: readonly string[], ofCluster = false): Want[] =>
  resources.flatMap((one) => {
    const [resource = "", subresource] = one.split("/");
    return verbs.map((verb) => ({
      verb,
      group,
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(ofCluster ? { ofCluster } : {}),
    }));
  });

/** Whether a rule is all there is of resources. */
export const isEverything = ({ verbs, apiGroups, resources, resourceNames }: Rule): boolean =>
  verbs.includes("*") && apiGroups.includes("*") && resources.includes("*") && resourceNames.length === 0;

/** Whether a grant allows it. `anyName`: also where the rule is limited to some names. */
export function gives({ rule, binding }: Grant, want: Want, anyName = false): boolean {
  if (want.ofCluster === true && binding.kind === "RoleBinding") return false;
  return covers(rule, anyName && rule.resourceNames.length > 0 ? { ...want, name: rule.resourceNames[0]! } : want);
}

/**
 * Whether a grant is a part of Kubernetes: of its own bindings, to its own users and controllers. What people give to everybody, or to an
 * account of a workload in kube-system by hand, is told apart from it by the subject alone.
 */
export function isOfSystem({ subject, binding }: Grant): boolean {
  if (isBootstrap(binding)) return !EVERYBODY.has(subject.name) || FOR_EVERYBODY.has(String(binding.metadata?.name));
  if (subject.kind === "ServiceAccount") return isSystemNamespace(subject.namespace);
  if (EVERYBODY.has(subject.name)) return false;
  if (PROVIDERS.test(subject.name)) return true;
  return subject.name === MASTERS || (subject.name.startsWith("system:") && !subject.name.startsWith("system:serviceaccounts:"));
}

/** Bindings that a server makes for everybody by itself (kubernetes.io, "Using RBAC Authorization", API discovery roles). */
const FOR_EVERYBODY: ReadonlySet<string> = new Set([
  "system:basic-user",
  "system:discovery",
  "system:public-info-viewer",
  "system:service-account-issuer-discovery",
]);

/** A binding that a server makes when it starts: it has the label, and the name of its role. The label alone is anybody's to set. */
function isBootstrap({ metadata, roleRef }: Grant["binding"]): boolean {
  const name = String(metadata?.name);
  if (metadata?.labels?.["kubernetes.io/bootstrapping"] !== "rbac-defaults" || (roleRef as Json)?.["name"] !== name) return false;
  return name === "cluster-admin" || name.startsWith("system:");
}

/** `get,list secrets ["db"]`. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): string {
  const groups = apiGroups.filter((group) => group !== "").join(",");
  const what = resources.length > 0 ? `${resources.join(",")}${groups === "" ? "" : ` (${groups})`}` : nonResourceURLs.join(",");
  return `${verbs.join(",")} ${what}${resourceNames.length > 0 ? ` [${resourceNames.join(",")}]` : ""}`;
}

/** Most pieces of evidence of one finding; who has a right by more bindings than that has it by these, too. */
const EVIDENCE = 12;

/** The bindings that name the subject, and the rules that give it. */
export function evidenceOfGrants(grants: readonly Grant[], inventory: Inventory): Evidence[] {
  const found = new Map<string, Evidence>();
  for (const { subject, binding, subjectIndex, role, ruleIndex, rule } of grants) {
    const pieces = [
      evidenceOf(inventory.sourceOf(binding), ["subjects", subjectIndex], subjectText(subject)),
      evidenceOf(inventory.sourceOf(role), ["rules", ruleIndex], ruleText(rule)),
    ];
    for (const piece of pieces) found.set(`${piece.object} ${piece.path}`, piece);
    if (found.size >= EVIDENCE) break;
  }
  return [...found.values()];
}

/** Takes the subject out of the bindings. Where a binding gives other rights as well that is only one of the ways. */
function fixOf(grants: readonly Grant[], question: string, rights: ReadonlyMap<Grant["binding"], number> | undefined): Fix {
  const lines: string[] = [];
  let whole = true;
  for (const [binding, list] of Map.groupBy(grants, (grant) => grant.binding)) {
    const { subjectIndex, subject } = list[0]!;
    const subjects = binding["subjects"] as unknown[];
    const at = `/subjects/${subjectIndex}`;
    lines.push(
      subjects.length === 1
        ? `kubectl delete ${named(binding)}`
        : // The test keeps the line from taking out another subject, should the list have changed. An address is masked wherever it is shown.
          patchLine(
            binding,
            [...(subject.name.includes("@") ? [] : [{ op: "test", path: `${at}/name`, value: subject.name }]), { op: "remove", path: at }],
            "json",
          ),
    );
    whole &&=
      rights === undefined ||
      // A rule about several resources gives more than what was looked for.
      new Set(
        list.filter(({ rule }) => rule.resources.length <= 1).map(({ ruleIndex, role }) => `${String(role.metadata?.name)} ${ruleIndex}`),
      ).size >= (rights.get(binding) ?? 0);
  }
  const decision = whole ? question : `${question} The bindings give other rights, too: where those are needed, bind a smaller role first.`;
  return whole ? { lines, decision } : { lines: [], choices: lines, decision };
}

/** A right in one namespace weighs less than one in all. */
export const lower = (severity: Severity): Severity => SEVERITIES[Math.min(SEVERITIES.indexOf(severity) + 1, SEVERITIES.length - 1)]!;

interface Words {
  severity: Severity;
  says(where: string, grants: readonly Grant[]): string;
  question: string;
  /** What else the bindings give goes with it. */
  all?: boolean;
}

/** One finding for each subject, with everything that gives it the right. A right in one namespace weighs less than one in all. */
export function* bySubject(
  grants: readonly Grant[],
  inventory: Inventory,
  { severity, says, question, all = false }: Words,
): Iterable<Draft> {
  if (grants.length === 0) return;
  const rights = new Map<Grant["binding"], number>();
  for (const { binding } of new Set(grants)) rights.set(binding, rulesOf(inventory, binding));
  for (const [subject, list] of Map.groupBy(grants, (grant) => subjectText(grant.subject))) {
    const namespaces = new Set(list.map(({ binding }) => (binding.kind === "RoleBinding" ? (namespaceOf(binding) ?? "") : undefined)));
    const wide = namespaces.has(undefined);
    const some = [...namespaces].filter((one) => one !== undefined);
    const where = wide
      ? "in the whole cluster"
      : some.length > 3
        ? `in ${some.length} namespaces`
        : `in ${some.map((one) => one || "the namespace it is applied to").join(", ")}`;
    const own = list.filter((grant) => !isOfSystem(grant));
    yield {
      object: subject,
      namespace: list[0]!.subject.namespace ?? (wide ? undefined : some[0] || undefined),
      says: says(where, list),
      evidence: evidenceOfGrants(own.length > 0 ? own : list, inventory),
      // Without its own bindings a cluster does not work.
      fix: own.length > 0 ? fixOf(own, question, all ? undefined : rights) : decide("Leave it as Kubernetes made it."),
      severity: wide ? severity : lower(severity),
      system: own.length === 0,
    };
  }
}

/** How many rules a binding gives. */
function rulesOf(inventory: Inventory, binding: Grant["binding"]): number {
  const rules: unknown = inventory.rights.roleOf(binding)?.["rules"];
  return Array.isArray(rules) ? rules.length : 0;
}
