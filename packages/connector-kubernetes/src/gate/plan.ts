import { type KubeObject, parseJson } from "@interlock/kube-model";
import { bodyBytes, bodyMetadata, changeMetadata, contentType, jsonBody, type Body } from "./body.ts";
import { writeDeleteOptions } from "./delete-options.ts";
import { foreseeChange } from "./foresee-change.ts";
import { foreseeCreate } from "./foresee-create.ts";
import { lastingFinalizers } from "./finalizers.ts";
import { foreseeDelete, optionsOf } from "./foresee-delete.ts";
import { NotADryRun, withObjectMetadata, type Foreseen, type PlanView, type WriteRequest } from "./foreseen.ts";
import { evictionOptions, foreseeUnshown } from "./foresee-unshown.ts";
import { Overlay } from "./overlay.ts";
import type { Binding, PlannedWrite, RefusedRequest, Waiting } from "./planned-write.ts";
import { isCopied } from "./precondition.ts";
import { classifyWrite, type RequestClass } from "./request-class.ts";
import { writePath, writeQuery, type ResourceTarget } from "./request-target.ts";
import { holdsPlaceholder, type SecretValues } from "./secret-values.ts";
import { failure, type Answer } from "./status.ts";

export type Mode = "plan" | "read";

const isSecret = (target: ResourceTarget): boolean => target.group === "" && target.resource === "secrets";

