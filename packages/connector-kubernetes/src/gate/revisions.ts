import { randomUUID } from "node:crypto";
import { cloneJson, isRecord, type Json, type KubeObject, sameJson } from "@interlock/kube-model";
import { withObjectMetadata, type PlanView } from "./foreseen.ts";
import type { PlannedObject } from "./overlay.ts";
import type { ResourceTarget } from "./request-target.ts";

/** What a workload's controller keeps its revisions in, by the workload's resource. */
const KEPT_IN: Record<string, "replicasets" | "controllerrevisions"> = {
  deployments: "replicasets",
  daemonsets: "controllerrevisions",
  statefulsets: "controllerrevisions",
};
const REVISION = "deployment.kubernetes.io/revision";
/** Annotations of a Deployment that its controller does not give to its ReplicaSets. */
const NOT_COPIED = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
]);

/**
 * The revisions that controllers would keep of workloads that the plan has changed, where somebody goes back to one: `rollout undo` picks by
 * number among them, and with those of the cluster alone it would go back one further than it does after the plan.
 */
export async function plannedRevisions(view: PlanView, { group, resource, namespace }: ResourceTarget): Promise<KubeObject[] | undefined> {
  if (group !== "apps") return undefined;
  const found: KubeObject[] = [];
  for (const [workload, kept] of Object.entries(KEPT_IN)) {
    if (kept !== resource) continue;
    for (const planned of view.overlay.of(group, workload, namespace)) {
      if (planned.object !== undefined) found.push(...(await revisionsOf(view, planned)));
    }
  }
  return found.length === 0 ? undefined : found;
}

/** A planned Deployment with the number of its revision, which its controller would have written on it. */
export async function withRevision(view: PlanView, planned: PlannedObject & { object: KubeObject }): Promise<KubeObject> {
  if (planned.group !== "apps" || planned.resource !== "deployments") return planned.object;
  const newest = Math.max(0, ...(await revisionsOf(view, planned)).map(numberOf));
  if (newest === 0) return planned.object;
  const annotations = { ...(planned.object.metadata?.annotations as Record<string, string> | undefined), [REVISION]: String(newest) };
  return withObjectMetadata(planned.object, { annotations });
}

/** Each state of the workload in the plan, as its controller would have met it. */
async function revisionsOf(view: PlanView, planned: PlannedObject): Promise<KubeObject[]> {
  const kept = KEPT_IN[planned.resource]!;
  const revisions = await liveRevisions(view, planned, kept);
  for (const owner of view.overlay.history(planned)) {
    if (owner["spec"]?.["paused"] === true) continue;
    const template = withoutHash(owner["spec"]?.["template"]);
    const newest = Math.max(0, ...revisions.map(numberOf));
    const at = revisions.findIndex((revision) => sameJson(templateOf(revision), template));
    const found = at === -1 ? undefined : revisions.splice(at, 1)[0];
    const number = found !== undefined && numberOf(found) === newest ? newest : newest + 1;
    revisions.push(
      kept === "replicasets" ? replicaSet(owner, template, number, found) : controllerRevision(owner, template, number, found),
    );
  }
  return revisions;
}

async function liveRevisions(view: PlanView, planned: PlannedObject, resource: string): Promise<KubeObject[]> {
  if (planned.live === undefined || planned.namespace === undefined) return [];
  const labels: Json = planned.object?.["spec"]?.["selector"]?.["matchLabels"];
  const selector = isRecord(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : [];
  const target: ResourceTarget = { kind: "resource", group: "apps", version: "v1", resource, namespace: planned.namespace };
  const answer = await view.upstream.read(target, selector.length === 0 ? undefined : new Map([["labelSelector", selector.join(",")]]));
  const items: Json = answer.status === 200 ? answer.body["items"] : undefined;
  if (!Array.isArray(items)) return [];
  const kind = resource === "replicasets" ? "ReplicaSet" : "ControllerRevision";
  return items
    .filter((item) => ownersOf(item).some((owner) => owner.controller === true && owner.uid === planned.live?.uid))
    .map((item) => ({ apiVersion: "apps/v1", kind, ...item }) as KubeObject);
}

const ownersOf = (object: Json): { uid?: string; controller?: boolean }[] => object?.["metadata"]?.["ownerReferences"] ?? [];

function numberOf(revision: KubeObject): number {
  const given: Json = revision.kind === "ReplicaSet" ? revision.metadata?.annotations?.[REVISION] : revision["revision"];
  return Number(given ?? 0);
}

function templateOf(revision: KubeObject): Json {
  if (revision.kind === "ReplicaSet") return withoutHash(revision["spec"]?.["template"]);
  const { $patch: _patch, ...template } = (revision["data"]?.["spec"]?.["template"] ?? {}) as Record<string, Json>;
  return withoutHash(template);
}

/** A template as a comparison of templates sees it: without the label its own hash makes, and without fields that say nothing. */
function withoutHash(template: Json): Json {
  const copy = cloneJson(template ?? {});
  if (isRecord(copy["metadata"])) {
    delete copy["metadata"]["creationTimestamp"];
    if (isRecord(copy["metadata"]["labels"])) delete copy["metadata"]["labels"]["pod-template-hash"];
  }
  return copy;
}

/** A controller's object of the owner; the name it would have holds a hash that only the controller works out. */
function ownedBy(owner: KubeObject, template: Json, found: KubeObject | undefined): Record<string, unknown> {
  if (found !== undefined) return { ...(found.metadata as Record<string, unknown>) };
  const { name, namespace, uid, creationTimestamp } = (owner.metadata ?? {}) as Record<string, unknown>;
  return {
    name: `${String(name)}-${randomUUID().slice(0, 8)}`,
    namespace,
    uid: randomUUID(),
    creationTimestamp,
    labels: { ...template?.["metadata"]?.["labels"] },
    ownerReferences: [{ apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true }],
  };
}

function replicaSet(owner: KubeObject, template: Json, revision: number, found: KubeObject | undefined): KubeObject {
  const metadata = ownedBy(owner, template, found);
  const copied = Object.entries((owner.metadata?.annotations ?? {}) as Record<string, string>).filter(([key]) => !NOT_COPIED.has(key));
  const annotations = {
    ...(metadata["annotations"] as Record<string, string> | undefined),
    ...Object.fromEntries(copied),
    [REVISION]: String(revision),
  };
  const spec = found?.["spec"] ?? { replicas: owner["spec"]?.["replicas"], selector: owner["spec"]?.["selector"], template };
  return { apiVersion: "apps/v1", kind: "ReplicaSet", ...found, metadata: { ...metadata, annotations }, spec };
}

function controllerRevision(owner: KubeObject, template: Json, revision: number, found: KubeObject | undefined): KubeObject {
  const whole = { ...template, metadata: { creationTimestamp: null, ...template?.["metadata"] }, $patch: "replace" };
  const data = found?.["data"] ?? { spec: { template: whole } };
  return { apiVersion: "apps/v1", kind: "ControllerRevision", ...found, metadata: ownedBy(owner, template, found), data, revision };
}
