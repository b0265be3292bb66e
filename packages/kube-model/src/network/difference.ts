import { classKey, networkClasses, networkOutside, networkRelevance, relevanceOf, type EndClass, type PodClass } from "./classes.ts";
import { isExempt, portsByPolicy, type Point } from "./connection.ts";
import type { Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import { NO_PORTS, samePorts, without, type PortSet } from "./port-set.ts";

/** Ends that were alike before and are alike after, with what stands for them in either; absent in one where they are not there. */
export type ChangedEnd =
  | { kind: "pods"; pods: readonly Pod[]; before: Pod | undefined; after: Pod | undefined }
  | { kind: "outside"; text: string; before: Point; after: Point };

/** Connections between two classes of ends that appear or vanish. */
export interface ChangedConnections {
  from: ChangedEnd;
  to: ChangedEnd;
  /** Ports on which they can connect afterwards and could not before. */
  opened: PortSet;
  closed: PortSet;
  /** Pairs of a pod and another, or of a pod and a range of addresses. */
  pairs: number;
}

/**
 * All connections that another state of a network has or lacks: exactly those, since every one of them has an end whose own labels,
 * namespace or policies differ. Not told are connections of pods that are in one of the two alone: nothing has opened or closed for them.
 */
export function difference(before: Network, after: Network): ChangedConnections[] {
  const touched = touchedPods(before, after);
  if (touched.size === 0) return [];
  const relevance = samePolicies(before, after) ? networkRelevance(before) : relevanceOf([...before.policies, ...after.policies]);
  const key = classKey(relevance);
  const changed = new Map<string, { pods: Pod[]; before: Pod; after: Pod }>();
  for (const id of touched) {
    const [was, will] = [podOf(before, id)!, podOf(after, id)!];
    if (was.finished || will.finished) continue;
    const joint = `${key(was)}\n\n${key(will)}`;
    const known = changed.get(joint);
    if (known === undefined) changed.set(joint, { pods: [was], before: was, after: will });
    else known.pods.push(was);
  }
  const moved: ChangedEnd[] = [...changed.values()].map((one) => ({ kind: "pods", ...one }));
  const still: ChangedEnd[] = [
    ...networkClasses(before, relevance).flatMap((one) => unchanged(one, touched, after)),
    ...networkOutside(before, relevance).map((one) => ({ kind: "outside" as const, text: one.text, ...pointsOf(one) })),
  ];
  const found: ChangedConnections[] = [];
  const compare = (from: ChangedEnd, to: ChangedEnd): void => {
    const pair = comparedPair(before, after, from, to);
    if (pair !== undefined) found.push(pair);
  };
  for (const end of moved) {
    for (const other of still) {
      compare(end, other);
      compare(other, end);
    }
    for (const other of moved) compare(end, other);
  }
  return found;
}

const pointsOf = (one: EndClass & { kind: "outside" }): { before: Point; after: Point } => {
  const point = { address: one.address };
  return { before: point, after: point };
};

function unchanged({ pods }: PodClass, touched: ReadonlySet<string>, after: Network): ChangedEnd[] {
  const rest = pods.some(({ id }) => touched.has(id)) ? pods.filter(({ id }) => !touched.has(id)) : pods;
  const [first] = rest;
  return first === undefined || podOf(after, first.id) === undefined
    ? []
    : [{ kind: "pods", pods: rest, before: first, after: podOf(after, first.id) }];
}

function comparedPair(before: Network, after: Network, from: ChangedEnd, to: ChangedEnd): ChangedConnections | undefined {
  const was = portsOf(before, from.before, to.before);
  const will = portsOf(after, from.after, to.after);
  if (samePorts(was, will)) return undefined;
  const pairs = pairCount(from, to);
  return pairs === 0 ? undefined : { from, to, opened: without(will, was), closed: without(was, will), pairs };
}

function portsOf(network: Network, from: Pod | Point | undefined, to: Pod | Point | undefined): PortSet {
  if (from === undefined || to === undefined) return NO_PORTS;
  return portsByPolicy(network, asPoint(from), asPoint(to));
}

const asPoint = (one: Pod | Point): Point => ("labels" in one ? { pod: one } : one);

/** Without those that no policy can block, which neither open nor close. */
function pairCount(from: ChangedEnd, to: ChangedEnd): number {
  if (from.kind === "outside" || to.kind === "outside") {
    const pods = from.kind === "pods" ? from.pods : to.kind === "pods" ? to.pods : [];
    return pods.length;
  }
  let pairs = from.pods.length * to.pods.length;
  if (from === to) pairs -= from.pods.length;
  const host = from.pods[0]!.host ? from : to.pods[0]!.host ? to : undefined;
  if (host === undefined) return pairs;
  for (const pod of from.pods) for (const other of to.pods) if (pod.id !== other.id && isExempt({ pod }, { pod: other })) pairs--;
  return pairs;
}

/** Pods that are in both and whose labels, namespace's labels or policies differ. */
export function touchedPods(before: Network, after: Network): Set<string> {
  const touched = new Set<string>();
  const relabelled = new Set<string>();
  for (const { name, labels } of after.namespaces) {
    const was = before.namespace(name);
    if (was !== undefined && was.labels !== labels && !sameLabels(was.labels, labels)) relabelled.add(name);
  }
  const policies = new Map<string, ReturnType<typeof changedPolicies>>();
  for (const pod of after.pods) {
    const was = podOf(before, pod.id);
    if (was === undefined) continue;
    if (was !== pod || relabelled.has(pod.namespace)) {
      touched.add(pod.id);
      continue;
    }
    if (before.policiesIn(pod.namespace) === after.policiesIn(pod.namespace)) continue;
    let changed = policies.get(pod.namespace);
    if (changed === undefined) {
      changed = changedPolicies(before, after, pod.namespace);
      policies.set(pod.namespace, changed);
    }
    if (changed.some(({ selector }) => selector.selects(pod.labels))) touched.add(pod.id);
  }
  return touched;
}

function changedPolicies(before: Network, after: Network, namespace: string): ReturnType<Network["policiesIn"]> {
  const [was, will] = [before.policiesIn(namespace), after.policiesIn(namespace)];
  const [olds, news] = [new Set(was), new Set(will)];
  return [...was.filter((one) => !news.has(one)), ...will.filter((one) => !olds.has(one))];
}

function samePolicies(before: Network, after: Network): boolean {
  for (const { name } of [...before.namespaces, ...after.namespaces]) if (before.policiesIn(name) !== after.policiesIn(name)) return false;
  return true;
}

function sameLabels(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}

function podOf(network: Network, id: string): Pod | undefined {
  const slash = id.indexOf("/");
  return network.pod(id.slice(0, slash), id.slice(slash + 1));
}