/** Takes the writes of one run one after the other, and keeps what they would do. */
export class Plan {
  readonly writes: PlannedWrite[] = [];
  readonly refused: RefusedRequest[] = [];
  /** Set when the cluster was seen to keep what it was asked only to try. Nothing is sent after that. */
  fault: string | undefined;
  readonly #view: PlanView;
  readonly #secrets: SecretValues;
  readonly #mode: Mode;
  /** Uids and resource versions that only the plan knows, and the write that made each. */
  readonly #made = new Map<string, { write: number; field: Binding["field"] }>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(view: PlanView, secrets: SecretValues, mode: Mode) {
    this.#view = view;
    this.#secrets = secrets;
    this.#mode = mode;
  }

  /** Objects that the plan deletes and that will stay until their finalizers are taken off. */
  waiting(target: ResourceTarget, name: string): Waiting | undefined {
    const { group, resource, namespace } = target;
    const planned = this.#view.overlay.find({ group, resource, name, ...(namespace === undefined ? {} : { namespace }) });
    if (planned?.object?.metadata?.deletionTimestamp === undefined) return undefined;
    const finalizers = lastingFinalizers(planned.object);
    return finalizers.length === 0 ? undefined : { resource, name, finalizers, ...(namespace === undefined ? {} : { namespace }) };
  }

  refuse(method: string, path: string, judged: Pick<RequestClass, "effect" | "reason">): Answer {
    const reason = judged.reason ?? "it is not known what it does";
    this.refused.push({ method, path, effect: judged.effect, reason });
    return failure(403, `Interlock does not let this request through: ${reason}`);
  }

  /** The answer to a write; secret values in it are masked. */
  write(request: WriteRequest): Promise<Answer> {
    const run = this.#last.then(() => this.#write(request));
    this.#last = run.catch(() => undefined);
    return run;
  }

  /** Resolves when every write taken so far is answered. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async #write(request: WriteRequest): Promise<Answer> {
    if (this.fault !== undefined) return failure(500, this.fault);
    const { method, target } = request;
    const judged = classifyWrite(method, target);
    if (judged.handling === "refused") return this.refuse(method, writePath(target), judged);
    if (judged.handling === "review") return this.#view.upstream.dryRun({ ...request, method: "POST" });
    const restored = this.#restore(request);
    if (!restored.ok) return this.refuse(method, writePath(target), { effect: judged.effect, reason: restored.reason });
    const whole = restored.request;
    const trial = asksForDryRun(whole);
    if (this.#mode === "read" && !trial) {
      return this.refuse(method, writePath(target), { effect: judged.effect, reason: "this run only reads" });
    }
    try {
      const foreseen = await this.#foresee(whole, judged);
      if (!trial) this.#record(whole, foreseen);
      return this.#masked(target, trial ? asTried(foreseen) : foreseen);
    } catch (error) {
      if (!(error instanceof NotADryRun)) throw error;
      this.fault = error.message;
      return failure(500, error.message);
    }
  }

  async #foresee(request: WriteRequest, judged: RequestClass): Promise<Foreseen> {
    if (judged.handling === "recorded") return foreseeUnshown(this.#view, request, judged);
    if (!(await this.#view.facts.takesDryRun(request.method, request.target))) return this.#foreseeWrite({ ...request, blind: true });
    const foreseen = await this.#foreseeWrite(request);
    // The server has refused before doing anything: a webhook that it would have to call says that it cannot be called for a trial.
    return refusesDryRun(foreseen) ? this.#foreseeWrite({ ...request, blind: true }) : foreseen;
  }

  #foreseeWrite(request: WriteRequest): Promise<Foreseen> {
    if (request.method === "POST") return foreseeCreate(this.#view, request);
    if (request.method === "DELETE") return foreseeDelete(this.#view, request);
    return foreseeChange(this.#view, request);
  }

  /** Puts back values of a Secret that the client was shown placeholders of; nowhere else has a placeholder a meaning. */
  #restore(request: WriteRequest): { ok: true; request: WriteRequest } | { ok: false; reason: string } {
    const { body, target } = request;
    const text = body.encoding === "json" ? body.text : body.encoding === "protobuf" ? body.bytes.toString("latin1") : "";
    if (!holdsPlaceholder(text)) return { ok: true, request };
    if (!isSecret(target) || body.encoding !== "json") return { ok: false, reason: "it holds the placeholder of a secret value" };
    const metadataName: unknown = body.value?.["metadata"]?.["name"];
    const name = target.name ?? (typeof metadataName === "string" ? metadataName : "");
    const restored = this.#secrets.restore(body.value, `${target.namespace ?? ""}/${name}`);
    if (!restored.ok) return restored;
    return { ok: true, request: { ...request, body: jsonBody(restored.body, body.patch) } };
  }

  #masked(target: ResourceTarget, foreseen: Foreseen): Answer {
    const { answer } = foreseen;
    if (!isSecret(target)) return answer;
    // Both sides are read first, so that a value that moved is known wherever it went.
    this.#shown(target, foreseen.write?.before);
    if (answer.status < 300) {
      return answer.body.kind === "Status" ? answer : { ...answer, body: this.#secrets.maskAny(answer.body, target.namespace ?? "") };
    }
    const text = this.#secrets.hideText(JSON.stringify(answer.body), `${target.namespace ?? ""}/${target.name ?? ""}`);
    return { ...answer, body: parseJson(text) as KubeObject };
  }

  #shown(target: ResourceTarget, object: KubeObject | undefined): KubeObject | undefined {
    if (object === undefined || !isSecret(target)) return object;
    return this.#secrets.mask(object, target.namespace ?? "");
  }

  #record(request: WriteRequest, foreseen: Foreseen): void {
    const writes = foreseen.members ?? (foreseen.write === undefined ? [] : [foreseen.write]);
    if (writes.length === 0) return;
    const first = this.writes.length;
    for (const write of writes) {
      const { target } = write;
      const index = this.writes.length;
      const { sent, own } = withOwnVersion(this.#view, request, write);
      const query = new Map(
        [...request.query].filter(([key]) => !NOT_SENT.has(key) && !(sent.encoding === "delete" && IN_OPTIONS.has(key))),
      );
      if (foreseen.members !== undefined) for (const key of ["labelSelector", "fieldSelector"]) query.delete(key);
      const bytes = sent.encoding === "delete" ? writeDeleteOptions(sent.options, false) : bodyBytes(sent);
      const type = sent.encoding === "delete" ? "application/json" : contentType(sent);
      const path = writePath(target);
      const search = writeQuery(query);
      const before = this.#shown(target, write.before);
      const after = this.#shown(target, write.after);
      const name = target.name ?? (typeof write.after?.metadata?.name === "string" ? write.after.metadata.name : undefined);
      this.writes.push({
        index,
        method: request.method,
        path,
        query: search,
        resource: {
          group: target.group,
          version: target.version,
          resource: target.resource,
          kind: write.kind ?? "",
          ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
          ...(name === undefined ? {} : { name }),
          ...(target.subresource === undefined ? {} : { subresource: target.subresource }),
        },
        effect: write.effect,
        ...(write.live === undefined ? {} : { ...write.live, guard: isLookedAt(target, sent) ? "look" : "request" }),
        ...(before === undefined ? {} : { before }),
        ...(after === undefined ? {} : { after }),
        shown: write.shown,
        warnings: foreseen.answer.warnings ?? [],
        stored: {
          sensitive: true,
          method: request.method,
          url: search === "" ? path : `${path}?${search}`,
          headers: {
            accept: "application/json",
            ...(type === undefined ? {} : { "content-type": type }),
            ...(request.userAgent === undefined ? {} : { "user-agent": request.userAgent }),
          },
          body: bytes,
        },
        bindings: [
          ...this.#bindings(sent, bytes),
          ...(own === undefined ? [] : [{ token: own, write: index, field: "resourceVersion" as const }]),
        ],
      });
      this.#remember(write.after, index, write.live);
    }
    foreseen.enter(this.#view, first);
  }

  #remember(after: KubeObject | undefined, write: number, live: { uid: string } | undefined): void {
    const uid: unknown = after?.metadata?.uid;
    const version: unknown = after?.metadata?.resourceVersion;
    if (typeof uid === "string" && live === undefined && !this.#made.has(uid)) this.#made.set(uid, { write, field: "uid" });
    if (typeof version === "string" && Overlay.isPlannedVersion(version)) this.#made.set(version, { write, field: "resourceVersion" });
  }

  #bindings(sent: Body | { encoding: "delete" }, bytes: Buffer): Binding[] {
    if (this.#made.size === 0) return [];
    const bindings = new Map<string, Binding>();
    for (const [token] of bytes.toString("latin1").matchAll(MADE)) {
      const made = this.#made.get(token);
      // What is in protobuf carries its length, which only a uid keeps.
      if (made !== undefined && (sent.encoding !== "protobuf" || made.field === "uid")) bindings.set(token, { token, ...made });
    }
    return [...bindings.values()];
  }
}

