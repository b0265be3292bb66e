import { labelsOf, type Labels } from "../label-selector.ts";
import { readAddress } from "./address.ts";
import { opensPair, proposed, smallestChange, type Pair, type ProposedChange } from "./change.ts";
import { classKey, networkRelevance } from "./classes.ts";
import { admitsOn, isAllowedOn, isExempt, pathsBetween, type Path, type Point } from "./connection.ts";
import type { ChangedConnections, ChangedEnd } from "./difference.ts";
import { resolveEnd, type End, type ResolvedEnd } from "./ends.ts";
import { explainSide, type Asked, type SideExplanation } from "./explanation.ts";
import type { Network } from "./network.ts";
import { MADE_BY_CONTROLLERS, type Pod } from "./pod.ts";
import type { Direction } from "./policy.ts";
import { pointOf, portTexts, without } from "./port-set.ts";

export interface Question extends Asked {
  from: End;
  to: End;
}

/** An end as it was found. */
export interface FoundEnd {
  /** `namespace/pod` or an address, as the explained connection has it. */
  name: string;
  namespace?: string;
  namespaceLabels?: Labels;
  labels?: Labels;
  /** Addresses of the pod, or the one asked for. */
  addresses: string[];
  workload?: string;
  service?: string;
}

/** Ends that no policy tells apart, for reading. */
export interface EndSummary {
  /** Absent: addresses outside the cluster. */
  namespace?: string;
  /** `app=web`, or the names of workloads or pods where they say more; a range of addresses. */
  what: string;
  /** How many pods. */
  pods: number;
  /** The first few of them. */
  names: string[];
}

/** Connections that a change opens or closes. */
export interface ConnectionSummary {
  from: EndSummary;
  to: EndSummary;
  /** `8443/TCP`, `8000-8010/TCP`, `every UDP port`, `every port`. */
  ports: string[];
  /** Pairs of pods, or of a pod and a range of addresses. */
  pairs: number;
}

export interface Answer {
  allowed: boolean;
  /** Where it is blocked, egress first. Absent, too, where policies are not what keeps it from being answered. */
  blockedAt?: Direction;
  /** `namespace/name` of the policies that decide: those that isolate where it is blocked, those that admit it where it is allowed. */
  policies: string[];
  /** In sentences. */
  reason: string;
  /** Whether this is so for sure; `notes` say what is not known or not defined. */
  certain: boolean;
  notes: string[];
  from: FoundEnd;
  to: FoundEnd;
  /** The port that is connected to at the explained destination: a Service may have sent it to another. */
  port: string;
  /** Egress of the source, then ingress of the destination; of the first connection that is blocked, or of the first one. */
  sides: SideExplanation[];
  /** Every pod that is meant, where there are several. */
  connections: { from: string; to: string; port: string; allowed: boolean; blockedAt?: Direction }[];
  /** How many there are; the list has the first of them, blocked ones before others. */
  connectionCount: number;
  /** How many policies there are in all. */
  policyCount: number;
  /** The smallest change that opens it. Absent where it is open or nothing opens it. */
  change?: ProposedChange;
  /** What else that change opens, without what was asked. */
  opens?: ConnectionSummary[];
  /** How many pairs that are. */
  opensCount?: number;
  /** What that change closes: labels can bring pods under policies of others. */
  closes?: ConnectionSummary[];
  closesCount?: number;
}

/** A name that is not there: nothing can be answered. */
export interface Unanswerable {
  unknown: string;
}

/** Connections and changes that are listed. */
const LISTED = 100;
const NAMES = 5;

/** Whether policies let a connection through, why, and what would. */
export function reachability(network: Network, question: Question): Answer | Unanswerable {
  const asked = { port: question.port, protocol: question.protocol };
  const from = resolveEnd(network, question.from, asked);
  const to = resolveEnd(network, question.to, asked);
  const unknown = from.unknown ?? to.unknown;
  if (unknown !== undefined) return { unknown };
  const dead = from.dead ?? to.dead;
  const notes = [...new Set([...from.notes, ...to.notes])];
  if (dead !== undefined) return silent(network, question, from, to, dead, notes);
  if (from.anywhere !== undefined)
    return silent(network, question, from, to, `${from.anywhere} A connection has to come from somewhere.`, notes);
  if (to.anywhere !== undefined) return towardsAnywhere(network, question, from, to, notes);
  return answerFor(network, from, to, pairsOf(network, from, to), notes);
}

