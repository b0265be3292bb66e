import {
  classKey,
  networkClasses,
  networkOutside,
  networkRelevance,
  relevanceOf,
  widened,
  type EndClass,
  type Relevance,
} from "./classes.ts";
import { isExempt, pathsBetween, portsByPolicy, portsOfSide, type Point } from "./connection.ts";
import { classRows } from "./class-rows.ts";
import { Compared } from "./compared-rows.ts";
import { Effects, hasOtherNetwork, type MovedPod } from "./effects.ts";
import type { Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import type { Direction } from "./policy.ts";
import { intersection, NO_PORTS, samePorts, union, without, type PortSet } from "./port-set.ts";

/** Ends that were alike before and are alike after, with what stands for them in either. */
export type ChangedEnd =
  | (MovedPod & { kind: "pods"; pods: readonly Pod[] })
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
 * `enough` ends it early: it is asked after each that is found.
 */
export function difference(before: Network, after: Network, enough?: (found: ChangedConnections) => boolean): ChangedConnections[] {
  const touched = touchedPods(before, after);
  if (touched.size === 0) return [];
  const relevance = relevanceOfBoth(before, after);
  const moved = movedClasses(after, touched, relevance);
  const effects = new Effects(before, after);
  const found: ChangedConnections[] = [];
  const tell = (pair: ChangedConnections | undefined): boolean => {
    if (pair === undefined) return false;
    found.push(pair);
    return enough?.(pair) === true;
  };
  // Rows are of one set of labels and one of policies; where a change has both, each pair is asked about by itself.
  const both = hasOtherPolicies(before, after) && moved.some((end) => effects.isRelabelled(end));
  const rows = !both && relevance === networkRelevance(before) ? new Compared(before, after, effects) : undefined;
  const pairs =
    rows === undefined || moved.some(hasOtherNetwork)
      ? everyPair(moved, [...outsideEnds(before, relevance), ...untouchedClasses(before, touched, relevance)])
      : reachedPairs(rows, moved, touched);
  for (const [from, to] of pairs) {
    const pair = rows?.covers(from, to) === true ? pairOf(rows, from, to) : directPair(before, after, effects, from, to);
    if (tell(pair)) break;
  }
  return found;
}

type MovedEnd = ChangedEnd & { kind: "pods" };

function* everyPair(moved: readonly MovedEnd[], still: readonly ChangedEnd[]): Iterable<[ChangedEnd, ChangedEnd]> {
  for (const end of moved) {
    for (const other of still) {
      yield [end, other];
      yield [other, end];
    }
    for (const other of moved) yield [end, other];
  }
}

/** The pairs that may differ, each once: those outside first, since a change that opens to them is soon found to be worse than another. */
function* reachedPairs(rows: Compared, moved: readonly MovedEnd[], touched: ReadonlySet<Pod>): Iterable<[ChangedEnd, ChangedEnd]> {
  const byClass = new Map<number, ChangedEnd[]>();
  const movedFrom = Map.groupBy(moved, (end) => rows.classOf(end));
  const endsOf = (index: number): ChangedEnd[] => {
    const known = byClass.get(index) ?? [...restOf(rows.classes[index]!, touched), ...(movedFrom.get(index) ?? [])];
    byClass.set(index, known);
    return known;
  };
  const told = new Map<ChangedEnd, Set<ChangedEnd>>();
  const first = (from: ChangedEnd, to: ChangedEnd): boolean => {
    const known = told.get(from) ?? new Set<ChangedEnd>();
    told.set(from, known);
    return known.size !== known.add(to).size;
  };
  const relabelled = moved.some((end) => !rows.covers(end, end));
  for (const end of moved) {
    const { to, from } = rows.reached(end);
    for (const index of to) for (const other of endsOf(index)) if (first(end, other)) yield [end, other];
    for (const index of from) for (const other of endsOf(index)) if (first(other, end)) yield [other, end];
    if (relabelled) for (const other of moved) if (!rows.covers(end, other) && first(end, other)) yield [end, other];
  }
}

const outsideEnds = (before: Network, relevance: Relevance): ChangedEnd[] =>
  networkOutside(before, relevance).flatMap((one) => restOf(one, new Set()));

/** A class without the pods that are told of apart. */
function restOf(one: EndClass, touched: ReadonlySet<Pod>): ChangedEnd[] {
  if (one.kind === "outside")
    return [{ kind: "outside", text: one.text, before: { address: one.address }, after: { address: one.address } }];
  const rest = one.pods.some((pod) => touched.has(pod)) ? one.pods.filter((pod) => !touched.has(pod)) : one.pods;
  const [first] = rest;
  return first === undefined ? [] : [{ kind: "pods", pods: rest, before: first, after: first }];
}

/** Touched pods by what they were and what they will be. */
function movedClasses(after: Network, touched: ReadonlySet<Pod>, relevance: Relevance): MovedEnd[] {
  const key = classKey(relevance);
  const classes = new Map<string, { pods: Pod[]; before: Pod; after: Pod }>();
  for (const was of touched) {
    const will = after.pod(was.namespace, was.name)!;
    if (was.finished || will.finished) continue;
    const joint = was === will ? key(was) : `${key(was)}\n\n${key(will)}`;
    const known = classes.get(joint);
    if (known === undefined) classes.set(joint, { pods: [was], before: was, after: will });
    else known.pods.push(was);
  }
  return [...classes.values()].map((one) => ({ kind: "pods", ...one }));
}

function untouchedClasses(before: Network, touched: ReadonlySet<Pod>, relevance: Relevance): ChangedEnd[] {
  return networkClasses(before, relevance).flatMap((one) => restOf(one, touched));
}

function pairOf(rows: Compared, from: ChangedEnd, to: ChangedEnd): ChangedConnections | undefined {
  const changed = rows.changed(from, to);
  const pairs = changed === undefined ? 0 : pairCount(from, to);
  return changed === undefined || pairs === 0 ? undefined : { from, to, ...changed, pairs };
}

function directPair(before: Network, after: Network, effects: Effects, from: ChangedEnd, to: ChangedEnd): ChangedConnections | undefined {
  const differs = effects.mayDiffer(from, to);
  if (!differs.egress && !differs.ingress) return undefined;
  if (isElsewhere(from) || isElsewhere(to))
    return changedPair(from, to, portsOf(before, from.before, to.before), portsOf(after, from.after, to.after));
  // The addresses are the same ones, so the ways are; a side that says the same is asked once.
  const later = pathsBetween(asPoint(from.after), asPoint(to.after));
  const known = sidesKnown(before, from, to);
  let [was, will] = [NO_PORTS, NO_PORTS];
  pathsBetween(asPoint(from.before), asPoint(to.before)).forEach((path, index) => {
    const both = (direction: Direction): [PortSet, PortSet] => {
      const side = known?.[direction] ?? portsOfSide(before, path, direction);
      return [side, differs[direction] ? portsOfSide(after, later[index]!, direction) : side];
    };
    const [left, leaves] = both("egress");
    if (left.length === 0 && leaves.length === 0) return;
    const [entered, enters] = both("ingress");
    was = union(was, intersection(left, entered));
    will = union(will, intersection(leaves, enters));
  });
  return changedPair(from, to, was, will);
}

/** What both sides said before, by the rows that are kept of it, where there is one way between the ends. */
function sidesKnown(before: Network, from: ChangedEnd, to: ChangedEnd): Record<Direction, PortSet> | undefined {
  const rows = classRows(before);
  const indexOf = (end: ChangedEnd): number | undefined => rows.classOf.get(end.kind === "outside" ? end.text : end.before);
  const [left, right] = [indexOf(from), indexOf(to)];
  if (left === undefined || right === undefined) return undefined;
  const [ways, others] = [rows.ways[left]!, rows.ways[right]!];
  if (ways.length > 1 || others.length > 1) return undefined;
  return { egress: rows.sets.at(rows.out(ways[0]!, others[0]!)), ingress: rows.sets.at(rows.enter(others[0]!, ways[0]!)) };
}

const isElsewhere = (end: ChangedEnd): boolean => end.kind === "pods" && hasOtherNetwork(end);

function changedPair(from: ChangedEnd, to: ChangedEnd, was: PortSet, will: PortSet): ChangedConnections | undefined {
  if (samePorts(was, will)) return undefined;
  const pairs = pairCount(from, to);
  return pairs === 0 ? undefined : { from, to, opened: without(will, was), closed: without(was, will), pairs };
}

const portsOf = (network: Network, from: Pod | Point, to: Pod | Point): PortSet => portsByPolicy(network, asPoint(from), asPoint(to));

export const asPoint = (one: Pod | Point): Point => ("labels" in one ? { pod: one } : one);

/** Without those that no policy can block, which neither open nor close. */
function pairCount(from: ChangedEnd, to: ChangedEnd): number {
  if (from.kind === "outside" || to.kind === "outside") {
    const pods = from.kind === "pods" ? from.pods : to.kind === "pods" ? to.pods : [];
    return pods.length;
  }
  let pairs = from.pods.length * to.pods.length;
  if (from === to) pairs -= from.pods.length;
  if (!from.pods[0]!.host && !to.pods[0]!.host) return pairs;
  for (const pod of from.pods) for (const other of to.pods) if (pod.id !== other.id && isExempt({ pod }, { pod: other })) pairs--;
  return pairs;
}

/** Pods, as they were, that are in both and whose labels, namespace's labels or policies differ. */
function touchedPods(before: Network, after: Network): Set<Pod> {
  const touched = new Set<Pod>();
  for (const { name, labels } of after.namespaces) {
    const own = before.podsIn(name);
    const will = after.podsIn(name);
    const was = before.namespace(name);
    const relabelled = was !== undefined && was.labels !== labels && !sameLabels(was.labels, labels);
    const changed = changedPolicies(before, after, name);
    if (own === will && !relabelled && changed.length === 0) continue;
    for (const [podName, pod] of own) {
      const later = will.get(podName);
      if (later === undefined) continue;
      if (relabelled || later !== pod || changed.some(({ selector }) => selector.selects(pod.labels))) touched.add(pod);
    }
  }
  return touched;
}

function changedPolicies(before: Network, after: Network, namespace: string): ReturnType<Network["policiesIn"]> {
  const [was, will] = [before.policiesIn(namespace), after.policiesIn(namespace)];
  if (was === will) return [];
  const [olds, news] = [new Set(was), new Set(will)];
  return [...was.filter((one) => !news.has(one)), ...will.filter((one) => !olds.has(one))];
}

const hasOtherPolicies = (before: Network, after: Network): boolean =>
  [...after.namespaces].some(({ name }) => before.policiesIn(name) !== after.policiesIn(name));

/** What policies of either look at. Mostly that is what those of the first look at: a change seldom brings anything new to look at. */
function relevanceOfBoth(before: Network, after: Network): Relevance {
  const base = networkRelevance(before);
  const fresh = [...after.namespaces].flatMap(({ name }) => {
    const known = before.policiesIn(name);
    return known === after.policiesIn(name) ? [] : after.policiesIn(name).filter((one) => !known.includes(one));
  });
  return fresh.length === 0 ? base : widened(base, relevanceOf(fresh));
}

function sameLabels(left: Readonly<Record<string, string>>, right: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => left[key] === right[key]);
}
