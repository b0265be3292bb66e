import type { KubeObject } from "@interlock/kube-model";
import { readDeleteOptions, type DeleteOptions } from "./delete-options.ts";
import { failed, identity, keyOfTarget, NotADryRun, objectTarget, readLive, withObjectMetadata } from "./foreseen.ts";
import type { Foreseen, PlanView, WriteRequest } from "./foreseen.ts";
import { Overlay } from "./overlay.ts";
import { listPlanned } from "./planned-list.ts";
import { deletePropagation } from "./propagation.ts";
import { classifyWrite } from "./request-class.ts";
import type { ResourceTarget } from "./request-target.ts";
import { conflict, failure, notFound, success, type Answer } from "./status.ts";
import { staysTerminating } from "./terminating.ts";

export async function foreseeDelete(view: PlanView, request: WriteRequest): Promise<Foreseen> {
  const options = optionsOf(request);
  if (!options.ok) return failed(failure(400, options.reason));
  return request.target.name === undefined ? deleteCollection(view, request, options.value) : deleteObject(view, request, options.value);
}

export function optionsOf(request: WriteRequest): ReturnType<typeof readDeleteOptions> {
  const { body, query } = request;
  const given = body.encoding === "none" ? undefined : body.encoding === "protobuf" ? body.bytes : body.value;
  const options = readDeleteOptions(given, query);
  // A dry run asked for in either place is meant: kubectl puts it in the body alone.
  if (options.ok && query.get("dryRun") === "All") options.value.dryRun = ["All"];
  return options;
}

async function deleteObject(view: PlanView, request: WriteRequest, options: DeleteOptions): Promise<Foreseen> {
  const { target } = request;
  const { group, resource, namespace } = target;
  const name = target.name!;
  const planned = view.overlay.find(keyOfTarget(target));
  const emptying = view.overlay.isEmptying(namespace);
  if (planned === undefined && view.overlay.isEmptied(namespace) && !emptying) return failed(notFound(group, resource, name));
  const current = planned?.object ?? (emptying ? planned?.doomed : undefined);
  if (planned !== undefined && current === undefined) return failed(notFound(group, resource, name));
  let before: KubeObject | undefined;
  let answer: Answer;
  let live = planned?.live;
  if (planned === undefined) {
    ({ answer, before } = request.blind === true ? await deleteBlindly(view, target) : await tryDelete(view, request, options));
    if (answer.status >= 300) return failed(answer);
    live = identity(before);
  } else {
    before = current!;
    const mismatch = unmet(options, before);
    if (mismatch !== undefined) return failed(conflict(group, resource, name, mismatch));
    if (live === undefined || request.blind === true) answer = success(group, resource, name, before.metadata?.uid as string | undefined);
    else {
      const { preconditions: _planned, ...rest } = options;
      answer = await view.upstream.dryRun({ ...request, method: "DELETE", body: { encoding: "delete", options: rest } });
      if (answer.status >= 300) return failed(answer);
    }
  }
  const terminating =
    before !== undefined && (await staysTerminating(view, before))
      ? withObjectMetadata(before, {
          deletionTimestamp: before.metadata?.deletionTimestamp ?? new Date().toISOString().replace(/\.[0-9]+Z$/, "Z"),
          deletionGracePeriodSeconds: before.metadata?.deletionGracePeriodSeconds ?? 0,
          resourceVersion: view.overlay.nextResourceVersion(),
        })
      : undefined;
  const sentOptions: DeleteOptions = live === undefined ? options : { ...options, preconditions: preconditions(options, live) };
  return {
    answer: terminating === undefined ? answer : { ...answer, body: terminating },
    write: {
      target,
      sent: { encoding: "delete", options: sentOptions },
      effect: classifyWrite("DELETE", target).effect,
      ...(before?.kind === undefined ? {} : { kind: before.kind }),
      ...(before === undefined ? {} : { before }),
      ...(terminating === undefined ? {} : { after: terminating }),
      ...(live === undefined ? {} : { live }),
      shown: request.blind !== true && (planned === undefined || live !== undefined) ? "server" : "plan",
    },
    enter: (to, write) => {
      to.overlay.set({
        ...keyOfTarget(target),
        version: target.version,
        ...(terminating === undefined ? {} : { object: terminating }),
        ...(live === undefined ? {} : { live }),
        ...(deletePropagation({ ...target, finalizers: finalizersOf(before) }, options) === "Orphan" ? { orphans: true as const } : {}),
        write,
      });
      if (group === "" && resource === "namespaces" && terminating === undefined) to.overlay.emptyNamespace(name, write);
    },
  };
}