/** Sources that no policy tells apart are asked about once, each destination is. */
function pairsOf(network: Network, from: ResolvedEnd, to: ResolvedEnd): Pair[] {
  const key = classKey(networkRelevance(network));
  // A pod and its own node always connect, so that where nodes are ends their pods differ by them.
  const nodes = to.meant.some(({ point }) => !("pod" in point) || point.pod.host);
  const byNode = (pod: Pod): string => (pod.host || nodes ? pod.node.map(({ text }) => text).join() : "");
  const sources = new Map<string, Point>();
  for (const { point } of from.meant) {
    const name = "pod" in point ? `${key(point.pod)}\n${byNode(point.pod)}` : point.address.text;
    if (!sources.has(name)) sources.set(name, point);
  }
  return [...sources.values()].flatMap((source) =>
    to.meant.map(({ point, port, protocol }) => {
      // A pod with itself says nothing of the others of its class.
      const other = isSame(source, point)
        ? from.meant.find((one) => !isSame(one.point, point) && sameClass(key, one.point, source))
        : undefined;
      return { from: other?.point ?? source, to: point, port, protocol };
    }),
  );
}

const sameClass = (key: (pod: Pod) => string, left: Point, right: Point): boolean =>
  "pod" in left && "pod" in right && key(left.pod) === key(right.pod);
const isSame = (left: Point, right: Point): boolean => "pod" in left && "pod" in right && left.pod.id === right.pod.id;

function answerFor(network: Network, from: ResolvedEnd, to: ResolvedEnd, pairs: readonly Pair[], notes: string[]): Answer {
  const states = pairs.map((pair) => ({ pair, allowed: opensPair(network, pair) }));
  const blocked = states.filter(({ allowed }) => !allowed);
  const shown = (blocked.find(({ pair }) => !areApart(pair)) ?? blocked[0] ?? states[0]!).pair;
  const { path, sides } = explained(network, shown);
  const doubts = doubtsOf(network, states);
  const side = sides.find(({ allowed }) => !allowed);
  const change = blocked.length === 0 ? undefined : smallestChange(network, pairs);
  const target = (pair: Pair): Direction | undefined => explained(network, pair).sides.find(({ allowed }) => !allowed)?.direction;
  const listed = [...blocked, ...states.filter(({ allowed }) => allowed)].slice(0, LISTED);
  const opened = change === undefined ? undefined : others(change.difference, pairs);
  return {
    allowed: blocked.length === 0,
    ...(side === undefined ? {} : { blockedAt: side.direction }),
    policies: side === undefined ? admitting(sides) : side.policies.map(({ policy }) => policy),
    reason: reasonFor(shown, sides, states, to),
    certain: doubts.length === 0,
    notes: [...notes, ...doubts],
    from: foundEnd(network, shown.from, path.from.address?.text, from),
    to: foundEnd(network, shown.to, path.to.address?.text, to),
    port: `${shown.port}/${shown.protocol}`,
    sides,
    connections:
      states.length === 1
        ? []
        : listed.map(({ pair, allowed }) => {
            const at = allowed ? undefined : target(pair);
            return {
              from: pointName(pair.from),
              to: pointName(pair.to),
              port: `${pair.port}/${pair.protocol}`,
              allowed,
              ...(at === undefined ? {} : { blockedAt: at }),
            };
          }),
    connectionCount: states.length,
    policyCount: [...network.policies].length,
    ...(change === undefined ? {} : { change: proposed(change) }),
    ...(opened === undefined ? {} : summaries(opened)),
  };
}

