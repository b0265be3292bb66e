import { isRecord, type Json, labelsOf, sameJson } from "@interlock/kube-model";
import type { PlannedWrite } from "../gate/planned-write.ts";
import type { ClusterView } from "./cluster-view.ts";
import { closureOf } from "./closure.ts";
import { NETWORK_POLICIES } from "./connections.ts";
import { networkOf, podSpec } from "./kept.ts";
import { podsMadeBy, propagationOf } from "./owner-graph.ts";
import { keyOfType, type ResourceTypes } from "./resource-types.ts";
import { concerned } from "./rules/breaks.ts";
import { AUTOSCALERS } from "./rules/autoscalers.ts";
import { WIDE, WORKLOADS, type Rule } from "./rules/rule.ts";
import { BINDINGS, ROLES } from "./rules/subjects.ts";
import { CONTENTS, SNAPSHOTS } from "./snapshots.ts";
import { actOf, targetIn } from "./target.ts";
import { asksForToken } from "./token.ts";
import { CLAIMS, VOLUMES } from "./volumes.ts";
import { World } from "./world.ts";

/** Looked at in the namespaces a write touches only: a large cluster has too many of them. */
const LOCAL = new Set<string>([
  "/pods",
  ...WORKLOADS,
  CLAIMS,
  AUTOSCALERS,
  "policy/poddisruptionbudgets",
  "discovery.k8s.io/endpointslices",
]);
/** What rules ask only whether it exists. */
const NAMED = ["/configmaps", "/secrets", "/serviceaccounts", CLAIMS];
const BUDGETS = "policy/poddisruptionbudgets";
const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

/** Deletes that may take snapshots along. */
const SNAPPED = new Set(["/namespaces", DEFINITIONS, SNAPSHOTS, CONTENTS]);

export interface Loaded {
  world: World;
  /** What could not be told, in words; not empty: the impact is not complete. */
  missing: string[];
}

/** What a closure goes by besides names and owners. */
const CLOSURE = ["/pods", CLAIMS, "apps/statefulsets", BUDGETS];

/** Reads what the writes' impact is worked out from, and no more. */
export async function load(view: ClusterView, writes: readonly PlannedWrite[]): Promise<Loaded> {
  const types = await view.types();
  const loader = new Loader(view, types);
  for (const { group, reason } of types.failed) loader.missing.add(`API group ${group} is left out: ${reason}`);
  const deletes = writes.filter((write) => actOf(write) === "delete");
  const changes = writes.filter((write) => actOf(write) !== "delete" && concerns(write));
  if (writes.some(decidesConnections)) await connectionFacts(loader, writes);
  const namespaces = new Set([...writes.flatMap(namespaceOf), ...changes.flatMap(namedNamespaces)]);
  const wide = [...deletes, ...changes].some((write) => WIDE.has(keyOfType(write.resource)));
  await ownedFacts(loader, deletes, wide);
  // What is owned from elsewhere, custom resources of a definition above all, has namespaces of its own.
  let touched = touchedBy(loader.world, writes);
  const seen = new Set(deletes.flatMap(namespaceOf));
  const further = [...touched.namespaces].filter((namespace) => !seen.has(namespace));
  if (further.length > 0) {
    for (const namespace of further) namespaces.add(namespace);
    await Promise.all(further.flatMap((namespace) => CLOSURE.map((key) => loader.bodies(key, namespace))));
    touched = touchedBy(loader.world, writes);
  }
  const rules = concerned(touched.gone, touched.made);
  const beside: Promise<void>[] = [];
  if ([...BINDINGS, ...ROLES].some((key) => touched.gone.has(key))) beside.push(loader.rights());
  else if (writes.some(asksForToken)) beside.push(loader.rights());
  if (touched.gone.has(SNAPSHOTS)) beside.push(loader.bodies(CONTENTS));
  await Promise.all(beside);
  await Promise.all([ruleFacts(loader, rules, namespaces, wide), changeFacts(loader, changes, namespaces)]);
  return { world: loader.world, missing: [...loader.missing] };
}

