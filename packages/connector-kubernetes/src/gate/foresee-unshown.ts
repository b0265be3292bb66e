import { cloneJson, isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { bodyMetadata, changeMetadata, jsonBody, type Body } from "./body.ts";
import { readDeleteOptions, readDeleteOptionsMessage, type DeleteOptions } from "./delete-options.ts";
import { foreseeCreate } from "./foresee-create.ts";
import { foreseeToken } from "./foresee-token.ts";
import { failed, identity, keyOfTarget, readLive, withObjectMetadata } from "./foreseen.ts";
import type { Foreseen, PlanView, WriteRequest } from "./foreseen.ts";
import { Overlay } from "./overlay.ts";
import { ProtobufError, readFields } from "./protobuf.ts";
import type { RequestClass } from "./request-class.ts";
import { failure, notFound, success } from "./status.ts";
import { withPrecondition } from "./precondition.ts";

/** A write that a dry run cannot show. It is recorded and judged by its class, and never sent while planning. */
export async function foreseeUnshown(view: PlanView, request: WriteRequest, judged: RequestClass): Promise<Foreseen> {
  const { target } = request;
  switch (target.subresource ?? "") {
    case "eviction":
      return evict(view, request, judged);
    case "token":
      return foreseeToken(view, request, judged);
    case "finalize":
      return finalize(view, request, judged);
    case "approval":
      return approve(view, request, judged);
    case "binding":
      return bind(request, judged);
    default:
      return target.resource === "bindings" ? bind(request, judged) : foreseeCreate(view, { ...request, blind: true });
  }
}

async function currentOf(view: PlanView, request: WriteRequest): Promise<KubeObject | undefined> {
  const planned = view.overlay.find(keyOfTarget(request.target));
  if (planned !== undefined) return planned.object;
  return view.overlay.isEmptied(request.target.namespace) ? undefined : readLive(view, request.target);
}

/** The options of an eviction: field 2 of policy/v1 Eviction. */
export function evictionOptions(body: Body): DeleteOptions | undefined {
  if (body.encoding === "none") return {};
  if (body.encoding === "json") {
    const given: Json = isRecord(body.value) ? body.value["deleteOptions"] : undefined;
    const options = readDeleteOptions(given ?? {}, new Map());
    return options.ok ? options.value : undefined;
  }
  try {
    const field = readFields(body.envelope.message).find((item) => item.number === 2);
    return field?.bytes === undefined ? {} : readDeleteOptionsMessage(field.bytes);
  } catch (error) {
    if (error instanceof ProtobufError) return undefined;
    throw error;
  }
}

async function evict(view: PlanView, request: WriteRequest, judged: RequestClass): Promise<Foreseen> {
  const { target } = request;
  const name = target.name!;
  const options = evictionOptions(request.body);
  if (options === undefined) return failed(failure(400, "the options of the eviction are not understood"));
  const before = await currentOf(view, request);
  if (before === undefined) return failed(notFound("", "pods", name));
  const planned = view.overlay.find(keyOfTarget(target));
  const live = planned === undefined ? identity(before) : planned.live;
  const { dryRun: _dryRun, ...kept } = options;
  const sent = jsonBody({
    apiVersion: request.body.encoding === "protobuf" ? request.body.envelope.apiVersion : apiVersionOf(request.body),
    kind: "Eviction",
    metadata: { name, namespace: target.namespace },
    deleteOptions: { ...kept, ...(live === undefined ? {} : { preconditions: { ...kept.preconditions, uid: live.uid } }) },
  });
  return {
    answer: { ...success("", "pods", name, undefined), status: 201 },
    write: { target, sent, effect: judged.effect, kind: "Pod", before, ...(live === undefined ? {} : { live }), shown: "plan" },
    enter: (to, write) => {
      to.overlay.set({ ...keyOfTarget(target), version: target.version, ...(live === undefined ? {} : { live }), write });
    },
  };
}

function apiVersionOf(body: Body): string {
  const given: Json = body.encoding === "json" && isRecord(body.value) ? body.value["apiVersion"] : undefined;
  return typeof given === "string" ? given : "policy/v1";
}

async function finalize(view: PlanView, request: WriteRequest, judged: RequestClass): Promise<Foreseen> {
  const { target, body } = request;
  const before = await currentOf(view, request);
  if (before === undefined) return failed(notFound("", "namespaces", target.name!));
  if (body.encoding !== "json" || !isRecord(body.value)) return failed(failure(415, "a namespace is finalized with a body in JSON"));
  const finalizers: Json = body.value["spec"]?.["finalizers"];
  const ends = before.metadata?.deletionTimestamp !== undefined && (!Array.isArray(finalizers) || finalizers.length === 0);
  const after = withObjectMetadata(
    { ...cloneJson(before), spec: { ...(before["spec"] as object), finalizers: finalizers ?? [] } },
    { resourceVersion: view.overlay.nextResourceVersion() },
  );
  const planned = view.overlay.find(keyOfTarget(target));
  const live = planned === undefined ? identity(before) : planned.live;
  return {
    answer: { status: 200, body: after },
    write: {
      target,
      // Who is there under that name by then may be another.
      sent: live === undefined ? body : withPrecondition(body, live.uid),
      effect: judged.effect,
      kind: "Namespace",
      before,
      ...(ends ? {} : { after }),
      ...(live === undefined ? {} : { live }),
      shown: "plan",
    },
    enter: (to, write) => {
      const rest = { ...keyOfTarget(target), version: target.version, ...(live === undefined ? {} : { live }), write };
      to.overlay.set(ends ? rest : { ...rest, object: after });
      if (ends) to.overlay.emptyNamespace(target.name!, write);
    },
  };
}

async function approve(view: PlanView, request: WriteRequest, judged: RequestClass): Promise<Foreseen> {
  const { target, body } = request;
  const before = await currentOf(view, request);
  if (before === undefined) return failed(notFound(target.group, target.resource, target.name!));
  const conditions: Json = body.encoding === "json" && isRecord(body.value) ? body.value["status"]?.["conditions"] : undefined;
  const after: KubeObject = Array.isArray(conditions)
    ? { ...cloneJson(before), status: { ...(before["status"] as object | undefined), conditions } }
    : before;
  const live = identity(before);
  // A version of the plan's own cannot be put into protobuf later, whose texts carry their length.
  const own = body.encoding === "protobuf" && Overlay.isPlannedVersion(bodyMetadata(body).resourceVersion);
  return {
    answer: { status: 200, body: after },
    write: {
      target,
      sent: own ? changeMetadata(body, { resourceVersion: undefined }) : body,
      effect: judged.effect,
      kind: "CertificateSigningRequest",
      before,
      ...(Array.isArray(conditions) ? { after } : {}),
      ...(live === undefined ? {} : { live }),
      shown: "plan",
    },
    enter: () => undefined,
  };
}

/** A pod is given a node: the pod goes on under its name. */
function bind(request: WriteRequest, judged: RequestClass): Foreseen {
  const { target, body } = request;
  return {
    answer: { status: 201, body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" } },
    write: { target, sent: body, effect: judged.effect, kind: "Binding", shown: "plan" },
    enter: () => undefined,
  };
}
