import type { Address } from "./address.ts";
import type { Answer, FoundEnd, Unanswerable } from "./answer.ts";
import { opensPair, proposed, smallestChange, type Pair } from "./change.ts";
import { classKey, networkRelevance } from "./classes.ts";
import { admitsOn, isAllowedOn, isExempt, isSame, partyOf, pathsBetween, pointName, type Path, type Point } from "./connection.ts";
import type { ChangedConnections } from "./difference.ts";
import { doubtsOf } from "./doubts.ts";
import { resolveEnd, type End, type ResolvedEnd } from "./ends.ts";
import { explainSide, type Asked, type SideExplanation } from "./explanation.ts";
import type { Network } from "./network.ts";
import { besidesAsked } from "./besides-asked.ts";
import type { Pod } from "./pod.ts";
import type { Direction } from "./policy.ts";
import { pointOf } from "./port-set.ts";
import { rewritingDoubts } from "./rewriting.ts";
import { pairCount, summarize } from "./summary.ts";

export interface Question extends Asked {
  from: End;
  to: End;
}

/** Connections and changes that are listed. */
const LISTED = 100;

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

function answerFor(network: Network, from: ResolvedEnd, to: ResolvedEnd, pairs: readonly Pair[], notes: string[]): Answer {
  const states = pairs.map((pair) => ({ pair, allowed: opensPair(network, pair) }));
  const blocked = states.filter(({ allowed }) => !allowed);
  const shown = (blocked.find(({ pair }) => !areApart(pair)) ?? blocked[0] ?? states[0]!).pair;
  const { path, sides } = explained(network, shown);
  const doubts = [...doubtsOf(network, states), ...(to.service === undefined ? [] : rewritingDoubts(network, pairs, to.service))];
  const side = sides.find(({ allowed }) => !allowed);
  const change = blocked.length === 0 ? undefined : smallestChange(network, pairs);
  const target = (pair: Pair): Direction | undefined => explained(network, pair).sides.find(({ allowed }) => !allowed)?.direction;
  const listed = [...blocked, ...states.filter(({ allowed }) => allowed)].slice(0, LISTED);
  const opened = change === undefined ? undefined : besidesAsked(change.difference, pairs);
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
  if (paths.length === 0) return apart(network, { from, to, port, protocol });
  const path =
    paths.find((one) => isAllowedOn(network, one, point)) ?? paths.find((one) => admitsOn(network, one, "egress", point)) ?? paths[0]!;
  const sides = (["egress", "ingress"] as const).map((direction) => explainSide(network, path, direction, { port, protocol }));
  if (!isExempt(from, to)) return { path, sides };
  const why = exemption(from, to);
  return { path, sides: sides.map((side) => ({ ...side, allowed: true, why })) };
}

/** Ends without a family of addresses in common: what policies say of them all the same. */
function apart(network: Network, { from, to, port, protocol }: Pair): { path: Path; sides: SideExplanation[] } {
  const first = (point: Point): Address | undefined => ("pod" in point ? point.pod.addresses[0] : point.address);
  const path = { from: partyOf(from, first(from)), to: partyOf(to, first(to)) };
  const sides = (["egress", "ingress"] as const).map((direction) => explainSide(network, path, direction, { port, protocol }));
  return { path, sides: sides.filter(({ allowed }) => !allowed) };
}

function exemption(from: Point, to: Point): string {
  if (isSame(from, to)) return "A pod can always connect to itself: no policy blocks that";
  return "A pod and the node it runs on can always connect: no policy blocks that";
}

function reasonFor(shown: Pair, sides: readonly SideExplanation[], states: readonly { allowed: boolean }[], to: ResolvedEnd): string {
  const blocking = sides.filter(({ allowed }) => !allowed);
  if (areApart(shown)) {
    const said = `${pointName(shown.from)} and ${pointName(shown.to)} share no family of addresses: nothing connects them, whatever policies say.`;
    return [said, ...blocking.map(({ why }) => `${why}.`)].join(" ");
  }
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

function summaries(changed: readonly ChangedConnections[]): Pick<Answer, "opens" | "opensCount" | "closes" | "closesCount"> {
  const closes = pairCount(changed, "closed");
  return {
    opens: summarize(changed, "opened", LISTED),
    opensCount: pairCount(changed, "opened"),
    ...(closes === 0 ? {} : { closes: summarize(changed, "closed", LISTED), closesCount: closes }),
  };
}
