import { randomBytes } from "node:crypto";
import { TargetError, type UndoConflict } from "@interlock/connector";
import { isRecord, type Json, type KubeObject } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import { ApiFacts } from "../gate/api-facts.ts";
import { jsonBody } from "../gate/body.ts";
import type { PlanView } from "../gate/foreseen.ts";
import { Overlay } from "../gate/overlay.ts";
import { Plan } from "../gate/plan.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { writePath, type ResourceTarget } from "../gate/request-target.ts";
import { SecretValues } from "../gate/secret-values.ts";
import { Upstream } from "../gate/upstream.ts";
import { openClusterView, type ClusterView } from "../impact/cluster-view.ts";
import { keyOfType, objectName } from "../impact/resource-types.ts";
import { decided, isChanged, isThereAgain, mergePatch, without } from "./compare.ts";
import type { Kept, KeptObject } from "./kept.ts";
import { askedOnce, putInSince } from "./put-in-since.ts";
import { ownersOf, stepsOf, type Step } from "./steps.ts";

export interface PutBack {
  /** What has to be sent, in order, and for each what it does. */
  writes: { write: PlannedWrite; act: Step["act"] }[];
  /** What is not as the run left it: nothing is planned for it. */
  conflicts: UndoConflict[];
  /** How many need nothing, since they are as they were. */
  asTheyWere: number;
  /** Names of what is still ending: it is waited for. */
  ending: string[];
  fingerprintKey: Buffer;
}

const MANAGER = new Map([["fieldManager", "interlock"]]);
/** Creations that are tried with a dry run, about 5 ms each; those beyond are planned as they were. */
const MOST_TRIED = 5_000;
const NAMESPACES = "/namespaces";
const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

/**
 * Plans how a run is taken back on the cluster as it is now: every request is tried with a dry run where the server can be asked, and kept
 * as it will be sent. Changes nothing. Rejects with TargetError when the cluster does not answer.
 */
export async function planPutBack(cluster: Cluster, kept: Kept, signal: AbortSignal): Promise<PutBack> {
  const planner = new Planner(cluster, signal);
  try {
    await planner.look(kept);
    for (const step of stepsOf(kept)) {
      signal.throwIfAborted();
      await planner.take(step);
    }
  } catch (error) {
    // Whatever a request says that was ended so: nobody waits any more.
    if (signal.aborted) throw new TargetError("analysis_timeout", "What putting it back would do could not be worked out in time.");
    throw error;
  }
  return planner.result;
}

class Planner {
  readonly result: PutBack;
  readonly #plan: Plan;
  readonly #view: PlanView;
  readonly #cluster: ClusterView;
  readonly #look: (object: KeptObject) => Promise<KubeObject | undefined>;
  /** What is there now, asked for beforehand so that no step waits for it. */
  readonly #now = new Map<KeptObject, KubeObject | undefined>();
  /** Old uid to the one that stands for the new one until it is known. */
  readonly #uids = new Map<string, string>();
  /** Namespaces that the undo makes, with what ends under that name first. */
  readonly #made = new Map<string, PlannedWrite["awaits"]>();
  /** Uids of what the run made. */
  readonly #ours = new Set<string>();
  /** Resources whose definition the undo makes: the server does not know them yet. */
  readonly #defined = new Set<string>();

  constructor(cluster: Cluster, signal: AbortSignal) {
    const upstream = new Upstream(cluster, signal);
    this.#view = { upstream, facts: new ApiFacts(upstream), overlay: new Overlay(), unshown: [] };
    const fingerprintKey = randomBytes(32);
    this.#plan = new Plan(this.#view, new SecretValues(fingerprintKey), "plan");
    const now = openClusterView(cluster, { signal });
    this.#look = ({ type, namespace, name }) => now.read(type, namespace, name);
    this.#cluster = askedOnce(now);
    this.result = { writes: [], conflicts: [], asTheyWere: 0, ending: [], fingerprintKey };
  }

