import { type KubeObject, sameJson } from "@interlock/kube-model";
import { strongest, type Effect } from "@interlock/protocol";
import { askAbout } from "./ask-about.ts";
import { bodyKind, bodyMetadata, jsonBody, type Body } from "./body.ts";
import { failed, holdToDryRun, identity, keyOfTarget, readLive, withObjectMetadata } from "./foreseen.ts";
import type { Foreseen, PlanView, WriteRequest } from "./foreseen.ts";
import { isReleased, lastingFinalizers } from "./finalizers.ts";
import { foreseeCreate } from "./foresee-create.ts";
import { foreseeScale } from "./foresee-scale.ts";
import { inVersion } from "./other-version.ts";
import type { PlannedObject } from "./overlay.ts";
import { patched } from "./patched.ts";
import { ownedAfterUpdate } from "./server-side-apply.ts";
import { classifyWrite } from "./request-class.ts";
import { withPrecondition } from "./precondition.ts";
import { conflict, notFound, type Answer } from "./status.ts";

/** A PUT or PATCH of an object or one of its parts. */
export async function foreseeChange(view: PlanView, request: WriteRequest): Promise<Foreseen> {
  const { target, body } = request;
  const { group, resource, namespace } = target;
  const applies = body.encoding === "json" && body.patch === "apply" && target.subresource === undefined;
  const planned = view.overlay.find(keyOfTarget(target));
  const within = namespace === undefined ? undefined : view.overlay.namespaceState(namespace);
  if (within === "gone") return failed(notFound("", "namespaces", namespace!));
  if (planned === undefined && within !== "made" && !view.overlay.isEmptied(namespace)) return changeLive(view, request);
  if (planned?.object === undefined) return applies ? foreseeCreate(view, request) : failed(notFound(group, resource, target.name!));
  const versioned = await inVersion(view, { ...planned, object: planned.object }, target.version);
  if (!versioned.ok) return failed(versioned.answer);
  return target.subresource === "scale" ? foreseeScale(view, request, versioned.planned) : changePlanned(view, request, versioned.planned);
}

async function changeLive(view: PlanView, request: WriteRequest): Promise<Foreseen> {
  const { target } = request;
  if (target.subresource === "scale") return foreseeScale(view, request, undefined);
  if (request.blind === true) return changeBlindly(view, request);
  const method = request.method as "PUT" | "PATCH";
  const [before, answer] = await Promise.all([readLive(view, target), view.upstream.dryRun({ ...request, method })]);
  if (answer.status >= 300) return failed(answer);
  await holdToDryRun(view, target, before, answer);
  return changed(view, request, answer, before, identity(before), "server");
}

/** The object the cluster has, changed as if only the plan had it. */
async function changeBlindly(view: PlanView, request: WriteRequest): Promise<Foreseen> {
  const { target } = request;
  const object = await readLive(view, target);
  const applies = request.body.encoding === "json" && request.body.patch === "apply";
  if (object === undefined) {
    return applies ? foreseeCreate(view, request) : failed(notFound(target.group, target.resource, target.name!));
  }
  const live = identity(object);
  return changePlanned(view, request, {
    ...keyOfTarget(target),
    version: target.version,
    object,
    ...(live === undefined ? {} : { live }),
    write: -1,
    seq: -1,
  });
}

/** The write and what it leaves, once the object is known. */
function changed(
  view: PlanView,
  request: WriteRequest,
  answer: Answer,
  before: KubeObject | undefined,
  live: { uid: string; resourceVersion: string } | undefined,
  shown: "server" | "plan",
): Foreseen {
  const { target, body } = request;
  const after = withObjectMetadata(answer.body, { resourceVersion: view.overlay.nextResourceVersion() });
  const released = after.metadata?.deletionTimestamp !== undefined && lastingFinalizers(after).length === 0;
  const kind = after.kind ?? bodyKind(body);
  return {
    answer: { ...answer, body: after },
    write: {
      target,
      sent: live === undefined ? body : withPrecondition(body, live.uid),
      effect: effectOf(request, before, after),
      ...(kind === undefined ? {} : { kind }),
      ...(before === undefined ? {} : { before }),
      after,
      ...(live === undefined ? {} : { live }),
      shown,
    },
    enter: (to, write) => {
      to.overlay.set({
        ...keyOfTarget(target),
        version: target.version,
        ...(released ? {} : { object: after }),
        ...(live === undefined ? {} : { live }),
        write,
      });
    },
  };
}

