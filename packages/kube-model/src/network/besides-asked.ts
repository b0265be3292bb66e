import { readAddress } from "./address.ts";
import type { Pair } from "./change.ts";
import { isSame, pointName, type Point } from "./connection.ts";
import type { ChangedConnections, ChangedEnd } from "./difference.ts";
import { pointOf, without } from "./port-set.ts";

/** The difference without the very connections that were asked about. */
export function besidesAsked(changed: readonly ChangedConnections[], pairs: readonly Pair[]): ChangedConnections[] {
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
