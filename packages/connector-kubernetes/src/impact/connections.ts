import {
  type ChangedConnections,
  type ChangedEnd,
  difference,
  type KubeObject,
  labelsOf,
  Network,
  type PortSet,
  portTexts,
  sameJson,
} from "@interlock/kube-model";
import type { Breakage } from "@interlock/protocol";
import { networkOf } from "./kept.ts";
import type { Change } from "./rules/breaks.ts";
import { keyOfType } from "./resource-types.ts";
import type { World, WorldObject } from "./world.ts";

export const NETWORK_POLICIES = "networking.k8s.io/networkpolicies";
/** What decides who may connect to whom. */
export const DECIDE = ["/namespaces", "/pods", NETWORK_POLICIES] as const;

/** Lines for what vanishes, and as many for what appears; how many more there are is said. */
const LINES = 8;
/** Sources that one line names. */
const SOURCES = 3;
/** Writes of one plan whose connections are told one by one; those of all others are told together. */
const COMPARED = 40;

const KNOWN = new WeakMap<World, Connections>();

/** What rules of policy, and the comparison before a run, know breakages of connections by. */
export const CONNECTION_CODES: ReadonlySet<string> = new Set(["connection_opened", "connection_closed"]);

/** The connections of a world, followed from its first relevant change on. */
export function connectionsOf(world: World): Connections {
  const known = KNOWN.get(world) ?? new Connections(world);
  KNOWN.set(world, known);
  return known;
}