function finalizersOf(object: KubeObject | undefined): readonly string[] {
  const finalizers: unknown = object?.metadata?.finalizers;
  return Array.isArray(finalizers) ? finalizers.map(String) : [];
}

interface TriedDelete {
  answer: Answer;
  before: KubeObject | undefined;
}

/**
 * The server's answer, and what it would take. The first delete of each kind is followed by the look, which finds the object still there
 * if the server took the dry run for one; after that the look goes beside it.
 */
async function tryDelete(view: PlanView, request: WriteRequest, options: DeleteOptions): Promise<TriedDelete> {
  const { target } = request;
  const kind = `${target.group}/${target.resource}`;
  const ask = () => view.upstream.dryRun({ ...request, method: "DELETE", body: { encoding: "delete", options } });
  if (view.facts.keptDryRun.has(kind)) {
    const [answer, before] = await Promise.all([ask(), readLive(view, target)]);
    return { answer, before };
  }
  const answer = await ask();
  if (answer.status >= 300) return { answer, before: undefined };
  const look = await view.upstream.read(objectTarget(target));
  if (look.status === 404) {
    throw new NotADryRun(`${target.resource} "${target.name!}" is gone after the cluster was asked only to try deleting it`);
  }
  if (look.status === 200) view.facts.keptDryRun.add(kind);
  return { answer, before: look.status === 200 ? look.body : undefined };
}

async function deleteBlindly(view: PlanView, target: ResourceTarget): Promise<TriedDelete> {
  const before = await readLive(view, target);
  const { group, resource } = target;
  if (before === undefined) return { answer: notFound(group, resource, target.name!), before };
  return { answer: success(group, resource, target.name!, identity(before)?.uid), before };
}

/** Identity of what was seen; the client's own preconditions stay unless they were of the plan's own making. */
function preconditions(options: DeleteOptions, live: { uid: string }): NonNullable<DeleteOptions["preconditions"]> {
  const version = options.preconditions?.resourceVersion;
  return { uid: live.uid, ...(version === undefined || Overlay.isPlannedVersion(version) ? {} : { resourceVersion: version }) };
}

function unmet(options: DeleteOptions, object: KubeObject): string | undefined {
  const { uid, resourceVersion } = options.preconditions ?? {};
  if (uid !== undefined && uid !== object.metadata?.uid) {
    return `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${String(object.metadata?.uid)}`;
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata?.resourceVersion) {
    return `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${String(object.metadata?.resourceVersion)}`;
  }
  return undefined;
}

/** Which objects a collection has when the plan is applied may differ from when it was agreed, so each member is a write of its own. */
async function deleteCollection(view: PlanView, request: WriteRequest, options: DeleteOptions): Promise<Foreseen> {
  const { target } = request;
  const listed = await listPlanned(view, target, request.query);
  if (!listed.ok) return failed(listed.answer);
  const members: Foreseen[] = [];
  for (const object of listed.items) {
    const metadata = object.metadata as { name: string; namespace?: string };
    const member: ResourceTarget = {
      ...target,
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    };
    const query = new Map([...request.query].filter(([key]) => key !== "labelSelector" && key !== "fieldSelector"));
    const foreseen = await deleteObject(view, { ...request, target: member, query }, options);
    if (foreseen.write === undefined && foreseen.answer.status !== 404) return foreseen;
    if (foreseen.write !== undefined) members.push(foreseen);
  }
  return {
    answer: { status: 200, body: { ...listed.list, items: listed.items } },
    members: members.map((member) => member.write!),
    enter: (to, write) => members.forEach((member, index) => member.enter(to, write + index)),
  };
}
