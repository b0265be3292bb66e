import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { type KubeObject, parseJson } from "@interlock/kube-model";
import { readAccept, type Accepted } from "./accept.ts";
import { keyOfTarget, type PlanView } from "./foreseen.ts";
import type { Plan } from "./plan.ts";
import type { Waiting } from "./planned-write.ts";
import { emptyList, isDiscovery, plannedDiscovery, plannedType } from "./planned-types.ts";
import { plannedObject, plannedPage } from "./planned-view.ts";
import { refusedRead } from "./request-class.ts";
import { isWatch, writePath, writeQuery, type PlainTarget, type ResourceTarget, type Target } from "./request-target.ts";
import { plannedRevisions, withRevision } from "./revisions.ts";
import { sendAnswer } from "./send-answer.ts";
import type { SecretValues } from "./secret-values.ts";
import { queryMatcher } from "./selectors.ts";
import { failure } from "./status.ts";
import { relayWatch } from "./watch-view.ts";

export interface ReadRequest {
  path: string;
  query: string;
}

type Query = ReadonlyMap<string, string>;

export interface Reads {
  (request: IncomingMessage, response: ServerResponse, target: Target, query: Query): Promise<void>;
  readonly passed: readonly ReadRequest[];
}

/** More are passed, but not kept. */
const KEPT_READS = 10_000;
const TEXT_ACCEPT = /^[A-Za-z0-9.+*/;=@,_ -]{1,1000}$/;

const DEFINITIONS = { group: "apiextensions.k8s.io", resource: "customresourcedefinitions" };

/** A list with revisions in the place of those that the cluster has under their names. */
function withRevisions(list: KubeObject, revisions: readonly KubeObject[] | undefined): KubeObject {
  const items: unknown = list["items"];
  if (revisions === undefined || !Array.isArray(items)) return list;
  const names = new Set(revisions.map((one) => one.metadata?.name));
  return { ...list, items: [...(items as KubeObject[]).filter((item) => !names.has(item.metadata?.name)), ...revisions] };
}