/** The way a connection would take that gets furthest, and what both sides say of it. */
function explained(network: Network, { from, to, port, protocol }: Pair): { path: Path; sides: SideExplanation[] } {
  const point = pointOf(port, protocol);
  const paths = pathsBetween(from, to);
  const path =
    paths.find((one) => isAllowedOn(network, one, point)) ?? paths.find((one) => admitsOn(network, one, "egress", point)) ?? paths[0];
  if (path === undefined) return { path: { from: {}, to: {} }, sides: [] };
  const sides = (["egress", "ingress"] as const).map((direction) => explainSide(network, path, direction, { port, protocol }));
  if (!isExempt(from, to)) return { path, sides };
  const why = exemption(from, to);
  return { path, sides: sides.map((side) => ({ ...side, allowed: true, why })) };
}

function exemption(from: Point, to: Point): string {
  if (isSame(from, to)) return "A pod can always connect to itself: no policy blocks that";
  return "A pod and the node it runs on can always connect: no policy blocks that";
}

function reasonFor(shown: Pair, sides: readonly SideExplanation[], states: readonly { allowed: boolean }[], to: ResolvedEnd): string {
  if (areApart(shown))
    return `${pointName(shown.from)} and ${pointName(shown.to)} share no family of addresses: nothing connects them, whatever policies say.`;
  const blocking = sides.filter(({ allowed }) => !allowed);
  const refused = states.filter(({ allowed }) => !allowed).length;
  const behind = to.service === undefined ? "" : ` behind Service ${to.service}`;
  const many =
    states.length === 1
      ? ""
      : refused === 0
        ? `All ${states.length} connections${behind} are allowed. `
        : `${refused} of ${states.length} connections${behind} are blocked. `;
  if (isExempt(shown.from, shown.to)) return `${many}${exemption(shown.from, shown.to)}.`;
  if (blocking.length === 0) return `${many}${sides.map(({ why }) => why).join(". ")}.`;
  return `${many}${blocking.map(({ why }) => why).join(". ")}.`;
}

const admitting = (sides: readonly SideExplanation[]): string[] => [
  ...new Set(sides.flatMap(({ policies }) => policies.filter(({ admits }) => admits).map(({ policy }) => policy))),
];

/** What the answer would be if what is not defined or not known were otherwise. */
function doubtsOf(network: Network, states: readonly { pair: Pair; allowed: boolean }[]): string[] {
  const doubts = new Set<string>();
  for (const { pair, allowed } of states) {
    const point = pointOf(pair.port, pair.protocol);
    const [from, to] = [asPod(pair.from), asPod(pair.to)];
    if ((from !== pair.from || to !== pair.to) && !isExempt(pair.from, pair.to)) {
      const otherwise = pathsBetween(from, to).some((path) => isAllowedOn(network, path, point));
      if (otherwise !== allowed) {
        const ends = `${pointName(pair.from)} to ${pointName(pair.to)}`;
        doubts.add(
          `A network plugin that applies policies to pods in their node's network would ${otherwise ? "allow" : "block"} ${ends}; the specification does not say which it is.`,
        );
      }
    }
    if (!allowed)
      for (const name of needsAddress(network, pair))
        doubts.add(`The address of ${name} is not known, and a rule goes by ipBlock: with an address in it the answer may be another.`);
    if (isFamilyBound(network, pair, point))
      doubts.add(`${pointName(pair.from)} and ${pointName(pair.to)} have addresses of two families, and policies admit one of them only.`);
  }
  return [...doubts];
}

/** A pod in its node's network as if policies told it from its node. */
const asPod = (point: Point): Point => ("pod" in point && point.pod.host ? { pod: { ...point.pod, host: false } } : point);

/** Ends without a known address that a rule for an ipBlock might mean. */
function needsAddress(network: Network, { from, to, port, protocol }: Pair): string[] {
  const names = new Set<string>();
  for (const { from: source, to: target } of pathsBetween(from, to)) {
    for (const [own, other, direction] of [
      [source, target, "egress"],
      [target, source, "ingress"],
    ] as const) {
      if (own.pod === undefined || other.address !== undefined) continue;
      for (const policy of network.isolating(own.pod, direction)) {
        const blocks = policy[direction]!.some((rule) => rule.peers?.some(({ kind }) => kind === "block") === true);
        if (blocks && !admitsOn(network, { from: source, to: target }, direction, pointOf(port, protocol))) {
          names.add(other.pod?.id ?? pointName(direction === "egress" ? to : from));
        }
      }
    }
  }
  return [...names];
}

