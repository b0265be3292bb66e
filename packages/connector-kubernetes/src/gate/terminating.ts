import type { Json, KubeObject } from "@interlock/kube-model";
import { claimsHeldBy, lastingFinalizers, reasonsToStay } from "./finalizers.ts";
import type { PlanView } from "./foreseen.ts";
import type { ResourceTarget } from "./request-target.ts";

/** A pod of the cluster, with what decides whether a claim waits for it. */
interface Holder {
  name: string;
  node: string;
  owners: readonly OwnerReference[];
}

interface OwnerReference {
  kind: string;
  name: string;
  uid: string;
}

/** What was asked of the cluster once and holds for the whole plan. */
interface Asked {
  /** By namespace: pods by the claim they hold. Undefined where they cannot be listed. */
  holders: Map<string, Promise<ReadonlyMap<string, readonly Holder[]> | undefined>>;
  /** By uid: owners of a workload. */
  owners: Map<string, Promise<readonly OwnerReference[]>>;
}

const ASKED = new WeakMap<PlanView, Asked>();

/**
 * Whether an object that is deleted now would still be there, Terminating, once the plan is through: a claim or volume as long as it is used
 * by what the plan leaves, others until somebody takes their finalizers off.
 */
export async function staysTerminating(view: PlanView, object: KubeObject): Promise<boolean> {
  if (lastingFinalizers(object).length === 0) return false;
  const users = object.kind === "PersistentVolume" ? [] : await usersOf(view, object);
  return reasonsToStay(object, { users: () => users, claim: () => claimOf(view, object) }).length > 0;
}

/** The claim of a volume that is bound and whose claim the plan does not take away. */
function claimOf({ overlay }: PlanView, volume: KubeObject): string | undefined {
  const { namespace, name }: Json = volume["spec"]?.["claimRef"] ?? {};
  if (volume["status"]?.["phase"] !== "Bound") return undefined;
  if (typeof name !== "string" || typeof namespace !== "string") return "";
  const planned = overlay.find({ group: "", resource: "persistentvolumeclaims", namespace, name });
  const gone = planned === undefined ? overlay.isEmptied(namespace) : planned.object === undefined;
  return gone ? undefined : `${namespace}/${name}`;
}

/** When pods cannot be listed a claim is taken to be used. */
async function usersOf(view: PlanView, claim: KubeObject): Promise<string[]> {
  const { namespace, name }: Json = claim.metadata ?? {};
  if (typeof namespace !== "string") return [];
  const { overlay } = view;
  const users = overlay
    .of("", "pods", namespace)
    .filter(({ object }) => claimsHeldBy(object).includes(name))
    .map((pod) => pod.name);
  if (overlay.isEmptied(namespace)) return users;
  const asked = askedOf(view).holders;
  const listing = asked.get(namespace) ?? holdersIn(view, namespace);
  asked.set(namespace, listing);
  const holders = await listing;
  if (holders === undefined) return ["a pod that cannot be listed"];
  for (const pod of holders.get(name) ?? []) {
    if (overlay.find({ group: "", resource: "pods", namespace, name: pod.name }) !== undefined) continue;
    const node = overlay.find({ group: "", resource: "nodes", name: pod.node });
    if (node !== undefined && node.object === undefined) continue;
    if (!(await endsWithOwners(view, namespace, pod.owners, pod.name))) users.push(pod.name);
  }
  return users;
}

const askedOf = (view: PlanView): Asked => {
  const known = ASKED.get(view) ?? { holders: new Map(), owners: new Map() };
  ASKED.set(view, known);
  return known;
};

const PODS: ResourceTarget = { kind: "resource", group: "", version: "v1", resource: "pods" };
const PAGE = "500";

/** Pods of the cluster that hold claims; of the others nothing is kept. */
async function holdersIn({ upstream }: PlanView, namespace: string): Promise<ReadonlyMap<string, readonly Holder[]> | undefined> {
  const holders = new Map<string, Holder[]>();
  const query = new Map([["limit", PAGE]]);
  for (;;) {
    const answer = await upstream.read({ ...PODS, namespace }, query);
    if (answer.status !== 200) return undefined;
    for (const pod of (answer.body["items"] ?? []) as KubeObject[]) {
      const claims = claimsHeldBy(pod);
      const holder = { name: String(pod.metadata?.name), node: String(pod["spec"]?.["nodeName"]), owners: ownersOf(pod) };
      for (const claim of claims) holders.set(claim, [...(holders.get(claim) ?? []), holder]);
    }
    const next: unknown = answer.body.metadata?.continue;
    if (typeof next !== "string" || next === "") return holders;
    query.set("continue", next);
  }
}

function ownersOf(object: KubeObject | undefined): OwnerReference[] {
  const owners: Json = object?.metadata?.ownerReferences;
  return Array.isArray(owners) ? owners.map(({ kind, name, uid }) => ({ kind, name, uid })) : [];
}

/** Whether the plan takes away every owner, or leaves them no place for the pod. */
async function endsWithOwners(view: PlanView, namespace: string, owners: readonly OwnerReference[], pod: string): Promise<boolean> {
  for (const owner of owners) if (!(await ends(view, namespace, owner, pod))) return false;
  return owners.length > 0;
}

async function ends(view: PlanView, namespace: string, owner: OwnerReference, pod: string): Promise<boolean> {
  const planned = view.overlay.byUid(owner.uid);
  if (planned !== undefined && planned.object === undefined) return planned.orphans !== true;
  if (planned?.object !== undefined) {
    const { replicas, ordinals }: Json = planned.object["spec"] ?? {};
    if (replicas === 0) return true;
    const ordinal = owner.kind === "StatefulSet" ? /-([0-9]+)$/.exec(pod)?.[1] : undefined;
    if (ordinal !== undefined && typeof replicas === "number") return Number(ordinal) >= replicas + Number(ordinals?.["start"] ?? 0);
    return endsWithOwners(view, namespace, ownersOf(planned.object), pod);
  }
  const type = CHAINED[owner.kind];
  if (type === undefined) return false;
  const asked = askedOf(view).owners;
  const known = asked.get(owner.uid) ?? ownersAt(view, { ...type, namespace, name: owner.name }, owner.uid);
  asked.set(owner.uid, known);
  return endsWithOwners(view, namespace, await known, pod);
}

/** What makes pods and is itself made by something else. */
const CHAINED: Record<string, ResourceTarget | undefined> = {
  ReplicaSet: { kind: "resource", group: "apps", version: "v1", resource: "replicasets" },
  Job: { kind: "resource", group: "batch", version: "v1", resource: "jobs" },
  StatefulSet: { kind: "resource", group: "apps", version: "v1", resource: "statefulsets" },
};

async function ownersAt({ upstream }: PlanView, target: ResourceTarget, uid: string): Promise<OwnerReference[]> {
  const answer = await upstream.read(target);
  return answer.status === 200 && answer.body.metadata?.uid === uid ? ownersOf(answer.body) : [];
}
