import { isFinished } from "../endpoints.ts";
import { podReferences, podSpecOf, type PodReference } from "../pod-references.ts";
import { nameOf, type World, type WorldObject } from "../world.ts";
import { WORKLOADS, type Finding, type Rule } from "./rule.ts";

const NAMED = ["/configmaps", "/secrets", "/persistentvolumeclaims", "/serviceaccounts"] as const;
const CLASSES = ["scheduling.k8s.io/priorityclasses", "node.k8s.io/runtimeclasses"] as const;
const CLUSTER_WIDE: ReadonlySet<string> = new Set(CLASSES);

/** What pods and pod templates name and does not exist. Running pods go on with it; those that start do not. */
export const references: Rule = {
  name: "references",
  gone: [...NAMED, ...CLASSES],
  made: [...WORKLOADS, "/pods"],
  reads: [...WORKLOADS, "/pods", ...CLASSES],
  per: "namespace",
  find: (world, namespace) => {
    const findings: Finding[] = [];
    for (const key of [...WORKLOADS, "/pods"]) {
      for (const object of world.all(key, namespace)) {
        if (isMade(world, object) || isFinished(object)) continue;
        findings.push(...missing(world, object));
      }
    }
    return findings;
  },
};

/** Of a workload and what it made, the workload speaks for all. */
function isMade(world: World, object: WorldObject): boolean {
  return object.owners.some((owner) => owner.controller && world.byUid(owner.uid)?.body !== undefined);
}

function missing(world: World, object: WorldObject): Finding[] {
  const seen = new Set<string>();
  return podReferences(podSpecOf(object.body)).flatMap((reference): Finding[] => {
    const { key, name, optional } = reference;
    if (optional || seen.has(`${key} ${name}`) || !world.lacks(key, CLUSTER_WIDE.has(key) ? undefined : object.namespace, name)) return [];
    seen.add(`${key} ${name}`);
    return [
      {
        key: `${nameOf(object)} ${key} ${name}`,
        object: nameOf(object),
        appears: wording(reference, object.type.kind === "Pod"),
        scope: `namespace ${object.namespace!}`,
      },
    ];
  });
}

const KINDS: Record<PodReference["key"], string> = {
  "/configmaps": "ConfigMap",
  "/secrets": "Secret",
  "/persistentvolumeclaims": "PersistentVolumeClaim",
  "/serviceaccounts": "ServiceAccount",
  "scheduling.k8s.io/priorityclasses": "PriorityClass",
  "node.k8s.io/runtimeclasses": "RuntimeClass",
};

function wording({ key, name, use }: PodReference, pod: boolean): string {
  const what = `${KINDS[key]} ${name}`;
  switch (use) {
    case "identity":
      return `it runs as ${what}, which does not exist: the API refuses the running pods' tokens, and new pods are not created`;
    case "class":
      return `it asks for ${what}, which does not exist: new pods are not created`;
    case "pull":
      return `it pulls images with ${what}, which does not exist: images that need it cannot be pulled again`;
    case "volume":
    case "env":
      return pod
        ? `it uses ${what} (${use}), which does not exist: its containers cannot start again`
        : `its pods use ${what} (${use}), which does not exist: running pods go on, new ones cannot start`;
  }
}
