import { type Json, type KubeObject, labelsOf, sameJson, selects } from "@interlock/kube-model";
import type { Breakage, Cascade, Loss, Statement } from "@interlock/protocol";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { ONE, remark, type Analysis } from "./analysis.ts";
import { contentChanges, readersOf } from "./configuration.ts";
import { addressOf, cascadeOf } from "./deletion.ts";
import { closureOf, type Taken } from "./closure.ts";
import { daemonChange } from "./daemons.ts";
import { podsMadeBy, replacer } from "./owner-graph.ts";
import { keyOfType } from "./resource-types.ts";
import { replacementOf } from "./replacement.ts";
import { restartOf } from "./restarts.ts";
import { applyChange } from "./rules/breaks.ts";
import { WORKLOADS } from "./rules/rule.ts";
import { remarks, scaledDown } from "./scaling.ts";
import { lossText, lostAddress } from "../undo/losses.ts";
import { inWorld } from "./target.ts";
import { putOut } from "./taints.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

/** What a change leads to, gathered by each of the questions asked about it. */
interface Consequences {
  gone: WorldObject[];
  made: WorldObject[];
  cascades: Cascade[];
  breaks: Breakage[];
  risks: Statement["risks"];
  lost: Loss[];
}

/** Works out a change of an object that is there, and makes it in the world. */
export function analyseChange(world: World, write: PlannedWrite, target: WorldObject, before: KubeObject, after: KubeObject): Analysis {
  const found: Consequences = { gone: [], made: [], cascades: [], breaks: [], risks: [], lost: [] };
  const key = keyOfType(target.type);
  if ((WORKLOADS as readonly string[]).includes(key)) changeWorkload(world, target, before, after, found);
  if (key === "/pods") changePod(world, target, after, found);
  if (key === "/configmaps" || key === "/secrets") changeConfiguration(world, target, key, before, after, found);
  if (key === "/nodes") changeNode(world, target, before, after, found);
  if (key === "/namespaces") changeNamespace(before, after, found);
  if (key === "/services" && before["spec"]?.["type"] === "LoadBalancer" && after["spec"]?.["type"] !== "LoadBalancer") {
    found.breaks.push(...addressOf(world, target));
    found.lost.push(...lostAddress(world, target));
  }
  if (key === "/persistentvolumes") changeVolume(target, before, after, found);
  if (key === "apiextensions.k8s.io/customresourcedefinitions") changeDefinition(target, before, after, found);
  const changed = inWorld(world, write, after);
  const made = { ...changed, uid: target.uid || changed.uid, owners: changed.owners };
  found.breaks.unshift(...applyChange(world, { gone: found.gone, made: [made, ...found.made] }));
  const { lost } = found;
  const reason = lossText(lost);
  return {
    cascades: found.cascades,
    breaks: found.breaks,
    risks: found.risks,
    willFail: [],
    lost,
    reversible: reason === undefined ? "undo" : "partial",
    ...(reason === undefined ? {} : { reversibleReason: reason }),
  };
}

function changeWorkload(world: World, target: WorldObject, before: KubeObject, after: KubeObject, found: Consequences): void {
  const restart = restartOf(world, target, before, after);
  if (restart !== undefined) {
    for (const pod of restart.pods) {
      found.cascades.push({ object: nameOf(pod), effect: "delete", rows: ONE, via: ["template"], depth: 1 });
      found.made.push(replacementOf(pod, before, after));
    }
    found.risks.push(remark("restart", "warning", `${count(restart.pods.length, "pod restarts", "pods restart")}: ${restart.how}.`));
  }
  const ends = endingPods(world, target, before, after);
  if (ends === undefined) return;
  for (const pod of ends.pods) {
    const rows = ends.certain ? ONE : ({ value: 1, kind: "estimate" } as const);
    found.cascades.push({ object: nameOf(pod), effect: "delete", rows, via: ["replicas"], depth: 1 });
    found.gone.push(pod);
    found.made = found.made.filter((one) => one.name !== pod.name);
  }
  for (const claim of ends.claims) takeAlong(world, claim, found);
  found.risks.push(...ends.risks);
}

interface Ending {
  pods: WorldObject[];
  certain: boolean;
  claims: WorldObject[];
  risks: Statement["risks"];
}

function endingPods(world: World, target: WorldObject, before: KubeObject, after: KubeObject): Ending | undefined {
  if (after["spec"]?.["suspend"] === true && before["spec"]?.["suspend"] !== true && keyOfType(target.type) === "batch/jobs") {
    return {
      pods: podsMadeBy(world, target),
      certain: true,
      claims: [],
      risks: [remark("suspended", "warning", "Its running pods are ended.")],
    };
  }
  const to: Json = after["spec"]?.["replicas"];
  if (typeof to !== "number" || to === before["spec"]?.["replicas"]) return undefined;
  const risks = remarks(world, target, to).map((message) => remark("replicas", "warning", `${message}.`));
  const down = scaledDown(world, target, to, after);
  if (down === undefined) return { pods: [], certain: true, claims: [], risks };
  const which = down.certain ? "" : ", by what is known now: the controller chooses when it happens";
  risks.unshift(remark("pods_end", "warning", `${count(down.ends.length, "pod ends", "pods end")}${which}.`));
  return { pods: down.ends, certain: down.certain, claims: down.claims, risks };
}

