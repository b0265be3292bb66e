import { type Json, type KubeObject, labelsOf, ofMap, sameJson, selects } from "@interlock/kube-model";
import { podSpecOf } from "./pod-references.ts";
import type { World, WorldObject } from "./world.ts";

/** What a change of a node does to DaemonSets that choose their nodes by what has changed. */
export interface DaemonChange {
  /** Pods that their DaemonSet ends there, though other nodes still fit it. */
  ends: { pod: WorldObject; set: WorldObject }[];
  /** DaemonSets that have a pod there from now on, unless a taint keeps it away. */
  starts: WorldObject[];
}

/** As the DaemonSet controller sees it (NodeShouldRunDaemonPod in pkg/controller/daemon): it evicts by labels at any time, not only when it places. */
export function daemonChange(world: World, node: WorldObject, before: KubeObject, after: KubeObject): DaemonChange {
  const found: DaemonChange = { ends: [], starts: [] };
  if (sameJson(labelsOf(before), labelsOf(after))) return found;
  for (const set of world.all("apps/daemonsets")) {
    const spec: Json = podSpecOf(set.body);
    const [did, does] = [before, after].map((one) => fitsNode(spec, node.name, labelsOf(one)));
    if (did === does) continue;
    if (does === true) found.starts.push(set);
    else {
      for (const pod of world.dependents(set.uid))
        if (pod.type.resource === "pods" && pod.body?.["spec"]?.["nodeName"] === node.name) found.ends.push({ pod, set });
    }
  }
  return found;
}

/** Whether a pod of that spec may be on a node, by its name, nodeSelector and required node affinity. Terms are alternatives. */
function fitsNode(spec: Json, name: string, labels: Readonly<Record<string, string>>): boolean {
  const named: Json = spec?.["nodeName"];
  if (typeof named === "string" && named !== "" && named !== name) return false;
  const plain = ofMap(spec?.["nodeSelector"]);
  if (plain !== undefined && !selects(plain, labels)) return false;
  const required: Json = spec?.["affinity"]?.["nodeAffinity"]?.["requiredDuringSchedulingIgnoredDuringExecution"];
  if (required === undefined || required === null) return true;
  const terms: Json[] = required["nodeSelectorTerms"] ?? [];
  return terms.some((term) => {
    const { matchExpressions = [], matchFields = [] }: Json = term ?? {};
    // A term that asks for nothing selects nothing.
    if (matchExpressions.length + matchFields.length === 0) return false;
    return selects({ matchExpressions }, labels) && selects({ matchExpressions: matchFields }, { "metadata.name": name });
  });
}