  async look({ objects }: Kept): Promise<void> {
    for (const { after, left } of objects) if (after === "made" && left !== undefined) this.#ours.add(String(left.metadata?.uid));
    const wide = objects.filter(({ type }) => keyOfType(type) === NAMESPACES || keyOfType(type) === DEFINITIONS);
    const see = async (object: KeptObject): Promise<void> => void this.#now.set(object, await this.#look(object));
    await Promise.all(wide.map(see));
    const away = new Set(wide.filter((one) => one.after === "gone" && this.#isAway(one)).map(nameIn));
    // What is in a namespace that is gone, or of a definition that is, is gone as well.
    await Promise.all(objects.filter((one) => !wide.includes(one) && !homesOf(one).some((home) => away.has(home))).map(see));
  }

  take({ act, object }: Step): Promise<void> | void {
    if (act === "create") return this.#create(object);
    return act === "change" ? this.#change(object) : this.#delete(object);
  }

  #isAway(object: KeptObject): boolean {
    const now = this.#now.get(object);
    return now === undefined || now.metadata?.deletionTimestamp !== undefined;
  }

  async #create(object: KeptObject): Promise<void> {
    const { type, namespace, name, wanted, ifFree = [] } = object;
    const key = keyOfType(type);
    const now = this.#now.get(object);
    const ending = now?.metadata?.deletionTimestamp !== undefined;
    if (now !== undefined && !ending) {
      // It did not go: the run did not come so far, or a finalizer was taken for the end.
      const same = now.metadata?.uid === object.uid || isThereAgain(key, wanted!, ifFree, now);
      if (!same) return this.#conflict(object, "exists");
      this.#uids.set(object.uid ?? "", String(now.metadata?.uid));
      this.result.asTheyWere++;
      return;
    }
    const target = collectionOf(object);
    let awaits: PlannedWrite["awaits"] = namespace === undefined ? undefined : this.#made.get(namespace);
    if (now !== undefined && ending) awaits = this.#awaitEnd(object, target, now);
    if (key === NAMESPACES) this.#made.set(name, awaits);
    if (key === DEFINITIONS) this.#defined.add(`${wanted?.["spec"]?.["group"]}/${wanted?.["spec"]?.["names"]?.["plural"]}`);
    const owned = this.#withOwners(wanted!);
    const body = jsonBody(isAccountOfNamespace(key, object) ? { ...owned, apiVersion: "v1", kind: "ServiceAccount" } : owned);
    // The account that every namespace has may be there before this is sent or not: an apply does for both.
    const request = isAccountOfNamespace(key, object)
      ? {
          method: "PATCH" as const,
          target: { ...target, name },
          query: new Map([...MANAGER, ["force", "true"]]),
          body: jsonBody(body.value, "apply"),
        }
      : { method: "POST" as const, target, query: MANAGER, body };
    // Servers made every one of these once: of very many, not all are tried again.
    const unknown = this.#defined.has(`${type.group}/${type.resource}`) || this.result.writes.length >= MOST_TRIED;
    let answer = await this.#write(unknown ? { ...request, blind: true } : request);
    const within = namespace !== undefined && this.#made.has(namespace);
    if (answer !== undefined && (isWebhook(answer) || (within && answer.status === 403)))
      answer = await this.#write({ ...request, blind: true });
    if (answer !== undefined) return this.#conflict(object, "blocked", messageOf(answer));
    const write = this.#planned("create");
    if (awaits !== undefined) write.awaits = awaits;
    if (object.mayBeMade === true || request.method === "PATCH") write.mayExist = true;
    if (ifFree.length > 0) write.stored.ifTaken = Buffer.from(JSON.stringify(without(owned, ifFree)));
    this.#uids.set(object.uid ?? "", String(write.after?.metadata?.uid));
  }