/** A claim that a controller deletes, with the volume behind it. */
function takeAlong(world: World, claim: WorldObject, found: Consequences): void {
  const whole: Taken[] = [{ object: claim, effect: "delete", via: ["replicas"], depth: 1 }, ...closureOf(world, claim, "Background").taken];
  for (const one of whole) {
    found.cascades.push(cascadeOf(one.object === claim ? one : { ...one, depth: one.depth + 1 }));
    if (one.effect === "delete") found.gone.push(one.object);
    if (one.lost !== undefined) found.lost.push(one.lost);
  }
}

function changePod(world: World, pod: WorldObject, after: KubeObject, found: Consequences): void {
  const by = replacer(world, pod);
  const selector: Json = by?.body?.["spec"]?.["selector"];
  if (by === undefined || selector === undefined || sameJson(labelsOf(pod.body), labelsOf(after))) return;
  const labels = selector["matchLabels"] === undefined && selector["matchExpressions"] === undefined ? { matchLabels: selector } : selector;
  if (selects(labels, labelsOf(after))) return;
  found.breaks.push({
    object: nameOf(by),
    why: `it lets go of ${nameOf(pod)}, whose labels it no longer selects, and makes a new pod; the old one runs on without a controller`,
    scope: `namespace ${pod.namespace!}`,
  });
}

function changeConfiguration(
  world: World,
  target: WorldObject,
  key: "/configmaps" | "/secrets",
  before: KubeObject,
  after: KubeObject,
  found: Consequences,
): void {
  if (!contentChanges(before, after)) return;
  const readers = readersOf(world, key, target.namespace!, target.name);
  const mounted = readers.filter((one) => one.use === "volume").map((one) => one.pod);
  const read = readers.filter((one) => one.use === "env").map((one) => one.pod);
  for (const pod of mounted) found.cascades.push({ object: nameOf(pod), effect: "modify", rows: ONE, via: ["volume"], depth: 1 });
  if (mounted.length > 0) {
    const words = `${count(mounted.length, "pod mounts", "pods mount")} it: files there change within about a minute, those mounted by subPath do not`;
    found.risks.push(remark("mounted", "info", `${words}.`));
  }
  if (read.length > 0) {
    const words = `${count(read.length, "pod reads", "pods read")} it as environment and keep the old values until they restart`;
    found.risks.push(remark("stale_environment", "warning", `${words}: ${read.map((pod) => pod.name).join(", ")}.`));
  }
}

function changeNode(world: World, node: WorldObject, before: KubeObject, after: KubeObject, found: Consequences): void {
  for (const pod of putOut(world, node.name, before, after)) {
    found.cascades.push({ object: nameOf(pod), effect: "delete", rows: ONE, via: ["taint"], depth: 1 });
    found.gone.push(pod);
  }
  const daemons = daemonChange(world, node, before, after);
  for (const { pod } of daemons.ends) {
    found.cascades.push({ object: nameOf(pod), effect: "delete", rows: ONE, via: ["selector"], depth: 1 });
    found.gone.push(pod);
  }
  for (const [words, sets] of [
    ["no longer runs on it: its node selector does not fit the labels any more", daemons.ends.map(({ set }) => set)],
    ["starts a pod on it, unless a taint keeps it away: its node selector fits the labels now", daemons.starts],
  ] as const)
    for (const set of new Set(sets)) found.risks.push(remark("daemons", "warning", `${nameOf(set)} ${words}.`));
  if (after["spec"]?.["unschedulable"] === true && before["spec"]?.["unschedulable"] !== true) {
    found.risks.push(remark("cordoned", "info", "No new pods are placed on it; those that run there go on."));
  }
}

const LEVELS = ["privileged", "baseline", "restricted"];

/** Pod security admission: a stricter level does not touch running pods, but refuses their successors. */
function changeNamespace(before: KubeObject, after: KubeObject, found: Consequences): void {
  const key = "pod-security.kubernetes.io/enforce";
  const [was = "", will = ""] = [labelsOf(before)[key], labelsOf(after)[key]];
  if (was === will) return;
  const stricter = LEVELS.indexOf(will) > Math.max(0, LEVELS.indexOf(was));
  const words = stricter
    ? `Pods that do not meet the ${will} pod security level are refused from now on; running ones go on`
    : `Pods may be less restricted here than before (${was || "no level"} to ${will || "no level"})`;
  found.risks.push(remark("pod_security", "warning", `${words}.`));
}

function changeVolume(target: WorldObject, before: KubeObject, after: KubeObject, found: Consequences): void {
  const policy = "persistentVolumeReclaimPolicy";
  const [was, will] = [before["spec"]?.[policy], after["spec"]?.[policy]];
  if (was === will) return;
  if (will === "Delete")
    found.risks.push(remark("reclaim_policy", "danger", `From now on the data of ${target.name} is lost when its claim is deleted.`));
  if (will === "Retain")
    found.risks.push(remark("reclaim_policy", "info", `From now on ${target.name} stays with its data when its claim is deleted.`));
}

/** A version that is no longer served takes its clients with it; one that is still stored must not go at all. */
function changeDefinition(target: WorldObject, before: KubeObject, after: KubeObject, found: Consequences): void {
  const served = (definition: KubeObject): string[] =>
    ((definition["spec"]?.["versions"] ?? []) as Json[]).filter((one) => one["served"] === true).map((one) => String(one["name"]));
  const still = new Set(served(after));
  for (const version of served(before).filter((one) => !still.has(one))) {
    const why = `version ${version} is no longer served: clients and manifests that use it fail`;
    found.breaks.push({ object: nameOf(target), why, scope: "cluster" });
  }
}

const count = (number: number, one: string, many: string): string => `${number} ${number === 1 ? one : many}`;
