import { randomUUID } from "node:crypto";
import { bodyKind, bodyMetadata, changeMetadata } from "./body.ts";
import { failed, holdToDryRun, keyOfTarget, withObjectMetadata, type Foreseen, type PlanView, type WriteRequest } from "./foreseen.ts";
import { classifyWrite } from "./request-class.ts";
import { tryStandIn } from "./stand-in.ts";
import { alreadyExists, notFound } from "./status.ts";

/** A POST, or the apply patch of something that does not exist. */
export async function foreseeCreate(view: PlanView, request: WriteRequest): Promise<Foreseen> {
  const { target, body } = request;
  const { overlay } = view;
  const given = bodyMetadata(body);
  const asked = target.name ?? given.name;
  const within = target.namespace === undefined ? undefined : overlay.namespaceState(target.namespace);
  if (within === "gone") return failed(notFound("", "namespaces", target.namespace!));
  const earlier = asked === undefined ? undefined : overlay.find(keyOfTarget(target, asked));
  if (earlier?.object !== undefined) return failed(alreadyExists(target.group, target.resource, asked!));
  const unknownToServer = request.blind === true || earlier !== undefined || within === "made" || overlay.isEmptied(target.namespace);
  const { answer, shown } = unknownToServer
    ? await tryStandIn(view, request)
    : { answer: await view.upstream.dryRun(request), shown: "server" as const };
  if (answer.status >= 300) return failed(answer);
  if (!unknownToServer) await holdToDryRun(view, target, undefined, answer);
  const name = String(answer.body.metadata?.name ?? asked ?? "");
  const after = withObjectMetadata(answer.body, {
    uid: answer.body.metadata?.uid ?? randomUUID(),
    resourceVersion: overlay.nextResourceVersion(),
  });
  // What was agreed is one name, so what is sent names it.
  const named = given.name === undefined && target.name === undefined ? changeMetadata(body, { name }) : body;
  const kind = after.kind ?? bodyKind(body);
  return {
    answer: { ...answer, status: 201, body: after },
    write: {
      target: request.method === "POST" ? target : { ...target, name },
      sent: named,
      effect: classifyWrite(request.method, target, true).effect,
      ...(kind === undefined ? {} : { kind }),
      after,
      shown,
    },
    enter: (to, write) => {
      to.overlay.set({ ...keyOfTarget(target, name), version: target.version, object: after, write });
    },
  };
}