function isFamilyBound(network: Network, { from, to }: Pair, point: number): boolean {
  if (isExempt(from, to)) return false;
  const allowed = pathsBetween(from, to).map((path) => isAllowedOn(network, path, point));
  return allowed.includes(true) && allowed.includes(false);
}

const areApart = ({ from, to }: Pair): boolean => pathsBetween(from, to).length === 0;

/** Nobody is there to answer or to ask: that is not the policies' doing. */
function silent(network: Network, question: Question, from: ResolvedEnd, to: ResolvedEnd, why: string, notes: string[]): Answer {
  return {
    allowed: false,
    policies: [],
    reason: why,
    certain: from.anywhere === undefined && to.anywhere === undefined,
    notes,
    from: missingEnd(question.from, from),
    to: missingEnd(question.to, to),
    port: `${question.port}/${question.protocol}`,
    sides: [],
    connections: [],
    connectionCount: 0,
    policyCount: [...network.policies].length,
  };
}

/** To an address that nobody knows: sure to be let out only where every address is. */
function towardsAnywhere(network: Network, question: Question, from: ResolvedEnd, to: ResolvedEnd, notes: string[]): Answer {
  const asked = { port: question.port, protocol: question.protocol };
  const [first] = from.meant;
  const path = pathsBetween(first!.point, first!.point)[0]!;
  const side = explainSide(network, { from: path.from, to: {} }, "egress", asked);
  const end = missingEnd(question.to, to);
  const why = side.allowed ? side.why : side.why.replaceAll("a node", end.name);
  const shown: SideExplanation = { ...side, why };
  return {
    allowed: side.allowed,
    ...(side.allowed ? {} : { blockedAt: "egress" as const }),
    policies: side.allowed ? admitting([side]) : side.policies.map(({ policy }) => policy),
    reason: side.allowed ? `${why}.` : `${to.anywhere} ${why}, as far as that can be told.`,
    certain: side.allowed,
    notes: side.allowed ? notes : [...notes, `${to.anywhere} A rule for an ipBlock may admit them: ask again with an address.`],
    from: foundEnd(network, first!.point, undefined, from),
    to: end,
    port: `${question.port}/${question.protocol}`,
    sides: [shown],
    connections: [],
    connectionCount: 1,
    policyCount: [...network.policies].length,
  };
}

function missingEnd(end: End, { service }: ResolvedEnd): FoundEnd {
  if ("ip" in end) return { name: end.ip, addresses: [end.ip] };
  const name = `${end.namespace}/${"pod" in end ? end.pod : end.service}`;
  return { name, namespace: end.namespace, addresses: [], ...(service === undefined ? {} : { service }) };
}

const pointName = (point: Point): string => ("pod" in point ? point.pod.id : point.address.text);

function foundEnd(network: Network, point: Point, address: string | undefined, { workload, service }: ResolvedEnd): FoundEnd {
  if (!("pod" in point))
    return { name: point.address.text, addresses: [point.address.text], ...(service === undefined ? {} : { service }) };
  const { pod } = point;
  const maker = workload ?? (pod.workload === undefined ? undefined : `${pod.workload.namespace}/${pod.workload.name}`);
  const known = pod.addresses.map(({ text }) => text);
  return {
    name: pod.id,
    namespace: pod.namespace,
    namespaceLabels: network.namespaceLabels(pod.namespace),
    labels: pod.labels,
    addresses: address === undefined ? known : [address, ...known.filter((one) => one !== address)],
    ...(maker === undefined ? {} : { workload: maker }),
    ...(service === undefined ? {} : { service }),
  };
}

