import type { Check } from "../check.ts";
import { CHANGES, DANGEROUS_RIGHTS } from "./dangerous-rights.ts";
import { bySubject, EVERYBODY, gives, isEverything, isOfSystem, wants, type Want } from "./granted.ts";

const RBAC = "rbac.authorization.k8s.io";
export const RBAC_KINDS: readonly string[] = [`${RBAC}/Role`, `${RBAC}/ClusterRole`, `${RBAC}/RoleBinding`, `${RBAC}/ClusterRoleBinding`];

/** What makes pods. */
export const RUNS_PODS: readonly Want[] = [
  ...wants("", ["pods", "replicationcontrollers"], ["create"]),
  ...wants("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"], CHANGES),
  ...wants("batch", ["jobs", "cronjobs"], CHANGES),
];

const QUESTION = "Who needs it, and for what? Rights that are used once a year are better given for an hour.";

/** A check of who may do something. Who may do everything is told by `cluster-admin` alone. */
function right(id: string): Check {
  const { wants: wanted, may, anyName, ...about } = DANGEROUS_RIGHTS.find((one) => one.id === id)!;
  return {
    ...about,
    area: "rights",
    reads: RBAC_KINDS,
    *find(inventory) {
      const grants = [...inventory.rights.grants()].filter(
        (grant) => !isEverything(grant.rule) && wanted.some((want) => gives(grant, want, anyName)),
      );
      yield* bySubject(grants, inventory, { severity: about.severity, says: (where) => `May ${may} ${where}.`, question: QUESTION });
    },
  };
}

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
  right("delete-namespaces"),
  right("read-secrets"),
  right("exec"),
  right("escalate"),
  right("bind"),
  right("impersonate"),
  right("nodes-proxy"),
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
  right("approve-certificates"),
  right("mint-tokens"),
  right("change-admission"),
  right("grant-rights"),
  right("make-volumes"),
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
