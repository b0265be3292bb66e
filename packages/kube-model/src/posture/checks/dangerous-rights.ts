import type { Grant } from "../../rights/rights.ts";
import type { Severity } from "../check.ts";
import { gives, isEverything, lower, wants, type Want } from "./granted.ts";

const RBAC = "rbac.authorization.k8s.io";
export const CHANGES = ["create", "update", "patch"] as const;

/** A right that leads further than it says. */
export interface DangerousRight {
  id: string;
  title: string;
  severity: Severity;
  why: string;
  wants: readonly Want[];
  /** What the subject may do, after "May". */
  may: string;
  /** A rule that names its objects gives it, too: one name is enough. */
  anyName?: boolean;
}

export const DANGEROUS_RIGHTS: readonly DangerousRight[] = [
  {
    id: "delete-namespaces",
    title: "Who may delete namespaces",
    severity: "high",
    why: "One word deletes everything in it, volumes and their data included. It has happened.",
    wants: wants("", ["namespaces"], ["delete"]),
    may: "delete namespaces",
  },
  {
    id: "read-secrets",
    title: "Who may read Secrets",
    severity: "high",
    why: "Secrets are passwords of everything else, and tokens of accounts that may do more. To list is to read.",
    wants: wants("", ["secrets"], ["get", "list", "watch"]),
    may: "read Secrets",
  },
  {
    id: "exec",
    title: "Who may run programs in pods",
    severity: "high",
    why: "A shell in a pod has its files, its network and the token of its account; what is done there the audit log does not say.",
    wants: [...wants("", ["pods/exec", "pods/attach"], ["create", "get"]), ...wants("", ["pods/ephemeralcontainers"], ["update", "patch"])],
    may: "run programs in pods",
  },
  {
    id: "escalate",
    title: "Who may give rights they do not have",
    severity: "critical",
    why: "The verb escalate lifts the rule that nobody writes a role of more than they may: it is every right there is, one step later.",
    wants: [...wants(RBAC, ["clusterroles"], ["escalate"], true), ...wants(RBAC, ["roles"], ["escalate"])],
    may: "write roles beyond their own rights (escalate)",
    anyName: true,
  },
  {
    id: "bind",
    title: "Who may bind roles they do not have",
    severity: "critical",
    why: "The verb bind lets them bind any role to themselves, cluster-admin too.",
    wants: wants(RBAC, ["clusterroles", "roles"], ["bind"]),
    may: "bind roles beyond their own rights (bind)",
    anyName: true,
  },
  {
    id: "impersonate",
    title: "Who may act as others",
    severity: "critical",
    why: "Impersonation becomes anybody, system:masters included, and every rule is asked about them instead.",
    wants: [
      ...wants("", ["users", "groups"], ["impersonate"], true),
      ...wants("", ["serviceaccounts"], ["impersonate"]),
      ...wants("authentication.k8s.io", ["uids", "userextras/scopes"], ["impersonate"], true),
    ],
    may: "act as others (impersonate)",
    anyName: true,
  },
  {
    id: "nodes-proxy",
    title: "Who may talk to kubelets",
    severity: "critical",
    why: "nodes/proxy reaches the kubelet's own API, which runs programs in every pod of the node, past admission and the audit log of the server. To get is enough.",
    wants: wants("", ["nodes/proxy"], ["get", "create", "update", "patch", "delete"], true),
    may: "reach the API of kubelets (nodes/proxy)",
    anyName: true,
  },
  {
    id: "approve-certificates",
    title: "Who may approve certificates",
    severity: "high",
    why: "An approved request becomes a credential that lasts for months and that nobody can take back: for any user, with the signer for clients.",
    wants: [
      ...wants("certificates.k8s.io", ["certificatesigningrequests/approval"], ["update", "patch"], true),
      ...wants("certificates.k8s.io", ["signers"], ["approve", "sign"], true),
    ],
    may: "approve certificates",
    anyName: true,
  },
  {
    id: "mint-tokens",
    title: "Who may make tokens of accounts",
    severity: "high",
    why: "A token of an account is that account, with all its rights, away from the cluster too.",
    wants: wants("", ["serviceaccounts/token"], ["create"]),
    may: "make tokens of service accounts",
    anyName: true,
  },
  {
    id: "change-admission",
    title: "Who may change admission",
    severity: "high",
    why: "A webhook reads every object that is written, Secrets too, and changes it on the way; without one, the rules it enforced are gone.",
    wants: wants(
      "admissionregistration.k8s.io",
      ["mutatingwebhookconfigurations", "validatingwebhookconfigurations", "mutatingadmissionpolicies", "validatingadmissionpolicies"],
      [...CHANGES, "delete"],
      true,
    ),
    may: "change what is admitted to the cluster",
    anyName: true,
  },
  {
    id: "grant-rights",
    title: "Who may write bindings",
    severity: "medium",
    why: "They hand on every right they have, to anybody and for ever, where nobody looks for it.",
    wants: [...wants(RBAC, ["clusterrolebindings"], CHANGES, true), ...wants(RBAC, ["rolebindings"], CHANGES)],
    may: "hand on their rights",
  },
  {
    id: "make-volumes",
    title: "Who may make volumes",
    severity: "medium",
    why: "A PersistentVolume of the type hostPath is any folder of a node, for pods that may not mount one themselves.",
    wants: wants("", ["persistentvolumes"], ["create", "patch", "update"], true),
    may: "make volumes of any kind",
  },
];

/** What is dangerous about a right. */
export type Danger = Pick<DangerousRight, "id" | "title" | "severity" | "why">;

const EVERYTHING: Danger = {
  id: "cluster-admin",
  title: "May do everything",
  severity: "critical",
  why: "One stolen credential of these is the whole cluster with everything in it.",
};
const WILDCARD: Danger = {
  id: "wildcard-rights",
  title: "Rights by wildcard",
  severity: "high",
  why: "A * holds for what is added later, too: new resources, and verbs like impersonate and escalate.",
};

/** The worst that a grant gives; one severity less where it is for one namespace. */
export function dangerOf(grant: Grant): Danger | undefined {
  const { rule } = grant;
  const wildcard = rule.resources.length > 0 && (rule.verbs.includes("*") || rule.resources.includes("*"));
  const found: Danger | undefined = isEverything(rule)
    ? EVERYTHING
    : (DANGEROUS_RIGHTS.filter(({ wants: wanted, anyName }) => wanted.some((want) => gives(grant, want, anyName))).toSorted(
        (left, right) => Number(right.severity === "critical") - Number(left.severity === "critical"),
      )[0] ?? (wildcard ? WILDCARD : undefined));
  if (found === undefined) return undefined;
  const { id, title, severity, why } = found;
  return { id, title, severity: grant.binding.kind === "RoleBinding" ? lower(severity) : severity, why };
}
