import type { Grant } from "../../rights/rights.ts";
import { subjectText, userOf } from "../../rights/subject.ts";
import { evidenceOf, type Check, type Draft, type Severity } from "../check.ts";
import { decide, named } from "../fix.ts";
import { type Inventory, namespaceOf } from "../inventory.ts";
import { draft } from "../rules.ts";
import { evidenceOfGrants, gives, isEverything, isOfSystem, wants, type Want } from "./granted.ts";
import { RBAC_KINDS, RUNS_PODS } from "./rights.ts";

const RBAC = "rbac.authorization.k8s.io";
const CHANGES = ["create", "update", "patch"];

const DEPLOYS = RUNS_PODS;
const READS_SECRETS: readonly Want[] = wants("", ["secrets"], ["get", "list", "watch"]);
/** To approve is to let in what others may not let in themselves: rights, credentials, exceptions from what is enforced. */
const APPROVES: readonly Want[] = [
  ...wants(RBAC, ["clusterrolebindings"], CHANGES, true),
  ...wants(RBAC, ["rolebindings"], CHANGES),
  ...wants(RBAC, ["clusterroles", "roles"], ["bind", "escalate"]),
  ...wants("certificates.k8s.io", ["certificatesigningrequests/approval"], ["update", "patch"], true),
  ...wants(
    "admissionregistration.k8s.io",
    [
      "mutatingwebhookconfigurations",
      "validatingwebhookconfigurations",
      "validatingadmissionpolicies",
      "validatingadmissionpolicybindings",
    ],
    [...CHANGES, "delete"],
    true,
  ),
];

const scopeOf = ({ binding }: Grant): string | undefined => (binding.kind === "RoleBinding" ? namespaceOf(binding) : undefined);

/** Grants of both duties that meet in one namespace; a right in the whole cluster meets every other. */
function meeting(first: readonly Grant[], second: readonly Grant[]): { where: string | undefined; grants: Grant[] } | undefined {
  const pairs = first.flatMap((one) => {
    const other = second.find((two) => scopeOf(one) === undefined || scopeOf(two) === undefined || scopeOf(one) === scopeOf(two));
    return other === undefined ? [] : [{ where: scopeOf(one) ?? scopeOf(other), grants: [one, other] }];
  });
  return pairs.find(({ where }) => where === undefined) ?? pairs[0];
}

function both(id: string, title: string, severity: Severity, why: string, wanted: readonly Want[], says: (where: string) => string): Check {
  return {
    id,
    title,
    severity,
    area: "duties",
    why,
    reads: RBAC_KINDS,
    *find(inventory) {
      for (const { subject, grants } of holders(inventory)) {
        const own = grants.filter((grant) => !isEverything(grant.rule));
        const deploys = own.filter((grant) => DEPLOYS.some((want) => gives(grant, want)));
        const met = meeting(
          deploys,
          own.filter((grant) => wanted.some((want) => gives(grant, want, true))),
        );
        if (met === undefined) continue;
        const where = met.where === undefined ? "in the whole cluster" : `in ${met.where}`;
        yield {
          object: subject,
          namespace: met.grants[0]!.subject.namespace ?? met.where,
          says: says(where),
          evidence: evidenceOfGrants(met.grants, inventory),
          fix: decide("Which of the two is theirs? Leave that, and give the other to somebody else; one binding for each duty."),
          ...(met.where === undefined ? {} : { severity: severity === "high" ? "medium" : "low" }),
          system: grants.every(isOfSystem),
        } satisfies Draft;
      }
    },
  };
}

/** Every subject with what it has itself and by the groups that everybody of its sort is in. */
function holders(inventory: Inventory): { subject: string; grants: Grant[] }[] {
  const byText = Map.groupBy(inventory.rights.grants(), ({ subject }) => subjectText(subject));
  return [...byText].map(([subject, own]) => {
    const groups = userOf(own[0]!.subject).groups.filter((group) => subject !== `Group ${group}`);
    return { subject, grants: [...own, ...groups.flatMap((group) => byText.get(`Group ${group}`) ?? [])] };
  });
}

/** Duties that one person or account should not have both of. */
export const DUTIES: readonly Check[] = [
  both(
    "deploys-and-approves",
    "Who deploys and approves",
    "high",
    "Who can deploy and also change what is admitted, or hand out rights, needs nobody's agreement: no second person stands between a mistake, or a thief, and production.",
    APPROVES,
    (where) => `Deploys and also hands out rights or changes what is admitted, ${where}.`,
  ),
  both(
    "deploys-and-reads-secrets",
    "Who deploys and reads Secrets",
    "medium",
    "Deploying needs the names of Secrets, not their values: who has both can take production's passwords along and use them elsewhere.",
    READS_SECRETS,
    (where) => `Deploys and also reads the values of Secrets, ${where}.`,
  ),
  {
    id: "binding-dangling",
    title: "Bindings of what does not exist",
    severity: "medium",
    area: "rights",
    why: "They give nothing today; whoever makes a role or an account of that name has it tomorrow, and nobody reviews that.",
    reads: RBAC_KINDS,
    against: ["/ServiceAccount"],
    *find(inventory) {
      const dangling = [...inventory.rights.dangling()];
      // What is not among manifests may be in the cluster; that it is not known is said of every check of rights.
      if (inventory.from === "manifests") return;
      if (!inventory.knows(`${RBAC}/Role`, `${RBAC}/ClusterRole`)) return;
      for (const binding of dangling) {
        const { kind, name } = binding["roleRef"] ?? {};
        yield draft(
          inventory.sourceOf(binding),
          `It binds ${String(kind)} ${String(name)}, which does not exist.`,
          [{ path: ["roleRef"] }],
          {
            lines: [`kubectl delete ${named(binding)}`],
          },
        );
      }
      if (!inventory.knows("/ServiceAccount")) return;
      for (const kind of [`${RBAC}/RoleBinding`, `${RBAC}/ClusterRoleBinding`]) {
        for (const source of inventory.all(kind)) {
          const lost = accountsOf(source.object).filter(
            ({ namespace, name }) => inventory.find("/ServiceAccount", namespace, name) === undefined,
          );
          if (lost.length === 0) continue;
          const found = draft(
            source,
            `It names ${lost.map(({ namespace, name }) => `${namespace ?? ""}/${name}`).join(", ")}: no such service account.`,
            [],
            decide("Is it to come, or was it deleted? Take what is gone out of the binding."),
          );
          const bootstrap = source.object.metadata?.labels?.["kubernetes.io/bootstrapping"] === "rbac-defaults";
          yield {
            ...found,
            evidence: lost.map(({ index }) => evidenceOf(source, ["subjects", index])),
            system: found.system || bootstrap || lost.every(({ namespace }) => namespace === "kube-system"),
          };
        }
      }
    },
  },
];

function accountsOf(binding: Grant["binding"]): { namespace: string | undefined; name: string; index: number }[] {
  const subjects: unknown = binding["subjects"];
  if (!Array.isArray(subjects)) return [];
  return subjects.flatMap((subject: Record<string, unknown> | null, index) =>
    subject?.["kind"] === "ServiceAccount"
      ? [{ namespace: String(subject["namespace"] ?? namespaceOf(binding) ?? ""), name: String(subject["name"]), index }]
      : [],
  );
}
