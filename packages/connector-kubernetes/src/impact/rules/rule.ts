import type { World } from "../world.ts";

/** One thing a rule sees in a cluster as it is. The same key before and after a write is the same finding. */
export interface Finding {
  key: string;
  /** Whose problem it is, as `objectName` writes it. */
  object: string;
  /** A word for rules of policy. */
  code?: string;
  /** Said when a write brings it about. Absent: its coming is no problem. */
  appears?: string;
  /** Said when a write ends it while `object` stays. Absent: its going is no problem. */
  vanishes?: string;
  /** The other side of a tie, as resource key, namespace and name: when it goes with the write the end of the tie is no news. */
  about?: { key: string; namespace?: string; name: string };
  /** How far it reaches. */
  scope?: string;
}

/**
 * Looks at a cluster and says what is amiss and what is tied to what. What a write breaks is the difference between before and after, so a
 * rule neither knows of writes nor reports what was amiss anyway.
 */
export interface Rule {
  name: string;
  /** Resource keys (`apps/deployments`) whose going can change what it finds. */
  gone: readonly string[];
  /** The same for being made or changed. */
  made: readonly string[];
  /** What must have been loaded with bodies. */
  reads: readonly string[];
  /** `namespace`: it looks at one namespace at a time. */
  per: "namespace" | "cluster";
  /** It tells only of objects that were there before: one that has just been made has never worked, and its pods are still to come. */
  standing?: true;
  /** `namespace` is given to rules for one namespace at a time. */
  find(world: World, namespace?: string): Finding[];
}

export const WORKLOADS = [
  "apps/deployments",
  "apps/statefulsets",
  "apps/daemonsets",
  "apps/replicasets",
  "/replicationcontrollers",
  "batch/jobs",
  "batch/cronjobs",
] as const;

/** Named from every namespace, so that every namespace has to be looked at when one of them changes. */
export const WIDE: ReadonlySet<string> = new Set([
  "/nodes",
  "storage.k8s.io/storageclasses",
  "scheduling.k8s.io/priorityclasses",
  "node.k8s.io/runtimeclasses",
]);
