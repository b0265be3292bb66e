import { type Json, labelsOf, selects } from "@interlock/kube-model";
import type { Cascade, Loss, Statement } from "@interlock/protocol";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { closureOf, staysText, type Closure, type Taken } from "./closure.ts";
import { isFinished } from "./endpoints.ts";
import { propagationOf, replacer } from "./owner-graph.ts";
import { keyOfType } from "./resource-types.ts";
import { applyChange } from "./rules/breaks.ts";
import { ONE, remark, type Analysis } from "./analysis.ts";
import { whyLeft } from "../undo/comes-back.ts";
import { lossesOf, lossText } from "../undo/losses.ts";
import { ownAddresses } from "./addresses.ts";
import { whatEnds } from "./lifted.ts";
import { rightsBefore, rightsChange } from "./rights-change.ts";
import { claimsOfSet, fleetingVolumes } from "./volumes.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

/** Works out a delete or an eviction, and takes what goes out of the world. */
export function analyseDelete(world: World, write: PlannedWrite, target: WorldObject, unserved: readonly string[]): Analysis {
  const closure = closureOf(world, target, propagationOf(target, optionsOf(write)));
  const gone = [target, ...closure.taken.filter((one) => one.effect === "delete").map((one) => one.object)];
  const risks = [
    ...risksOf(world, target, closure, gone),
    ...whatEnds(target, write.before),
    ...(isNamespace(target) ? unserved.map(hangs) : []),
  ];
  const willFail = write.resource.subresource === "eviction" ? refusedBy(world, target) : [];
  const addresses = gone.flatMap((object) => addressOf(world, object));
  const losses = lossesOf(world, target, closure, new Set(gone));
  const back = reversalOf(world, target, gone, closure, losses);
  const rights = rightsBefore(world, gone);
  const broken = applyChange(world, { gone, made: [] });
  const lesser = rightsChange(world, rights, nameOf(target));
  const { dataLoss } = closure.own;
  return {
    closure,
    cascades: closure.taken.map(cascadeOf),
    breaks: [...broken, ...addresses, ...lesser.breaks],
    risks: [...risks, ...lesser.risks],
    willFail,
    lost: losses,
    ...back,
    ...(dataLoss === undefined ? {} : { effects: [{ object: nameOf(target), dataLoss }] }),
  };
}

/** Works out a change that takes off the finalizers of an object that is being deleted: it goes, and with it what waited for it. */
export function analyseRelease(world: World, write: PlannedWrite, target: WorldObject, unserved: readonly string[]): Analysis {
  const released: WorldObject = { ...target, finalizers: [] };
  world.put(released);
  const { closure: _closure, reversibleReason: _reason, ...analysis } = analyseDelete(world, write, released, unserved);
  const lost = lossText(analysis.lost ?? []);
  const ends = `${nameOf(target)} was being deleted before, and this lets it end.`;
  return {
    ...analysis,
    risks: [
      remark("released", "danger", "It ends with this: whatever its finalizers waited for is not waited for any more."),
      ...analysis.risks,
    ],
    reversible: "no",
    reversibleReason: lost === undefined ? ends : `${ends} ${lost}`,
  };
}

/** Whether and how far it can be put back. Of what nothing is kept it is not said that it could be. */
function reversalOf(
  world: World,
  target: WorldObject,
  gone: readonly WorldObject[],
  closure: Closure,
  losses: readonly Loss[],
): Pick<Analysis, "reversible" | "reversibleReason"> {
  const isSelecting = (namespace: string, name: string): boolean =>
    Object.keys((world.find("/services", namespace, name)?.body?.["spec"]?.["selector"] as object | undefined) ?? {}).length > 0;
  const left = whyLeft(target, isSelecting);
  const lost = lossText(losses);
  if (left !== undefined && gone.every((object) => whyLeft(object, isSelecting) !== undefined))
    return { reversible: "no", reversibleReason: lost ?? `${nameOf(target)}: ${left}` };
  const stays = closure.stays.some(({ object }) => object === target)
    ? `${nameOf(target)} cannot be called back from Terminating: it is put back once it is gone.`
    : undefined;
  const reasons = [lost, stays].filter((one) => one !== undefined);
  return reasons.length === 0 ? { reversible: "undo" } : { reversible: "partial", reversibleReason: reasons.join(" ") };
}

