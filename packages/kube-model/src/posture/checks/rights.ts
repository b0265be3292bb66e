import type { Check, Severity } from "../check.ts";
import { bySubject, EVERYBODY, gives, isEverything, isOfSystem, wants, type Want } from "./granted.ts";

const RBAC = "rbac.authorization.k8s.io";
export const RBAC_KINDS: readonly string[] = [`${RBAC}/Role`, `${RBAC}/ClusterRole`, `${RBAC}/RoleBinding`, `${RBAC}/ClusterRoleBinding`];
const CHANGES = ["create", "update", "patch"] as const;

interface RightRule {
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

/** What makes pods. */
export const RUNS_PODS: readonly Want[] = [
  ...wants("", ["pods", "replicationcontrollers"], ["create"]),
  ...wants("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"], CHANGES),
  ...wants("batch", ["jobs", "cronjobs"], CHANGES),
];

const QUESTION = "Who needs it, and for what? Rights that are used once a year are better given for an hour.";

/** A check of who may do something. Who may do everything is told by `cluster-admin` alone. */
const right = ({ wants: wanted, may, anyName, ...about }: RightRule): Check => ({
  ...about,
  area: "rights",
  reads: RBAC_KINDS,
  *find(inventory) {
    const grants = [...inventory.rights.grants()].filter(
      (grant) => !isEverything(grant.rule) && wanted.some((want) => gives(grant, want, anyName)),
    );
    yield* bySubject(grants, inventory, { severity: about.severity, says: (where) => `May ${may} ${where}.`, question: QUESTION });
  },
});

