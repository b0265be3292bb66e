export const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** A number for each port of each protocol: 1 to 65,535, and so on for the next protocol. */
const SPAN = 65_536;
export const pointOf = (port: number, protocol: Protocol): number => PROTOCOLS.indexOf(protocol) * SPAN + port;

/** Ports of all protocols as ranges of points in their order that neither meet nor overlap: `[from, to, from, to …]`. */
export type PortSet = readonly number[];

export const NO_PORTS: PortSet = [];
export const ALL_PORTS: PortSet = PROTOCOLS.flatMap((protocol) => [pointOf(1, protocol), pointOf(SPAN - 1, protocol)]);

export const wholeProtocol = (protocol: Protocol): PortSet => [pointOf(1, protocol), pointOf(SPAN - 1, protocol)];

/** Empty where the range is. */
export const portRange = (from: number, to: number, protocol: Protocol): PortSet =>
  from <= to ? [pointOf(from, protocol), pointOf(to, protocol)] : NO_PORTS;

export function hasPoint(set: PortSet, point: number): boolean {
  for (let index = 0; index < set.length; index += 2) if (set[index]! <= point && point <= set[index + 1]!) return true;
  return false;
}

export function union(left: PortSet, right: PortSet): PortSet {
  if (left.length === 0 || left === right) return right;
  if (right.length === 0) return left;
  const ranges: [number, number][] = [];
  for (const set of [left, right]) for (let index = 0; index < set.length; index += 2) ranges.push([set[index]!, set[index + 1]!]);
  ranges.sort((a, b) => a[0] - b[0]);
  const joined: number[] = [];
  for (const [from, to] of ranges) {
    const last = joined.length - 1;
    if (last > 0 && from <= joined[last]! + 1) joined[last] = Math.max(joined[last]!, to);
    else joined.push(from, to);
  }
  return joined;
}

export function intersection(left: PortSet, right: PortSet): PortSet {
  if (left === right || right === ALL_PORTS) return left;
  if (left === ALL_PORTS) return right;
  const both: number[] = [];
  for (let a = 0, b = 0; a < left.length && b < right.length;) {
    const from = Math.max(left[a]!, right[b]!);
    const to = Math.min(left[a + 1]!, right[b + 1]!);
    if (from <= to) both.push(from, to);
    if (left[a + 1]! < right[b + 1]!) a += 2;
    else b += 2;
  }
  return both;
}

/** What is in `left` and not in `right`. */
export function without(left: PortSet, right: PortSet): PortSet {
  if (right.length === 0) return left;
  const rest: number[] = [];
  for (let index = 0, b = 0; index < left.length; index += 2) {
    let from = left[index]!;
    const to = left[index + 1]!;
    while (b < right.length && right[b + 1]! < from) b += 2;
    for (let at = b; at < right.length && right[at]! <= to; at += 2) {
      if (from < right[at]!) rest.push(from, right[at]! - 1);
      from = right[at + 1]! + 1;
    }
    if (from <= to) rest.push(from, to);
  }
  return rest;
}

export const samePorts = (left: PortSet, right: PortSet): boolean =>
  left === right || (left.length === right.length && left.every((point, index) => point === right[index]));

/** `8443/TCP`, `8000-8010/TCP`, `every UDP port`, `every port`. */
export function portTexts(set: PortSet): string[] {
  if (samePorts(set, ALL_PORTS)) return ["every port"];
  const texts: string[] = [];
  for (let index = 0; index < set.length; index += 2) {
    const protocol = PROTOCOLS[Math.floor(set[index]! / SPAN)]!;
    const from = set[index]! % SPAN;
    const to = set[index + 1]! % SPAN;
    if (from === 1 && to === SPAN - 1) texts.push(`every ${protocol} port`);
    else texts.push(from === to ? `${from}/${protocol}` : `${from}-${to}/${protocol}`);
  }
  return texts;
}

/** How many ports there are in it. */
export function portCount(set: PortSet): number {
  let count = 0;
  for (let index = 0; index < set.length; index += 2) count += set[index + 1]! - set[index]! + 1;
  return count;
}
