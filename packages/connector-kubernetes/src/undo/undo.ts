import type { Loss } from "@interlock/protocol";
import type { Json, KubeObject } from "../gate/json.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import type { ClusterView } from "../impact/cluster-view.ts";
import { isFinished } from "../impact/endpoints.ts";
import { analyse } from "../impact/impact.ts";
import { load } from "../impact/load.ts";
import { keyOfType, objectName, type ResourceType } from "../impact/resource-types.ts";
import { actOf, targetIn, typeOf } from "../impact/target.ts";
import type { WorldObject } from "../impact/world.ts";
import { lossesOf } from "./losses.ts";
import { manifestOf, type Manifest } from "./manifest.ts";
import { rankOf } from "./order.ts";

/** One step back. */
export type UndoStep =
  /** Put it back: create it, or where it is there make it so. The manifest may hold values of Secrets: keep it encrypted, never show it. */
  | ({ act: "put"; sensitive: true; name: string; type: ResourceType } & Manifest)
  /** The plan makes it. */
  | { act: "delete"; name: string; type: ResourceType };

export interface Undo {
  /** In the order in which they are to be done. */
  steps: UndoStep[];
  /** What does not come back. */
  lost: Loss[];
  reversible: "undo" | "partial" | "no";
  reversibleReason?: string;
  /** What could not be told or read. */
  warnings: string[];
  complete: boolean;
}

/**
 * What would have to be done to take planned writes back, read before they are applied: afterwards it is gone. What controllers make again
 * from what is put back is left to them. Reads only; rejects as `impactOf` does.
 */
export async function undoOf(view: ClusterView, writes: readonly PlannedWrite[]): Promise<Undo> {
  const { world, missing } = await load(view, writes);
  const unserved = world.types.failed.map(({ group }) => group);
  const touched = new Map<string, Touched>();
  const lost = new Map<string, Loss>();
  const lose = (loss: Loss): void => void lost.set(`${loss.object} ${loss.why}`, loss);
  const reasons = new Set<string>();
  let nothing = 0;
  const touch = (type: ResourceType, namespace: string | undefined, name: string, after: Touched["after"], object?: WorldObject): void => {
    const key = `${keyOfType(type)} ${namespace ?? ""}/${name}`;
    const known = touched.get(key);
    // An object that the plan makes and takes away again was never there.
    if (known !== undefined) known.after = after;
    else
      touched.set(key, {
        type,
        ...(namespace === undefined ? {} : { namespace }),
        name,
        after,
        ...(object === undefined ? {} : { object }),
      });
  };
  for (const write of writes) {
    const target = targetIn(world, write);
    const { namespace, name } = write.resource;
    const analysis = analyse(world, write, unserved);
    if (analysis.reversible !== "undo" && analysis.reversibleReason !== undefined) reasons.add(analysis.reversibleReason);
    if (analysis.reversible === "no") nothing++;
    const act = actOf(write);
    if (name !== undefined && (act === "create" || act === "change")) {
      touch(typeOf(world.types, write), namespace, name, write.before === undefined ? "made" : "changed", target);
    }
    if (analysis.closure === undefined || target === undefined) {
      for (const gone of analysis.lost ?? []) lose(gone);
      continue;
    }
    const { taken } = analysis.closure;
    const gone = new Set([target, ...taken.filter((one) => one.effect === "delete").map((one) => one.object)]);
    for (const loss of lossesOf(target, taken, gone)) lose(loss);
    for (const object of gone) touch(object.type, object.namespace, object.name, "gone", object);
    // Released volumes have to forget the claim that was. Objects that only lose an owner are found again by their controller's selector.
    for (const { object, effect, via } of taken) {
      if (effect === "modify" && via.includes("reclaimPolicy")) touch(object.type, object.namespace, object.name, "changed", object);
    }
  }
  const { steps, warnings, ended } = await stepsOf(view, [...touched.values()]);
  for (const object of ended) lose({ object, why: "it has ended and is not run again", minor: true });
  return {
    steps,
    lost: [...lost.values()],
    reversible: nothing === writes.length && writes.length > 0 ? "no" : reasons.size > 0 ? "partial" : "undo",
    ...(reasons.size === 0 ? {} : { reversibleReason: [...reasons].join(" ") }),
    warnings: [...missing, ...warnings],
    complete: missing.length === 0 && warnings.length === 0,
  };
}