/** Who may do what leads further. */
export const RIGHTS: readonly Check[] = [
  {
    id: "cluster-admin",
    title: "Who may do everything",
    severity: "critical",
    area: "rights",
    why: "One stolen credential of these is the whole cluster with everything in it; no other rule of this cluster holds for them.",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter((grant) => isEverything(grant.rule));
      yield* bySubject(grants, inventory, {
        severity: "critical",
        says: (where) => `May do everything ${where}.`,
        question: "What does it do in fact? Bind a role of that; keep one way in for emergencies, under lock and log.",
        all: true,
      });
    },
  },
  {
    id: "wildcard-rights",
    title: "Rights by wildcard",
    severity: "high",
    area: "rights",
    why: "A * holds for what is added later, too: new resources, Secrets of an operator that is installed next year, verbs like impersonate and escalate.",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter(
        ({ rule }) => !isEverything(rule) && rule.resources.length > 0 && (rule.verbs.includes("*") || rule.resources.includes("*")),
      );
      yield* bySubject(grants, inventory, {
        severity: "high",
        says: (where) => `Has rights by * ${where}.`,
        question: "Which verbs and resources are meant? Name them.",
      });
    },
  },
  right({
    id: "delete-namespaces",
    title: "Who may delete namespaces",
    severity: "high",
    why: "One word deletes everything in it, volumes and their data included. It has happened.",
    wants: wants("", ["namespaces"], ["delete"]),
    may: "delete namespaces",
  }),
  right({
    id: "read-secrets",
    title: "Who may read Secrets",
    severity: "high",
    why: "Secrets are passwords of everything else, and tokens of accounts that may do more. To list is to read.",
    wants: wants("", ["secrets"], ["get", "list", "watch"]),
    may: "read Secrets",
  }),
  right({
    id: "exec",
    title: "Who may run programs in pods",
    severity: "high",
    why: "A shell in a pod has its files, its network and the token of its account; what is done there the audit log does not say.",
    wants: [...wants("", ["pods/exec", "pods/attach"], ["create", "get"]), ...wants("", ["pods/ephemeralcontainers"], ["update", "patch"])],
    may: "run programs in pods",
  }),
  right({
    id: "escalate",
    title: "Who may give rights they do not have",
    severity: "critical",
    why: "The verb escalate lifts the rule that nobody writes a role of more than they may: it is every right there is, one step later.",
    wants: [...wants(RBAC, ["clusterroles"], ["escalate"], true), ...wants(RBAC, ["roles"], ["escalate"])],
    may: "write roles beyond their own rights (escalate)",
    anyName: true,
  }),
  right({
    id: "bind",
    title: "Who may bind roles they do not have",
    severity: "critical",
    why: "The verb bind lets them bind any role to themselves, cluster-admin too.",
    wants: wants(RBAC, ["clusterroles", "roles"], ["bind"]),
    may: "bind roles beyond their own rights (bind)",
    anyName: true,
  }),
  right({
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
  }),
  right({
    id: "nodes-proxy",
    title: "Who may talk to kubelets",
    severity: "critical",
    why: "nodes/proxy reaches the kubelet's own API, which runs programs in every pod of the node, past admission and the audit log of the server. To get is enough.",
    wants: wants("", ["nodes/proxy"], ["get", "create", "update", "patch", "delete"], true),
    may: "reach the API of kubelets (nodes/proxy)",
    anyName: true,
  }),
  {
    id: "run-in-kube-system",
    title: "Who may run pods in kube-system",
    severity: "critical",
    area: "rights",
    why: "A pod there can work as any account of the controllers of Kubernetes, and few rules are enforced there.",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter(
        (grant) =>
          grant.binding.kind === "RoleBinding" &&
          grant.binding.metadata?.namespace === "kube-system" &&
          (isEverything(grant.rule) || RUNS_PODS.some((want) => gives(grant, want))),
      );
      // The severity of a right in one namespace is one lower; this namespace is as good as the cluster.
      for (const found of bySubject(grants, inventory, {
        severity: "critical",
        says: (where) => `May run pods ${where}.`,
        question: QUESTION,
      }))
        yield { ...found, severity: "critical" as const };
    },
  },
  {
    id: "run-pods",
    title: "Who may run pods in every namespace",
    severity: "high",
    area: "rights",
    why: "Who makes a pod chooses its account and its mounts: all rights of all accounts, every Secret that a pod may mount, and with privileged pods the nodes.",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter(
        (grant) => grant.binding.kind === "ClusterRoleBinding" && !isEverything(grant.rule) && RUNS_PODS.some((want) => gives(grant, want)),
      );
      yield* bySubject(grants, inventory, {
        severity: "high",
        says: (where) => `May run pods ${where}.`,
        question: "In which namespaces? Bind the role there, by RoleBindings.",
      });
    },
  },
  right({
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
  }),
  right({
    id: "mint-tokens",
    title: "Who may make tokens of accounts",
    severity: "high",
    why: "A token of an account is that account, with all its rights, away from the cluster too.",
    wants: wants("", ["serviceaccounts/token"], ["create"]),
    may: "make tokens of service accounts",
    anyName: true,
  }),
  right({
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
  }),
  right({
    id: "grant-rights",
    title: "Who may write bindings",
    severity: "medium",
    why: "They hand on every right they have, to anybody and for ever, where nobody looks for it.",
    wants: [...wants(RBAC, ["clusterrolebindings"], CHANGES, true), ...wants(RBAC, ["rolebindings"], CHANGES)],
    may: "hand on their rights",
  }),
  right({
    id: "make-volumes",
    title: "Who may make volumes",
    severity: "medium",
    why: "A PersistentVolume of the type hostPath is any folder of a node, for pods that may not mount one themselves.",
    wants: wants("", ["persistentvolumes"], ["create", "patch", "update"], true),
    may: "make volumes of any kind",
  }),
  {
    id: "anonymous-rights",
    title: "Rights of those who have not signed in",
    severity: "critical",
    area: "rights",
    why: "Whoever reaches the API server has them: no credential needs to be stolen.",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter(
        ({ subject }) =>
          subject.kind !== "ServiceAccount" && (subject.name === "system:anonymous" || subject.name === "system:unauthenticated"),
      );
      yield* bySubject(grants, inventory, {
        severity: "critical",
        says: (where) => `Has rights ${where} without having signed in.`,
        question: "Who is meant? Give it to them by name, or by their group.",
        all: true,
      });
    },
  },
  {
    id: "rights-for-everybody",
    title: "Rights of everybody",
    severity: "high",
    area: "rights",
    why: "system:authenticated is everyone with any credential, on some clouds every account of the whole cloud; system:serviceaccounts is every pod.",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter(
        (grant) =>
          grant.subject.kind === "Group" &&
          EVERYBODY.has(grant.subject.name) &&
          grant.subject.name !== "system:unauthenticated" &&
          !isOfSystem(grant),
      );
      yield* bySubject(grants, inventory, {
        severity: "high",
        says: (where) => `Everybody of this group has rights ${where}.`,
        question: "Who is meant? Give it to them by name, or by their own group.",
        all: true,
      });
    },
  },
  {
    id: "default-account-rights",
    title: "Rights of default service accounts",
    severity: "high",
    area: "rights",
    why: "Every pod of the namespace that names no account has them, also those that are deployed later.",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter(
        ({ subject }) => subject.kind === "ServiceAccount" && subject.name === "default",
      );
      yield* bySubject(grants, inventory, {
        severity: "high",
        says: (where) => `Pods that name no account have rights ${where}.`,
        question: "Which workload needs it? Give that one an account of its own.",
        all: true,
      });
    },
  },
];
