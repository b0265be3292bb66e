/** meta/v1 DeletionPropagation. */
export type Propagation = "Background" | "Foreground" | "Orphan";

/** Types whose objects leave what they own behind unless the delete says otherwise, from before owners were collected. */
const ORPHANS = new Set(["batch/v1/jobs", "/v1/replicationcontrollers"]);

interface Deleted {
  group: string;
  version: string;
  resource: string;
  finalizers: readonly string[];
}

/** What a delete does to owned objects: by its options, else by finalizers already on the object, else by its type. */
export function deletePropagation(object: Deleted, options: { propagationPolicy?: string; orphanDependents?: boolean }): Propagation {
  const { propagationPolicy: policy, orphanDependents: orphan } = options;
  if (policy === "Orphan" || policy === "Background" || policy === "Foreground") return policy;
  if (orphan !== undefined) return orphan ? "Orphan" : "Background";
  if (object.finalizers.includes("orphan")) return "Orphan";
  if (object.finalizers.includes("foregroundDeletion")) return "Foreground";
  const { group, version, resource } = object;
  return ORPHANS.has(`${group}/${version}/${resource}`) ? "Orphan" : "Background";
}