  #awaitEnd(object: KeptObject, target: ResourceTarget, now: KubeObject): NonNullable<PlannedWrite["awaits"]> {
    const { type, namespace, name } = object;
    const uid = String(now.metadata?.uid);
    const { overlay } = this.#view;
    overlay.set({ group: type.group, resource: type.resource, version: type.version, name, ...place(namespace), write: -1 });
    if (keyOfType(type) === NAMESPACES) overlay.emptyNamespace(name, -1);
    this.result.ending.push(nameIn(object));
    return { path: writePath({ ...target, name }), uid };
  }

  async #change(object: KeptObject): Promise<void> {
    const { type, name, wanted, left } = object;
    const key = keyOfType(type);
    const now = this.#now.get(object);
    if (now === undefined) return this.#conflict(object, "gone");
    const target = { ...collectionOf(object), name };
    const to = decided(key, wanted!);
    const release = key === "/persistentvolumes" ? unclaimed(wanted!, now) : undefined;
    if (mergePatch(decided(key, now), to) === undefined && release === undefined) return void this.result.asTheyWere++;
    if (left === undefined) return this.#conflict(object, "changed", "how the run left it is not known");
    if (now.metadata?.uid !== left.metadata?.uid) return this.#conflict(object, "exists");
    const replicas = left["spec"]?.["replicas"] !== wanted!["spec"]?.["replicas"];
    // Only what the run changed is changed back.
    const patch: Json = { ...mergePatch(decided(key, left), to) };
    if (isChanged(key, left, now, replicas, patch)) return this.#conflict(object, "changed");
    if (release !== undefined) patch.spec = { ...patch.spec, claimRef: release };
    const answer = await this.#write({ method: "PATCH", target, query: MANAGER, body: jsonBody(patch, "merge") });
    if (answer !== undefined) return this.#conflict(object, "blocked", messageOf(answer));
    this.#planned("change");
  }

  async #delete(object: KeptObject): Promise<void> {
    const { type, name, left } = object;
    const now = this.#now.get(object);
    if (now === undefined || now.metadata?.deletionTimestamp !== undefined) return void this.result.asTheyWere++;
    if (left === undefined) return this.#conflict(object, "exists", "whether the run made it is not known");
    if (now.metadata?.uid !== left.metadata?.uid) return this.#conflict(object, "exists");
    if (isChanged(keyOfType(type), left, now, false)) return this.#conflict(object, "changed");
    const since = await putInSince(this.#cluster, object, now, this.#ours);
    if (since !== undefined) return this.#conflict(object, "changed", since);
    const target = { ...collectionOf(object), name };
    const query = new Map([["propagationPolicy", "Background"]]);
    const answer = await this.#write({ method: "DELETE", target, query, body: { encoding: "none" } });
    if (answer !== undefined) return this.#conflict(object, "blocked", messageOf(answer));
    this.#planned("delete");
  }

  /** The server's refusal; undefined when it was planned. */
  async #write(request: Parameters<Plan["write"]>[0]): Promise<{ status: number; body: KubeObject } | undefined> {
    const answer = await this.#plan.write(request);
    if (this.#plan.fault !== undefined) throw new TargetError("target_down", this.#plan.fault);
    return answer.status < 300 ? undefined : answer;
  }

  #planned(act: Step["act"]): PlannedWrite {
    const write = this.#plan.writes.at(-1)!;
    this.result.writes.push({ write, act });
    return write;
  }

  #conflict(object: KeptObject, reason: UndoConflict["reason"], why?: string): void {
    this.result.conflicts.push({ object: nameIn(object), key: {}, reason, ...(why === undefined ? {} : { why }) });
  }

  /** With the uids that its owners have by then; ties to what does not come back were taken out when it was kept. */
  #withOwners(wanted: KubeObject): KubeObject {
    if (ownersOf({ wanted } as KeptObject).length === 0) return wanted;
    const references: Json[] = wanted.metadata.ownerReferences;
    const ownerReferences = references.map((one) => ({ ...one, uid: this.#uids.get(one.uid) ?? one.uid }));
    return { ...wanted, metadata: { ...wanted.metadata, ownerReferences } };
  }
}

const collectionOf = ({ type: { group, version, resource }, namespace }: KeptObject): ResourceTarget => ({
  kind: "resource",
  group,
  version,
  resource,
  ...place(namespace),
});
const place = (namespace: string | undefined): { namespace?: string } => (namespace === undefined ? {} : { namespace });
const nameIn = ({ type, namespace, name }: KeptObject): string => objectName(type, namespace, name);

/** Names of the namespace and the definition without which there is no such object. */
function homesOf({ type, namespace }: KeptObject): string[] {
  return [
    ...(namespace === undefined ? [] : [`v1 Namespace ${namespace}`]),
    `apiextensions.k8s.io/v1 CustomResourceDefinition ${type.resource}.${type.group}`,
  ];
}

const isAccountOfNamespace = (key: string, { name }: KeptObject): boolean => key === "/serviceaccounts" && name === "default";

/** What makes a volume forget the uid of the claim that it was bound to; undefined where it is to keep it. */
function unclaimed(wanted: KubeObject, now: KubeObject): Json {
  const [tie, claim]: Json[] = [wanted["spec"]?.["claimRef"], now["spec"]?.["claimRef"]];
  const forgets = isRecord(tie) && tie["uid"] === undefined && isRecord(claim) && claim["uid"] !== undefined;
  return forgets ? { uid: null, resourceVersion: null } : undefined;
}

const messageOf = ({ status, body }: { status: number; body: KubeObject }): string =>
  typeof body["message"] === "string" ? body["message"] : `the cluster answers ${status}`;

/** A webhook whose service comes back only with the undo cannot be asked before. */
const isWebhook = ({ status, body }: { status: number; body: KubeObject }): boolean =>
  status >= 500 && /failed calling webhook|failed to call webhook/i.test(String(body["message"]));
