import { isPartly } from "../label-selector.ts";
import type { Pair } from "./change.ts";
import { admitsOn, isAllowedOn, isExempt, pathsBetween, pointName, type Path, type Point } from "./connection.ts";
import type { Network } from "./network.ts";
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
