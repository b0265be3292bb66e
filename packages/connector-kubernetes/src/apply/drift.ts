import { type Json, type KubeObject, sameJson } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import { essence } from "../gate/foreseen.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { SecretValues } from "../gate/secret-values.ts";
import { asksForToken } from "../impact/token.ts";
import { takesReplaceablePod, uidAt } from "./settle.ts";
import { BY_CONTROLLERS } from "../undo/manifest.ts";
import { Upstream } from "../gate/upstream.ts";
import type { ResourceTarget } from "../gate/request-target.ts";

export interface NameDrift {
  /** Index of the first planned write that names it. */
  write: number;
  reason:
    /** What was to be changed is no longer there. */
    | "gone"
    /** What was to be created is there by now. */
    | "appeared"
    /** Another object has its name. */
    | "replaced"
    /** Somebody has changed what it is meant to be. */
    | "changed"
    /** It cannot be read any more. */
    | "unreadable";
}

/** Objects that are looked at side by side. */
const AT_ONCE = 16;

/** Objects that change by themselves all the time and that nobody decides about. */
const RESTLESS = new Set(["/events", "events.k8s.io/events", "coordination.k8s.io/leases"]);

/**
 * What has happened to the named targets since they were planned: another uid, or other than its status. `fingerprintKey` must be the one
 * of the gate that planned, so that secret values compare.
 */
export async function findDrift(
  cluster: Cluster,
  writes: readonly PlannedWrite[],
  fingerprintKey: Buffer,
  signal?: AbortSignal,
): Promise<NameDrift[]> {
  const upstream = new Upstream(cluster, signal);
  const secrets = new SecretValues(fingerprintKey);
  const seen = new Set<string>();
  const looked = new Map<string, Promise<boolean>>();
  /** What ends first is still there: what the name stands for is not yet to be compared. */
  const isEnding = (awaits: NonNullable<PlannedWrite["awaits"]>): Promise<boolean> => {
    const known = looked.get(awaits.uid) ?? uidAt(cluster, awaits.path, signal).then((uid) => uid === awaits.uid);
    looked.set(awaits.uid, known);
    return known;
  };
  const look = async (write: PlannedWrite, target: ResourceTarget): Promise<NameDrift | undefined> => {
    if (write.mayExist === true || (write.awaits !== undefined && (await isEnding(write.awaits)))) return undefined;
    const answer = await upstream.read(target);
    const now = answer.status === 200 ? answer.body : undefined;
    if (now === undefined && answer.status !== 404) return { write: write.index, reason: "unreadable" };
    const shown =
      now !== undefined && target.group === "" && target.resource === "secrets" ? secrets.mask(now, target.namespace ?? "") : now;
    const reason = compare(write, shown);
    return reason === undefined ? undefined : { write: write.index, reason };
  };
  const named: [PlannedWrite, ResourceTarget][] = [];
  for (const write of writes) {
    const { group, version, resource, namespace, name } = write.resource;
    // An account that the connection may not look at was none when it was planned either.
    if (asksForToken(write) && write.uid === undefined) continue;
    if (name === undefined || takesReplaceablePod(write) || RESTLESS.has(`${group}/${resource}`)) continue;
    const key = `${group}/${resource}/${namespace ?? ""}/${name}`;
    // Later writes to the same name go by what earlier ones of the plan leave.
    if (seen.has(key)) continue;
    seen.add(key);
    named.push([write, { kind: "resource", group, version, resource, name, ...(namespace === undefined ? {} : { namespace }) }]);
  }
  const drift: NameDrift[] = [];
  for (let first = 0; first < named.length; first += AT_ONCE) {
    const found = await Promise.all(named.slice(first, first + AT_ONCE).map(([write, target]) => look(write, target)));
    drift.push(...found.filter((one) => one !== undefined));
  }
  return drift;
}

function compare(write: PlannedWrite, now: KubeObject | undefined): NameDrift["reason"] | undefined {
  const { before, uid } = write;
  // Of the account of a token nothing matters but that it is still that one; what it may do is looked at apart.
  if (asksForToken(write)) return now?.metadata?.uid === uid ? undefined : now === undefined ? "gone" : "replaced";
  if (before === undefined) {
    // Written without a look at it: a creation, whose name must still be free.
    return now !== undefined && write.after !== undefined && write.resource.subresource === undefined ? "appeared" : undefined;
  }
  if (now === undefined) return "gone";
  if (uid !== undefined && now.metadata?.uid !== uid) return "replaced";
  return sameJson(decidedFor(write, before), decidedFor(write, now)) ? undefined : "changed";
}

/**
 * What people have decided about an object, as far as the write does not decide it anew: autoscalers change replicas all the time, the
 * controller of deployments counts revisions, and of a node its agents and controllers write annotations and how it is.
 */
function decidedFor(write: PlannedWrite, object: KubeObject): KubeObject {
  const { metadata = {}, spec, ...rest } = essence(object);
  const text = write.stored.body.toString("latin1");
  // A whole object says everything, a patch what it names, a delete nothing.
  const says = (field: string): boolean => write.method === "PUT" || text.includes(field);
  const annotations: Json = { ...metadata.annotations };
  for (const name of BY_CONTROLLERS) delete annotations[name];
  const node = write.resource.group === "" && write.resource.resource === "nodes";
  const kept = { ...spec };
  if (!says("replicas")) delete kept.replicas;
  // The scheduler has found a node for a pod that waited for one; a pod never goes from one node to another.
  if (write.resource.group === "" && write.resource.resource === "pods") delete kept.nodeName;
  if (node && !says("taints") && Array.isArray(kept.taints))
    kept.taints = kept.taints.filter((taint: Json) => !String(taint?.key).startsWith("node.kubernetes.io/"));
  return {
    ...rest,
    metadata: { ...metadata, annotations: node && !says("annotations") ? {} : annotations },
    spec: { ...kept, ...(Array.isArray(kept.taints) && kept.taints.length === 0 ? { taints: undefined } : {}) },
  };
}