/** Uids, and resource versions of the plan's own. */
const MADE = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9]{19,20}\b/g;
const NOT_SENT = new Set(["dryRun", "pretty", "timeout"]);
const IN_OPTIONS = new Set(["gracePeriodSeconds", "orphanDependents", "propagationPolicy"]);

function refusesDryRun({ answer }: Foreseen): boolean {
  return answer.status === 400 && /does not support dry ?run/i.test(String(answer.body["message"]));
}

/** What the server does not compare itself: a request for a token names no uid. */
const isLookedAt = ({ subresource }: ResourceTarget, sent: Body | { encoding: "delete" }): boolean =>
  subresource === "token" || (sent.encoding !== "delete" && isCopied(sent));

/** A client that tries a change compares versions: what is not kept has the one it had. */
function asTried(foreseen: Foreseen): Foreseen {
  const { answer, write } = foreseen;
  if (write === undefined || !Overlay.isPlannedVersion(answer.body.metadata?.resourceVersion)) return foreseen;
  const resourceVersion: unknown = write.before?.metadata?.resourceVersion;
  return { ...foreseen, answer: { ...answer, body: withObjectMetadata(answer.body, { resourceVersion }) } };
}

/**
 * A whole object is sent back with the version it was read with, which every report of a controller outdates. What holds it to what was
 * agreed is its uid and the look at what has drifted, so a name of the plan's own stands for the version it will have then.
 */
function withOwnVersion(
  { overlay }: PlanView,
  { method }: WriteRequest,
  { sent, live, before, target }: NonNullable<Foreseen["write"]>,
): { sent: Body | Extract<NonNullable<Foreseen["write"]>["sent"], { encoding: "delete" }>; own?: string } {
  if (method !== "PUT" || sent.encoding !== "json" || before === undefined || isSecret(target)) return { sent };
  if (live === undefined || bodyMetadata(sent).resourceVersion !== live.resourceVersion) return { sent };
  const own = overlay.nextResourceVersion();
  return { sent: changeMetadata(sent, { resourceVersion: own }), own };
}

/** A client's own dry run is no write. */
function asksForDryRun(request: WriteRequest): boolean {
  if (request.query.get("dryRun") === "All") return true;
  if (request.method === "DELETE") {
    const options = optionsOf(request);
    return options.ok && options.value.dryRun !== undefined && options.value.dryRun.length > 0;
  }
  return request.target.subresource === "eviction" && (evictionOptions(request.body)?.dryRun?.length ?? 0) > 0;
}