const isNamespace = (object: WorldObject): boolean => keyOfType(object.type) === "/namespaces";
const hangs = (group: string): Statement["risks"][number] =>
  remark("terminating", "warning", `The namespace stays Terminating until API group ${group} can be listed.`);

export function cascadeOf({ object, effect, via, depth, dataLoss }: Taken): Cascade {
  return { object: nameOf(object), effect, rows: ONE, via, depth, ...(dataLoss === undefined ? {} : { dataLoss }) };
}

/** The stored body of a delete is JSON that the gate wrote; an eviction has its options inside. */
function optionsOf(write: PlannedWrite): { propagationPolicy?: string; orphanDependents?: boolean } {
  const deletes = write.method === "DELETE" || write.resource.subresource === "eviction";
  if (!deletes || write.stored.body.length === 0) return {};
  const body = JSON.parse(write.stored.body.toString("utf8")) as Json;
  return (write.resource.subresource === "eviction" ? body["deleteOptions"] : body) ?? {};
}

function risksOf(world: World, target: WorldObject, closure: Closure, gone: readonly WorldObject[]): Statement["risks"] {
  const risks = closure.stays.map((one) => remark("terminating", "warning", `${staysText(one)}.`));
  if (closure.events > 0) risks.push(remark("events", "info", `${closure.events} Events go with it; they expire by themselves anyway.`));
  const without = new Set(gone);
  for (const set of gone.filter((one) => keyOfType(one.type) === "apps/statefulsets")) {
    const kept = claimsOfSet(world, set).filter((claim) => !without.has(claim));
    if (kept.length > 0)
      risks.push(remark("claims_stay", "info", `Claims of ${set.name} stay with their data: ${kept.map((one) => one.name).join(", ")}.`));
  }
  for (const { object } of closure.taken.filter((one) => one.via.includes("reclaimPolicy") && one.effect === "modify")) {
    risks.push(
      remark(
        "volume_stays",
        "info",
        `${nameOf(object)} stays with its data (reclaim policy Retain) and is Released: nobody can claim it until its claimRef is taken off.`,
      ),
    );
  }
  if (keyOfType(target.type) === "/pods") risks.push(...podRisks(world, target));
  if (closure.own.dataLoss !== undefined) {
    const [first = "", ...rest] = closure.own.dataLoss;
    risks.push(remark("data_loss", "danger", `${first.toUpperCase()}${rest.join("")}.`));
  }
  return risks;
}

function podRisks(world: World, pod: WorldObject): Statement["risks"] {
  const risks: Statement["risks"] = [];
  const fleeting = fleetingVolumes(pod);
  if (fleeting.length > 0) risks.push(remark("data_loss", "warning", `Data loss: emptyDir ${fleeting.join(", ")} of the pod end with it.`));
  const by = replacer(world, pod);
  if (by !== undefined) risks.push(remark("replaced", "info", `${nameOf(by)} makes a new pod in its place.`));
  else if (!isFinished(pod)) risks.push(remark("not_replaced", "warning", "No controller makes a new pod in its place."));
  return risks;
}

/** Budgets count what earlier evictions of the same plan have used up. */
function refusedBy(world: World, pod: WorldObject): Statement["willFail"] {
  const failures: Statement["willFail"] = [];
  if (isFinished(pod)) return failures;
  // A list of its own: what is put into the world again would be met again.
  for (const budget of [...world.all("policy/poddisruptionbudgets", pod.namespace)]) {
    if (!selects(budget.body?.["spec"]?.["selector"], labelsOf(pod.body))) continue;
    const left = Number(budget.body?.["status"]?.["disruptionsAllowed"] ?? 0);
    if (left <= 0) {
      failures.push({
        code: "TooManyRequests",
        reason: `${nameOf(budget)} allows no disruption now: the eviction is refused until it does.`,
      });
    }
    world.put({ ...budget, body: { ...budget.body, status: { disruptionsAllowed: left - 1 } } });
  }
  return failures;
}

/** What gives up an address that a cloud gave it. */
export function addressOf(world: World, object: WorldObject): { object: string; why: string; scope: string }[] {
  const addresses = ownAddresses(world, object);
  if (addresses.length === 0) return [];
  const why = `its load-balancer address ${addresses.join(", ")} is given up: clients and DNS records that use it reach nothing, and it may not be had again`;
  return [{ object: nameOf(object), why, scope: "outside the cluster" }];
}