/** Answers reads: by the cluster as it is, or as the plan so far would leave it. */
export function createReads(view: PlanView, secrets: SecretValues, plan: Plan, onWaiting?: (waiting: Waiting) => void): Reads {
  const passed: ReadRequest[] = [];
  /** Up to which change of the plan a list that was answered with this resource version knows. */
  const seen = new Map<string, number>();

  const read = async (request: IncomingMessage, response: ServerResponse, target: Target, query: Query): Promise<void> => {
    const path = writePath(target);
    if (query.has("dryRun")) return sendAnswer(response, failure(400, "a read is no dry run"));
    const refused = target.kind === "resource" ? refusedRead(target) : undefined;
    if (refused !== undefined) return sendAnswer(response, plan.refuse("GET", path, refused));
    if (passed.length < KEPT_READS) passed.push({ path, query: writeQuery(query) });
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const given = request.headers.accept;
    if (target.kind === "plain" || target.subresource === "log") {
      const accept = given !== undefined && TEXT_ACCEPT.test(given) ? given : "*/*";
      if (target.kind === "plain" && isDiscovery(target.path) && view.overlay.touches(DEFINITIONS.group, DEFINITIONS.resource)) {
        return discovery(response, target, accept, gone.signal);
      }
      return relay(response, target, query, accept, gone.signal);
    }
    const accepted = readAccept(given);
    if (isWatch(query)) return watch(response, target, query, accepted, gone.signal);
    // Only what goes back to a revision is shown those that the plan leads to; to anything else they are not there.
    const rolls = String(request.headers["kubectl-command"] ?? "").startsWith("kubectl rollout");
    if (target.name !== undefined) return object(response, target, query, accepted, rolls, gone.signal);
    return list(response, target, query, accepted, rolls, gone.signal);
  };

  const isSecret = (target: ResourceTarget): boolean => target.group === "" && target.resource === "secrets";
  const masked = (target: ResourceTarget, body: KubeObject): KubeObject =>
    isSecret(target) && body.kind !== "Status" ? secrets.maskAny(body, target.namespace ?? "") : body;

  /** The cluster's answer as it comes. */
  const relay = async (response: ServerResponse, target: Target, query: Query, accept: string, signal: AbortSignal): Promise<void> => {
    const answer = await view.upstream.open(target, query, accept, signal);
    const type = String(answer.headers["content-type"] ?? "application/json");
    const warning = answer.headers["warning"];
    if (warning !== undefined) response.setHeader("warning", warning);
    for (const name of ["etag", "last-modified"]) {
      const value = answer.headers[name];
      if (value !== undefined) response.setHeader(name, value);
    }
    response.writeHead(answer.status, { "content-type": type });
    response.flushHeaders();
    await pipeline(answer.body, response).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };

  /** What the cluster serves, with the types that the plan makes and without those it takes away. */
  const discovery = async (response: ServerResponse, target: PlainTarget, accept: string, signal: AbortSignal): Promise<void> => {
    const answer = await view.upstream.open(target, new Map(), accept.includes("json") ? accept : "application/json", signal);
    const text = await answer.body.toArray().then((chunks) => Buffer.concat(chunks).toString());
    const found = answer.status === 200 ? (parseJson(text) as KubeObject) : undefined;
    const planned = plannedDiscovery(view.overlay, target.path, found);
    const type = found === undefined ? "application/json" : String(answer.headers["content-type"] ?? "application/json");
    response.writeHead(planned === undefined ? answer.status : 200, {
      "content-type": planned === undefined ? String(answer.headers["content-type"] ?? "application/json") : type,
    });
    response.end(planned === undefined ? text : JSON.stringify(planned));
  };

  const object = async (
    response: ServerResponse,
    target: ResourceTarget,
    query: Query,
    accepted: Accepted,
    rolls: boolean,
    signal: AbortSignal,
  ): Promise<void> => {
    const found = rolls ? view.overlay.find(keyOfTarget(target)) : undefined;
    if (found?.object !== undefined && target.subresource === undefined && accepted.forms[0]?.form === "plain") {
      return sendAnswer(response, { status: 200, body: masked(target, await withRevision(view, { ...found, object: found.object })) });
    }
    const planned = await plannedObject(view, target, accepted);
    if (planned !== undefined) {
      return sendAnswer(response, { ...planned, body: planned.status < 300 ? masked(target, planned.body) : planned.body });
    }
    if (!isSecret(target)) return relay(response, target, query, accepted.header, signal);
    const answer = await view.upstream.read(target, query, accepted.header, signal);
    sendAnswer(response, { ...answer, body: masked(target, answer.body) });
  };

  const list = async (
    response: ServerResponse,
    target: ResourceTarget,
    query: Query,
    accepted: Accepted,
    rolls: boolean,
    signal: AbortSignal,
  ): Promise<void> => {
    const made = plannedType(view.overlay, target);
    const revisions = rolls ? await plannedRevisions(view, target) : undefined;
    const touched = made !== undefined || revisions !== undefined || view.overlay.touches(target.group, target.resource);
    if (!touched && !isSecret(target)) return relay(response, target, query, accepted.header, signal);
    const known = view.overlay.seq;
    // Rows are told apart by the metadata they carry.
    const asked = touched && query.get("includeObject") === "None" ? new Map(query).set("includeObject", "Metadata") : query;
    const answer =
      made === undefined
        ? await view.upstream.read(target, asked, accepted.header, signal)
        : { status: 200, body: emptyList(made, view.overlay.nextResourceVersion(), accepted.forms[0]?.form === "table") };
    const page =
      touched && answer.status === 200 ? await plannedPage(view, target, query, accepted, withRevisions(answer.body, revisions)) : answer;
    const version: unknown = answer.body.metadata?.resourceVersion;
    if (typeof version === "string") seen.set(`${writePath({ ...target })} ${version}`, known);
    sendAnswer(response, { ...page, body: page.status < 300 ? masked(target, page.body) : page.body });
  };

  const watch = async (
    response: ServerResponse,
    target: ResourceTarget,
    query: Query,
    accepted: Accepted,
    signal: AbortSignal,
  ): Promise<void> => {
    const name = target.name ?? /^metadata\.name=([^,]+)$/.exec(query.get("fieldSelector") ?? "")?.[1];
    const waiting = name === undefined ? undefined : plan.waiting(target, name);
    const matches = queryMatcher(query);
    if (matches === undefined) return sendAnswer(response, failure(400, "the selector is not understood"));
    const version = query.get("resourceVersion") ?? "";
    const answer = await view.upstream.open(target, query, accepted.header, signal);
    const type = String(answer.headers["content-type"] ?? "application/json");
    response.writeHead(answer.status, { "content-type": type });
    // A client counts the time until the headers; the first event may be long in coming.
    response.flushHeaders();
    if (waiting !== undefined) onWaiting?.(waiting);
    if (answer.status !== 200) {
      await pipeline(answer.body, response);
      return;
    }
    const write = async (line: string): Promise<void> => {
      if (response.write(line)) return;
      await new Promise<void>((resolve, reject) => {
        const done = (error?: Error): void => {
          response.off("drain", done);
          response.off("close", closed);
          if (error === undefined) resolve();
          else reject(error);
        };
        const closed = (): void => done(new Error("the client has gone"));
        response.once("drain", done);
        response.once("close", closed);
      });
    };
    try {
      await relayWatch(
        answer.body,
        {
          view,
          target,
          accepted,
          matches,
          fromStart: version === "" || version === "0" || query.get("sendInitialEvents") === "true",
          seen: seen.get(`${writePath({ ...target })} ${version}`) ?? 0,
          mask: (body) => masked(target, body),
        },
        write,
      );
      response.end();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  };

  return Object.assign(read, { passed });
}
