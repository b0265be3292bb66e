import { isPartly } from "../label-selector.ts";
import type { Pair } from "./change.ts";
import { admitsOn, isAllowedOn, isExempt, meansParty, pathsBetween, pointName, sidesOf, type Path, type Point } from "./connection.ts";
import { openIn } from "./controller-labels.ts";
import type { Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import type { Direction } from "./policy.ts";
import { pointOf } from "./port-set.ts";

/** What the answer would be if what is not defined or not known were otherwise. */
export function doubtsOf(network: Network, states: readonly { pair: Pair; allowed: boolean }[]): string[] {
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
      for (const name of unreadNamespaces(network, pair, point))
        doubts.add(`Namespace ${name} is not among what was read, so that its labels are not known: by them the answer may be another.`);
    if (!allowed)
      for (const name of needsAddress(network, pair))
        doubts.add(`The address of ${name} is not known, and a rule goes by ipBlock: with an address in it the answer may be another.`);
    for (const label of openLabels(network, pair))
      doubts.add(`Pods of ${label} in the cluster, and a policy goes by it: by its value the answer may be another.`);
    if (isFamilyBound(network, pair, point))
      doubts.add(`${pointName(pair.from)} and ${pointName(pair.to)} have addresses of two families, and policies admit one of them only.`);
  }
  return [...doubts];
}

/** Namespaces whose labels nobody could read, where some labels of theirs would be admitted by a side that blocks. */
function unreadNamespaces(network: Network, { from, to }: Pair, point: number): string[] {
  const names = new Set([from, to].flatMap((end) => ("pod" in end ? [end.pod.namespace] : [])));
  return [...names].filter((name) => {
    if (!isPartly(network.namespaceLabels(name))) return false;
    const supposed = network.supposing(name);
    return pathsBetween(from, to).some((path) => DIRECTIONS.some((one) => differs(network, supposed, path, one, point)));
  });
}

const DIRECTIONS = ["egress", "ingress"] as const;

const differs = (network: Network, supposed: Network, path: Path, direction: Direction, point: number): boolean =>
  admitsOn(supposed, path, direction, point) && !admitsOn(network, path, direction, point);

/** Labels by which policies select or mean an end, and whose values are not known before a controller gives them: whose, and which. */
function openLabels(network: Network, { from, to }: Pair): string[] {
  if (isExempt(from, to) || ![from, to].some((end) => "pod" in end && end.pod.template)) return [];
  return pathsBetween(from, to).flatMap((path) => DIRECTIONS.flatMap((direction) => openOn(network, path, direction)));
}

function openOn(network: Network, path: Path, direction: Direction): string[] {
  const { own, other } = sidesOf(path, direction);
  if (own.pod === undefined) return [];
  const found: string[] = [];
  const tell = ({ workload }: Pod, keys: readonly string[]): boolean => {
    found.push(...keys.map((key) => `${workload!.kind} ${workload!.namespace}/${workload!.name} get their label ${key}`));
    return keys.length > 0;
  };
  for (const policy of network.policiesIn(own.pod.namespace)) {
    if (policy[direction] === undefined) continue;
    const may = tell(own.pod, openIn(policy.selector, own.pod.labels));
    if (other.pod === undefined || (!may && !policy.selector.selects(own.pod.labels))) continue;
    for (const peer of policy[direction].flatMap(({ peers = [] }) => peers)) {
      if (peer.kind !== "pods" || peer.pods === undefined) continue;
      const { pods, ...place } = peer;
      if (meansParty(network, policy, place, other)) tell(other.pod, openIn(pods, other.pod.labels));
    }
  }
  return found;
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
