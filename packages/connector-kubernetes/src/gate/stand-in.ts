import { randomBytes, randomUUID } from "node:crypto";
import { cloneJson, isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import { bodyMetadata, changeMetadata, type Body } from "./body.ts";
import { withObjectMetadata, type PlanView, type WriteRequest } from "./foreseen.ts";
import type { Answer } from "./status.ts";

/** Where a stand-in is tried when the real namespace exists only in the plan; every cluster has it. */
const BORROWED_NAMESPACE = "default";

export interface StandIn {
  answer: Answer;
  /** `plan`: the server could not be asked, the object is the request's own. */
  shown: "server" | "plan";
}

/**
 * Foresees a creation that the server would refuse only because it does not know the plan: the namespace was created, or the name deleted,
 * earlier in it. The server is asked about the same object under a free name, in a namespace that exists, so that its defaults and its
 * validation still speak; where it objects to just that, the object is taken as it was sent.
 */
export async function tryStandIn(view: PlanView, request: WriteRequest, accept?: string): Promise<StandIn> {
  const { target, body } = request;
  if (request.blind === true) return { answer: { status: 201, body: asSent(body, target.namespace) }, shown: "plan" };
  const metadata = bodyMetadata(body);
  const name = target.name ?? metadata.name;
  const namespace = target.namespace === undefined ? undefined : borrowed(view, target.namespace);
  const other = name === undefined ? undefined : `${name.slice(0, 40).replace(/[^A-Za-z0-9]+$/, "")}-${randomBytes(4).toString("hex")}`;
  const answer = await view.upstream.dryRun({
    ...request,
    target: {
      ...target,
      ...(namespace === undefined ? {} : { namespace }),
      ...(target.name === undefined || other === undefined ? {} : { name: other }),
    },
    body: changeMetadata(body, {
      ...(other === undefined ? {} : { name: other }),
      ...(namespace === undefined ? {} : { namespace }),
      uid: undefined,
      resourceVersion: undefined,
    }),
    ...(accept === undefined ? {} : { accept }),
  });
  const renamed = rename(answer.body, other, name);
  // Limits of another namespace may have left their defaults in it.
  const shown = namespace === target.namespace ? "server" : "plan";
  if (answer.status < 300) {
    if (accept !== undefined) return { answer: { ...answer, body: renamed }, shown };
    const whole = withObjectMetadata(renamed, target.namespace === undefined ? {} : { namespace: target.namespace });
    return { answer: { ...answer, status: 201, body: whole }, shown };
  }
  if ((answer.status === 422 || answer.status === 400) && !objectsToName(answer.body))
    return { answer: { ...answer, body: renamed }, shown: "server" };
  const own = asSent(request.body, target.namespace);
  return own === undefined
    ? { answer: { ...answer, body: renamed }, shown: "server" }
    : { answer: { status: 201, body: own }, shown: "plan" };
}

function borrowed(view: PlanView, namespace: string): string {
  return view.overlay.namespaceState(namespace) === "made" ? BORROWED_NAMESPACE : namespace;
}

/** Whether a refusal is about what the stand-in has of its own: its name, or a port or address that the object it replaces still holds. */
function objectsToName(status: KubeObject): boolean {
  const causes: Json = status["details"]?.["causes"];
  if (!Array.isArray(causes)) return false;
  return causes.some(
    (cause) =>
      isRecord(cause) &&
      (/^metadata\.(name|namespace)$/.test(String(cause["field"])) ||
        /already (allocated|been allocated)|in use/.test(String(cause["message"]))),
  );
}

/** Every text of the answer that has the stand-in's name in it, e.g. a job's own labels. */
function rename(value: KubeObject, from: string | undefined, to: string | undefined): KubeObject {
  if (from === undefined || to === undefined) return value;
  const visit = (item: Json): Json => {
    if (typeof item === "string") return item.replaceAll(from, to);
    if (Array.isArray(item)) return item.map(visit);
    return isRecord(item) ? Object.fromEntries(Object.entries(item).map(([key, part]) => [key, visit(part)])) : item;
  };
  return visit(value) as KubeObject;
}

/** The object of a request with what the server sets on every one of them; of protobuf only the metadata is known. */
export function asSent(body: Body, namespace: string | undefined): KubeObject {
  const object: KubeObject =
    body.encoding === "json" && isRecord(body.value)
      ? (cloneJson(body.value) as KubeObject)
      : body.encoding === "protobuf"
        ? { apiVersion: body.envelope.apiVersion, kind: body.envelope.kind, metadata: { name: bodyMetadata(body).name } }
        : {};
  const given = bodyMetadata(body);
  return withObjectMetadata(object, {
    name: given.name ?? `${given.generateName ?? ""}${randomBytes(3).toString("hex").slice(0, 5)}`,
    ...(namespace === undefined ? {} : { namespace }),
    uid: randomUUID(),
    creationTimestamp: new Date().toISOString().replace(/\.[0-9]+Z$/, "Z"),
    generation: 1,
  });
}