/** The difference without the very connections that were asked about. */
function others(changed: readonly ChangedConnections[], pairs: readonly Pair[]): ChangedConnections[] {
  return changed.flatMap((one) => {
    let rest = one.pairs;
    const apart: ChangedConnections[] = [];
    const whole = new Set<string>();
    for (const pair of pairs) {
      if (!isIn(one.from, pair.from) || !isIn(one.to, pair.to) || isSame(pair.from, pair.to)) continue;
      const name = `${pointName(pair.from)} ${pointName(pair.to)}`;
      if (whole.has(name)) continue;
      whole.add(name);
      const point = pointOf(pair.port, pair.protocol);
      const opened = without(one.opened, [point, point]);
      rest--;
      if (opened.length > 0 || one.closed.length > 0)
        apart.push({ ...one, from: narrowed(one.from, pair.from), to: narrowed(one.to, pair.to), opened, pairs: 1 });
    }
    return rest > 0 ? [{ ...rid(one, pairs), pairs: rest }, ...apart] : apart;
  });
}

/** Where one end is a single pod, what was asked about is no longer named at the other. */
function rid(one: ChangedConnections, pairs: readonly Pair[]): ChangedConnections {
  const rest = (end: ChangedEnd, asked: (pair: Pair) => Point): ChangedEnd =>
    end.kind === "pods" ? { ...end, pods: end.pods.filter((pod) => !pairs.some((pair) => isSame(asked(pair), { pod }))) } : end;
  const isSingle = (end: ChangedEnd): boolean => end.kind === "outside" || end.pods.length === 1;
  const whole = pairs.filter((pair) => isIn(one.from, pair.from) && isIn(one.to, pair.to));
  if (whole.length === 0) return one;
  if (isSingle(one.from)) return { ...one, to: rest(one.to, ({ to }) => to) };
  return isSingle(one.to) ? { ...one, from: rest(one.from, ({ from }) => from) } : one;
}

function isIn(end: ChangedEnd, point: Point): boolean {
  if (end.kind === "pods") return "pod" in point && end.pods.some(({ id }) => id === point.pod.id);
  // A range of one address, as a rule for that address makes it.
  return "address" in point && readAddress(end.text)?.value === point.address.value;
}

const narrowed = (end: ChangedEnd, point: Point): ChangedEnd =>
  end.kind === "pods" && "pod" in point ? { ...end, pods: end.pods.filter(({ id }) => id === point.pod.id) } : end;

function summaries(changed: readonly ChangedConnections[]): Pick<Answer, "opens" | "opensCount" | "closes" | "closesCount"> {
  const closes = pairCount(changed, "closed");
  return {
    opens: summarize(changed, "opened", LISTED),
    opensCount: pairCount(changed, "opened"),
    ...(closes === 0 ? {} : { closes: summarize(changed, "closed", LISTED), closesCount: closes }),
  };
}

/** How many pairs of ends have connections that open, or close. */
export const pairCount = (changed: readonly ChangedConnections[], which: "opened" | "closed"): number =>
  changed.reduce((sum, one) => sum + (one[which].length > 0 ? one.pairs : 0), 0);

/** Changed connections for reading, those with most pairs first, at most `most` of them. */
export function summarize(changed: readonly ChangedConnections[], which: "opened" | "closed", most: number): ConnectionSummary[] {
  return changed
    .filter((one) => one[which].length > 0)
    .toSorted((left, right) => right.pairs - left.pairs)
    .slice(0, most)
    .map((one) => ({ from: endSummary(one.from), to: endSummary(one.to), ports: portTexts(one[which]), pairs: one.pairs }));
}

function endSummary(end: ChangedEnd): EndSummary {
  if (end.kind === "outside") return { what: end.text, pods: 0, names: [] };
  const { pods } = end;
  const workloads = [...new Set(pods.map(({ workload, name }) => workload?.name ?? name))];
  const what = workloads.length <= 2 ? workloads.join(", ") : sharedLabels(pods) || `${pods.length} pods`;
  return { namespace: pods[0]!.namespace, what, pods: pods.length, names: pods.slice(0, NAMES).map(({ name }) => name) };
}

/** Labels that all of them have, but for those that controllers put there. */
function sharedLabels(pods: readonly Pod[]): string {
  return Object.entries(labelsOf({ metadata: { labels: pods[0]!.labels } }))
    .filter(([key, value]) => !MADE_BY_CONTROLLERS.has(key) && pods.every(({ labels }) => labels[key] === value))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