interface Touched {
  type: ResourceType;
  namespace?: string;
  name: string;
  /** What the plan leaves of it. */
  after: "gone" | "changed" | "made";
  object?: WorldObject;
}

/** Made by Kubernetes in every namespace; it is there again before anything is put back, and is made so by the step. */
const SELF_MADE = new Set(["/configmaps kube-root-ca.crt"]);
/** Written by controllers alone, from what is put back. */
const DERIVED = new Set([
  "/endpoints",
  "discovery.k8s.io/endpointslices",
  "apps/controllerrevisions",
  "coordination.k8s.io/leases",
  "/events",
]);

interface Steps {
  steps: UndoStep[];
  warnings: string[];
  /** Names of Jobs that are left out, since they would run a second time. */
  ended: string[];
}

async function stepsOf(view: ClusterView, touched: readonly Touched[]): Promise<Steps> {
  const goneUids = new Set(touched.filter((one) => one.after === "gone").map((one) => one.object?.uid ?? ""));
  const goneVolumes = new Set(
    touched.filter((one) => one.after === "gone" && keyOfType(one.type) === "/persistentvolumes").map((one) => one.name),
  );
  const keeping = { stays: (uid: string) => !goneUids.has(uid), volumeStays: (name: string) => !goneVolumes.has(name) };
  const warnings: string[] = [];
  const ended: string[] = [];
  const made = touched.filter((one) => one.after === "made");
  const back = touched.filter((one) => one.after !== "made" && comesBack(one, goneVolumes));
  const put = await Promise.all(
    back.map(async ({ type, namespace, name, after }): Promise<UndoStep[]> => {
      const title = objectName(type, namespace, name);
      const whole = await read(view, type, namespace, name, warnings);
      if (whole === undefined) return [];
      if (after === "gone" && hasEnded(keyOfType(type), whole)) {
        ended.push(title);
        return [];
      }
      return [{ act: "put", sensitive: true, name: title, type, ...manifestOf(keyOfType(type), whole, keeping) }];
    }),
  );
  const byRank = (left: { type: ResourceType }, right: { type: ResourceType }): number =>
    rankOf(keyOfType(left.type)) - rankOf(keyOfType(right.type));
  const deletes = made
    .toSorted(byRank)
    .toReversed()
    .map(({ type, namespace, name }): UndoStep => ({ act: "delete", name: objectName(type, namespace, name), type }));
  return { steps: [...put.flat().toSorted(byRank), ...deletes], warnings, ended };
}

function comesBack({ type, name, object, after }: Touched, goneVolumes: ReadonlySet<string>): boolean {
  const key = keyOfType(type);
  if (DERIVED.has(key) || SELF_MADE.has(`${key} ${name}`)) return false;
  // A volume whose storage is deleted would come back as a name for nothing; its claim gets a new one.
  if (goneVolumes.has(name) && key === "/persistentvolumes") return false;
  if (object === undefined || after === "changed") return true;
  // Its controller makes another, or comes back and does; one of our own would be one too many.
  if (object.owners.some((owner) => owner.controller)) return false;
  // Put back, it would run again.
  return !(key === "/pods" && isFinished(object)) && object.tokenOf === undefined;
}

function hasEnded(key: string, object: KubeObject): boolean {
  const conditions: Json = object["status"]?.["conditions"];
  if (key !== "batch/jobs" || !Array.isArray(conditions)) return false;
  return conditions.some((one) => (one["type"] === "Complete" || one["type"] === "Failed") && one["status"] === "True");
}

async function read(
  view: ClusterView,
  type: ResourceType,
  namespace: string | undefined,
  name: string,
  warnings: string[],
): Promise<KubeObject | undefined> {
  const whole = await view.read(type, namespace, name);
  if (whole === undefined) {
    warnings.push(`${objectName(type, namespace, name)} was gone before it could be kept.`);
    return undefined;
  }
  return { apiVersion: type.group === "" ? type.version : `${type.group}/${type.version}`, kind: type.kind, ...whole };
}