/** What lets an object go that was being deleted takes it away. */
function effectOf({ method, target }: WriteRequest, before: KubeObject | undefined, after: KubeObject): Effect {
  const { effect } = classifyWrite(method, target, before === undefined);
  return isReleased(before, after) ? strongest([effect, "delete"]) : effect;
}

async function changePlanned(view: PlanView, request: WriteRequest, planned: PlannedObject & { object: KubeObject }): Promise<Foreseen> {
  const { target, body } = request;
  const { group, resource, subresource } = target;
  const current = planned.object;
  const given = bodyMetadata(body);
  if (given.uid !== undefined && given.uid !== current.metadata?.uid) {
    const uids = `UID in precondition: ${given.uid}, UID in object meta: ${String(current.metadata?.uid)}`;
    return failed(conflict(group, resource, target.name!, `Precondition failed: ${uids}`));
  }
  if (given.resourceVersion !== undefined && given.resourceVersion !== current.metadata?.resourceVersion) {
    const why = "the object has been modified; please apply your changes to the latest version and try again";
    return failed(conflict(group, resource, target.name!, why));
  }
  let wanted: Body = body;
  if (request.method === "PATCH") {
    const result = await patched(view, request, current);
    if (!result.ok) return failed(result.answer);
    wanted = jsonBody(result.object);
  }
  const judged = await askAbout(view, { ...request, body: wanted }, planned);
  if (judged.answer.status >= 300) return failed(judged.answer);
  const asked = judged.answer.body;
  const owners = await ownersAfter(view, request, current, wanted);
  const whole = subresource === "status" ? { ...current, status: asked["status"] } : keepOwn(asked, current, planned.live !== undefined);
  const object = owners === undefined ? whole : withObjectMetadata(whole, { managedFields: owners });
  return changed(view, request, { ...judged.answer, status: 200, body: object }, current, planned.live, judged.shown);
}

/** Who owns what once a planned object has changed; the server, asked about all of the plan's changes at once, cannot tell. */
async function ownersAfter(view: PlanView, request: WriteRequest, current: KubeObject, wanted: Body): Promise<unknown> {
  const { target, query, userAgent } = request;
  if (wanted.encoding !== "json") return current.metadata?.managedFields;
  const after = wanted.value as KubeObject;
  // An apply has worked it out, and a client may set it itself.
  if (!sameJson(after.metadata?.managedFields, current.metadata?.managedFields)) return after.metadata?.managedFields;
  const kind = current.kind ?? (await view.facts.kind(target));
  const schema = kind === undefined ? undefined : await view.facts.schema(target.group, target.version, kind);
  if (schema === undefined || target.subresource !== undefined) return current.metadata?.managedFields;
  return ownedAfterUpdate(current, after, schema, {
    // As the server names a manager that does not name itself.
    manager: query.get("fieldManager") ?? userAgent?.split("/", 1)[0] ?? "unknown",
    apiVersion: target.group === "" ? target.version : `${target.group}/${target.version}`,
    now: new Date().toISOString().replace(/\.[0-9]+Z$/, "Z"),
  });
}

/** The server's answer under the identity the plan gave the object. */
function keepOwn(asked: KubeObject, current: KubeObject, live: boolean): KubeObject {
  const generation: unknown = current.metadata?.generation;
  const grown = typeof generation === "number" ? generation + (sameJson(asked["spec"], current["spec"]) ? 0 : 1) : undefined;
  const kept = withObjectMetadata(asked, {
    name: current.metadata?.name,
    ...(current.metadata?.namespace === undefined ? {} : { namespace: current.metadata.namespace }),
    uid: current.metadata?.uid,
    creationTimestamp: current.metadata?.creationTimestamp,
    ...(grown === undefined ? {} : { generation: grown }),
    ...(current.metadata?.deletionTimestamp === undefined ? {} : { deletionTimestamp: current.metadata.deletionTimestamp }),
  });
  return live || current["status"] === undefined ? kept : { ...kept, status: current["status"] };
}