/** Whether a write can let a connection through, or block it, that there is already. */
function decidesConnections(write: PlannedWrite): boolean {
  const act = actOf(write);
  const key = keyOfType(write.resource);
  if (key === NETWORK_POLICIES) return act !== "other";
  if (act !== "change" || write.before === undefined || write.after === undefined) return false;
  const own = key === "/namespaces" || key === "/pods";
  if (!own && !(WORKLOADS as readonly string[]).includes(key)) return false;
  const seen = (object: Json): Json => {
    const of: Json = own ? object : object["spec"]?.["template"];
    return [labelsOf(of), networkOf(podSpec(of?.["spec"]))];
  };
  return !sameJson(seen(write.before), seen(write.after));
}

/** Pods of the whole cluster, which a policy or a label may concern wherever they are, and only where there are policies at all. */
async function connectionFacts(loader: Loader, writes: readonly PlannedWrite[]): Promise<void> {
  await Promise.all([loader.bodies("/namespaces"), loader.bodies(NETWORK_POLICIES)]);
  const written = writes.some((write) => keyOfType(write.resource) === NETWORK_POLICIES);
  if (written || [...loader.world.all(NETWORK_POLICIES)].length > 0) await loader.bodies("/pods");
}

const isClusterScoped = (write: PlannedWrite): boolean => write.resource.namespace === undefined;

function namespaceOf(write: PlannedWrite): string[] {
  const { group, resource, namespace, name } = write.resource;
  if (namespace !== undefined) return [namespace];
  return group === "" && resource === "namespaces" && name !== undefined ? [name] : [];
}

/** A node or namespace that keeps its labels concerns nothing that is looked at by them. */
function concerns(write: PlannedWrite): boolean {
  const { group, resource } = write.resource;
  if (group !== "" || (resource !== "nodes" && resource !== "namespaces") || write.before === undefined) return true;
  const taints = write.before["spec"]?.["taints"];
  return !sameJson(labelsOf(write.before), labelsOf(write.after)) || !sameJson(taints ?? [], write.after?.["spec"]?.["taints"] ?? []);
}

/** Namespaces that an object names: those of Services, subjects and backends. */
function namedNamespaces(write: PlannedWrite): string[] {
  const found: string[] = [];
  const walk = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (isRecord(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (key === "namespace" && typeof item === "string") found.push(item);
        else walk(item);
      }
    }
  };
  const { metadata: _metadata, ...rest } = write.after ?? {};
  walk(rest);
  return found;
}

/** Names and owners of everything that may go along: in the namespace of what is deleted, or everywhere for what is in none. */
async function ownedFacts(loader: Loader, deletes: readonly PlannedWrite[], wide: boolean): Promise<void> {
  if (deletes.length === 0) return;
  const within = new Set(deletes.flatMap(namespaceOf));
  const everywhere = deletes.some((write) => isClusterScoped(write) && keyOfType(write.resource) !== "/namespaces");
  const owned = loader.types.all.filter((type) => type.verbs.includes("list") && type.verbs.includes("delete"));
  const jobs: Promise<void>[] = [];
  for (const key of CLOSURE) {
    if (wide) jobs.push(loader.bodies(key));
    else for (const namespace of within) jobs.push(loader.bodies(key, namespace));
  }
  // Services are named from other namespaces, so that all of them are needed in any case.
  jobs.push(loader.bodies(VOLUMES), loader.bodies("/services"));
  if (deletes.some((write) => SNAPPED.has(keyOfType(write.resource)))) jobs.push(loader.bodies(CONTENTS));
  if (deletes.some((write) => keyOfType(write.resource) === DEFINITIONS)) jobs.push(loader.bodies(DEFINITIONS));
  // After the bodies, which have the names as well.
  for (const type of owned) {
    if (everywhere) jobs.push(loader.names(keyOfType(type)));
    else if (type.namespaced) for (const namespace of within) jobs.push(loader.names(keyOfType(type), namespace));
  }
  await Promise.all(jobs);
}

/** Which resources and namespaces the writes reach, seen from the cluster as it is now. */
function touchedBy(world: World, writes: readonly PlannedWrite[]): { gone: Set<string>; made: Set<string>; namespaces: Set<string> } {
  const gone = new Set<string>();
  const made = new Set<string>();
  const namespaces = new Set<string>();
  for (const write of writes) {
    const act = actOf(write);
    if (act === "other") continue;
    const key = keyOfType(write.resource);
    if (act !== "delete") {
      if (concerns(write)) made.add(key);
      if ((WORKLOADS as readonly string[]).includes(key)) for (const pods of [gone, made]) pods.add("/pods");
      continue;
    }
    gone.add(key);
    // An earlier write may have told the set to take its claims along.
    if (key === "apps/statefulsets") gone.add(CLAIMS);
    const target = targetIn(world, write);
    if (target === undefined) continue;
    for (const { object } of closureOf(world, target, propagationOf(target, {})).taken) {
      gone.add(keyOfType(object.type));
      if (object.namespace !== undefined) namespaces.add(object.namespace);
    }
    for (const pod of podsMadeBy(world, target)) namespaces.add(pod.namespace!);
  }
  return { gone, made, namespaces };
}

