import { cloneJson, isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { bodyMetadata, jsonBody } from "./body.ts";
import { askAbout } from "./ask-about.ts";
import { failed, holdToDryRun, identity, keyOfTarget, objectTarget, readLive, withObjectMetadata } from "./foreseen.ts";
import type { Foreseen, PlanView, WriteRequest } from "./foreseen.ts";
import type { PlannedObject } from "./overlay.ts";
import { patched } from "./patched.ts";
import { withPrecondition } from "./precondition.ts";
import { classifyWrite } from "./request-class.ts";
import type { ResourceTarget } from "./request-target.ts";
import { conflict, notFound, type Answer } from "./status.ts";

/** A write to `scale`: the object it belongs to is what changes. */
export async function foreseeScale(
  view: PlanView,
  request: WriteRequest,
  planned: (PlannedObject & { object: KubeObject }) | undefined,
): Promise<Foreseen> {
  const { target, body } = request;
  const path = await view.facts.replicasPath(target);
  if (planned === undefined && request.blind !== true) {
    const method = request.method as "PUT" | "PATCH";
    const [before, answer] = await Promise.all([readLive(view, target), view.upstream.dryRun({ ...request, method })]);
    if (answer.status >= 300) return failed(answer);
    if (before === undefined) return failed(answer);
    const after = withReplicas(view, before, path, answer.body["spec"]?.["replicas"]);
    await holdToDryRun(view, target, before, { ...answer, body: { ...after, metadata: answer.body.metadata } });
    return scaled(request, { ...answer, body: withVersion(answer.body, after) }, before, after, identity(before), "server");
  }
  const base = planned ?? (await asPlanned(view, target));
  if (base === undefined) return failed(notFound(target.group, target.resource, target.name!));
  const current = base.object;
  const given = bodyMetadata(body).resourceVersion;
  if (given !== undefined && given !== current.metadata?.resourceVersion) {
    return failed(
      conflict(
        target.group,
        target.resource,
        target.name!,
        "the object has been modified; please apply your changes to the latest version and try again",
      ),
    );
  }
  let wanted: Json = body.encoding === "json" ? body.value : undefined;
  if (request.method === "PATCH") {
    const result = await patched(view, { ...request, target: SCALE }, scaleOf(current, path));
    if (!result.ok) return failed(result.answer);
    wanted = result.object;
  }
  const next = withReplicas(view, current, path, wanted?.["spec"]?.["replicas"]);
  const whole = { ...request, target: objectTarget(target), body: jsonBody(next), query: new Map<string, string>() };
  const judged = await askAbout(view, whole, base);
  if (judged.answer.status >= 300) return failed(judged.answer);
  const answer = { ...judged.answer, status: 200, body: scaleOf(next, path) };
  return scaled(request, answer, current, next, base.live, judged.shown);
}

async function asPlanned(view: PlanView, target: ResourceTarget): Promise<(PlannedObject & { object: KubeObject }) | undefined> {
  const object = await readLive(view, target);
  const live = identity(object);
  if (object === undefined) return undefined;
  return { ...keyOfTarget(target), version: target.version, object, ...(live === undefined ? {} : { live }), write: -1, seq: -1 };
}

const SCALE: ResourceTarget = { kind: "resource", group: "autoscaling", version: "v1", resource: "scales" };

/** The `scale` part of an object that only the plan has. */
export function scaleOf(object: KubeObject, path: readonly string[]): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = (object.metadata ?? {}) as Record<string, Json>;
  const labels: Json = object["spec"]?.["selector"]?.["matchLabels"] ?? object["spec"]?.["selector"];
  const selector = isRecord(labels)
    ? Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(",")
    : undefined;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: at(object, path) ?? 0 },
    status: { replicas: object["status"]?.["replicas"] ?? 0, ...(selector === undefined ? {} : { selector }) },
  };
}

function at(object: Json, path: readonly string[]): Json {
  let value = object;
  for (const part of path) value = isRecord(value) ? value[part] : undefined;
  return value;
}

function withReplicas(view: PlanView, object: KubeObject, path: readonly string[], replicas: Json): KubeObject {
  const next = cloneJson(object);
  let holder: Json = next;
  for (const part of path.slice(0, -1)) holder = holder[part] ??= {};
  holder[path.at(-1)!] = replicas ?? 0;
  return withObjectMetadata(next, { resourceVersion: view.overlay.nextResourceVersion() });
}

const withVersion = (scale: KubeObject, object: KubeObject): KubeObject =>
  withObjectMetadata(scale, { resourceVersion: object.metadata?.resourceVersion });

function scaled(
  request: WriteRequest,
  answer: Answer,
  before: KubeObject,
  after: KubeObject,
  live: { uid: string; resourceVersion: string } | undefined,
  shown: "server" | "plan",
): Foreseen {
  const { target, body } = request;
  return {
    answer,
    write: {
      target,
      sent: live === undefined ? body : withPrecondition(body, live.uid),
      effect: classifyWrite(request.method, target).effect,
      ...(before.kind === undefined ? {} : { kind: before.kind }),
      before,
      after,
      ...(live === undefined ? {} : { live }),
      shown,
    },
    enter: (to, write) => {
      to.overlay.set({ ...keyOfTarget(target), version: target.version, object: after, ...(live === undefined ? {} : { live }), write });
    },
  };
}