/** Which connections NetworkPolicies let through, before and after each write of a plan. */
export class Connections {
  readonly #world: World;
  #network: Network | undefined;
  #compared = 0;
  /** Every comparison that was made. */
  readonly #changed: ChangedConnections[][] = [];
  /** As it was before the first write that was not compared. */
  #pending: Network | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Must be asked before the change is made in the world. */
  before(change: Change): void {
    if (this.#network === undefined && isRelevant(this.#world, change) && DECIDE.every((key) => this.#world.covers(key, undefined)))
      this.#network = Network.of(DECIDE.flatMap((key) => [...this.#world.all(key)].map(objectOf)));
  }

  /** What of the connections between pods that stay the change lets through or blocks, in words for people. */
  after(change: Change): Breakage[] {
    const before = this.#network;
    if (before === undefined) return [];
    const decides = ({ type, body }: WorldObject): boolean => body !== undefined && (DECIDE as readonly string[]).includes(keyOfType(type));
    const put = change.made.filter(decides).map(objectOf);
    const gone = change.gone.filter(({ type }) => (DECIDE as readonly string[]).includes(keyOfType(type))).map(objectOf);
    if (put.length === 0 && gone.length === 0) return [];
    const after = before.with({ put, gone });
    this.#network = after;
    if (this.#pending !== undefined || this.#compared >= COMPARED) {
      this.#pending ??= before;
      return [];
    }
    this.#compared++;
    return this.#told(before, after);
  }

  /** What the writes that were not compared one by one come to together; asked after the last of them. */
  rest(): Breakage[] {
    if (this.#pending === undefined || this.#network === undefined) return [];
    const pending = this.#pending;
    this.#pending = undefined;
    return this.#told(pending, this.#network);
  }

  /**
   * Every connection that was told of, one by one and without an end: from whom to whom on which ports. What people read puts several into a
   * line, and leaves the last ones out; what they agreed to is all of them.
   */
  each(): ConnectionChange[] {
    const each = new Map<string, ConnectionChange>();
    for (const changed of this.#changed) for (const one of changed.flatMap(changesOf)) each.set(`${one.object} ${one.why}`, one);
    return [...each.values()];
  }

  #told(before: Network, after: Network): Breakage[] {
    const changed = difference(before, after);
    this.#changed.push(changed);
    return breakages(changed);
  }
}

/** One connection that a plan lets through or blocks. */
export type ConnectionChange = Pick<Breakage, "object" | "why">;

function changesOf({ from, to, opened, closed }: ChangedConnections): ConnectionChange[] {
  const object = `v1 Namespace ${namespaceOf(from, to)}`;
  const at = (ports: PortSet, can: string): ConnectionChange[] =>
    portTexts(ports).map((port) => ({ object, why: `${targetText(to)} ${can} be reached from ${endText(from)} on ${port}` }));
  return [...at(closed, CLOSED), ...at(opened, OPENED)];
}

const [CLOSED, OPENED] = ["can no longer", "can now"];
const namespaceOf = (from: ChangedEnd, to: ChangedEnd): string =>
  to.kind === "pods" ? to.pods[0]!.namespace : from.kind === "pods" ? from.pods[0]!.namespace : "";
const targetText = (to: ChangedEnd): string => (to.kind === "pods" ? podsText(to) : `addresses outside (${to.text})`);

/** Whether a change can let anything through, or block it, between pods that stay. */
function isRelevant(world: World, { gone, made }: Change): boolean {
  const over = new Set(gone.filter(({ type }) => keyOfType(type) === "/namespaces").map(({ name }) => name));
  if (gone.some(({ type, namespace }) => keyOfType(type) === NETWORK_POLICIES && !over.has(namespace!))) return true;
  return made.some((object) => {
    const key = keyOfType(object.type);
    const known = world.find(key, object.namespace, object.name);
    if (key === NETWORK_POLICIES) return known === undefined || !sameJson(known.body?.["spec"], object.body?.["spec"]);
    if ((key !== "/namespaces" && key !== "/pods") || known === undefined) return false;
    if (!sameJson(labelsOf(known.body), labelsOf(object.body))) return true;
    return key === "/pods" && !sameJson(networkOf(known.body?.["spec"]), networkOf(object.body?.["spec"]));
  });
}

function objectOf({ type, namespace, name, body }: WorldObject): KubeObject {
  const { group, version, kind } = type;
  const metadata = { ...(body?.metadata as object | undefined), name, ...(namespace === undefined ? {} : { namespace }) };
  return { ...body, apiVersion: group === "" ? version : `${group}/${version}`, kind, metadata };
}

/** Without numbers of pods, which may be other ones when it is applied: that would not be news. */
function breakages(changed: readonly ChangedConnections[]): Breakage[] {
  return [...linesOf(changed, "closed"), ...linesOf(changed, "opened")];
}

function linesOf(changed: readonly ChangedConnections[], which: "opened" | "closed"): Breakage[] {
  const [code, can] = which === "opened" ? (["connection_opened", OPENED] as const) : (["connection_closed", CLOSED] as const);
  const lines = new Map<string, { object: string; to: string; ports: PortSet; from: Set<string>; namespace: string }>();
  for (const { from, to, [which]: ports } of changed) {
    if (ports.length === 0) continue;
    const namespace = namespaceOf(from, to);
    const target = targetText(to);
    const key = `${to.kind} ${namespace} ${target} ${ports.join()}`;
    const line = lines.get(key) ?? { object: `v1 Namespace ${namespace}`, to: target, ports, from: new Set<string>(), namespace };
    line.from.add(endText(from));
    lines.set(key, line);
  }
  const all = [...lines.values()].map(({ object, to, ports, from, namespace }) => {
    const names = [...from].toSorted();
    const more = names.length > SOURCES ? ` and ${names.length - SOURCES} more` : "";
    const sources = `${names.slice(0, SOURCES).join(", ")}${more}`;
    return {
      object,
      code,
      why: `${to} ${can} be reached from ${sources} on ${portTexts(ports).join(", ")}`,
      scope: `namespace ${namespace}`,
    };
  });
  const rest = all.slice(LINES);
  if (rest.length <= 1) return all;
  const namespaces = [...new Set(rest.map(({ scope }) => scope.slice("namespace ".length)))];
  const words = which === "opened" ? "appear" : "vanish";
  const where = namespaces.length > SOURCES ? `${namespaces.length} namespaces` : namespaces.join(", ");
  return [
    ...all.slice(0, LINES),
    {
      object: rest[0]!.object,
      code,
      why: `connections to ${rest.length} more classes of pods ${words}, in ${where}`,
      scope: rest[0]!.scope,
    },
  ];
}

const endText = (end: ChangedEnd): string => (end.kind === "outside" ? end.text : `${end.pods[0]!.namespace} (${podsText(end)})`);

/** Labels that policies and people tell pods by; a pod alone by its name. */
function podsText({ pods }: ChangedEnd & { kind: "pods" }): string {
  const [first] = pods;
  const shared = Object.entries(first!.labels).filter(
    ([key, value]) => !BY_CONTROLLERS.test(key) && pods.every(({ labels }) => labels[key] === value),
  );
  // What workloads are called by, where they are.
  const named = shared.filter(([key]) => NAMES.has(key)).slice(0, 1);
  if (shared.length === 0) return pods.length === 1 ? `pod ${first!.name}` : "pods without common labels";
  return `pods ${(named.length > 0 ? named : shared)
    .slice(0, 3)
    .map(([key, value]) => `${key}=${value}`)
    .join(",")}`;
}

const NAMES: ReadonlySet<string> = new Set(["app.kubernetes.io/name", "app", "k8s-app", "name"]);
/** Labels that controllers give: others after the next rollout. */
const BY_CONTROLLERS =
  /^(pod-template-hash|controller-revision-hash|controller-uid|job-name|(statefulset|apps|batch)\.kubernetes\.io\/.*)$/;