async function ruleFacts(loader: Loader, rules: readonly Rule[], namespaces: Iterable<string>, wide: boolean): Promise<void> {
  const jobs: Promise<void>[] = [];
  for (const key of new Set(rules.flatMap((rule) => rule.reads))) {
    if (!LOCAL.has(key) || wide) jobs.push(loader.bodies(key));
    else for (const namespace of namespaces) jobs.push(loader.bodies(key, namespace));
  }
  if (rules.length > 0) {
    // Rules for one namespace at a time go through those there are.
    if (wide) jobs.push(loader.bodies("/namespaces"));
    for (const key of NAMED) for (const namespace of namespaces) jobs.push(loader.names(key, namespace));
  }
  await Promise.all(jobs);
}

async function changeFacts(loader: Loader, changes: readonly PlannedWrite[], namespaces: Iterable<string>): Promise<void> {
  const keys = new Set(changes.map((write) => keyOfType(write.resource)));
  const jobs: Promise<void>[] = [];
  if ([...BINDINGS, ...ROLES].some((key) => keys.has(key))) jobs.push(loader.rights());
  if (keys.has("/nodes")) jobs.push(loader.bodies("/pods"));
  const workload = WORKLOADS.some((key) => keys.has(key));
  const local = [
    ...(workload || keys.has("/pods") ? ["/pods", "apps/replicasets", "batch/jobs", AUTOSCALERS, BUDGETS, CLAIMS] : []),
    ...(keys.has("/configmaps") || keys.has("/secrets") ? ["/pods"] : []),
  ];
  for (const key of new Set(local)) for (const namespace of namespaces) jobs.push(loader.bodies(key, namespace));
  if (keys.has("apps/statefulsets")) jobs.push(loader.bodies(VOLUMES));
  await Promise.all(jobs);
}

class Loader {
  readonly world: World;
  readonly types: ResourceTypes;
  readonly missing = new Set<string>();
  readonly #view: ClusterView;
  readonly #asked = new Map<string, Promise<void>>();

  constructor(view: ClusterView, types: ResourceTypes) {
    this.#view = view;
    this.types = types;
    this.world = new World(types);
  }

  names(key: string, namespace?: string): Promise<void> {
    return this.#once(key, namespace, false);
  }

  bodies(key: string, namespace?: string): Promise<void> {
    return this.#once(key, namespace, true);
  }

  /** All that gives rights: what one binding takes another may still give. */
  async rights(): Promise<void> {
    await Promise.all([...BINDINGS, ...ROLES].map((key) => this.bodies(key)));
  }

  #once(key: string, namespace: string | undefined, whole: boolean): Promise<void> {
    const type = this.types.find(key);
    const scope = type?.namespaced === true ? namespace : undefined;
    const wider = whole
      ? this.#asked.get(`true ${key} `)
      : (this.#asked.get(`true ${key} ${scope ?? ""}`) ?? this.#asked.get(`true ${key} `));
    if (wider !== undefined) return wider;
    const mark = `${whole} ${key} ${scope ?? ""}`;
    const asked = this.#asked.get(mark) ?? this.#load(key, scope, whole);
    this.#asked.set(mark, asked);
    return asked;
  }

  async #load(key: string, namespace: string | undefined, whole: boolean): Promise<void> {
    const type = this.types.find(key);
    // A cluster without that type has none of its objects, unless its group did not answer.
    if (type === undefined) {
      if (!this.types.failed.some(({ group }) => group.split("/")[0] === key.split("/")[0])) this.world.cover(key);
      return;
    }
    const { objects, failure } = await (whole ? this.#view.bodies(type, namespace) : this.#view.names(type, namespace));
    for (const object of objects) this.world.put(object);
    if (failure === undefined) this.world.cover(key, namespace);
    else this.missing.add(failure);
  }
}
