import { addressText, type Address } from "./address.ts";
import type { Peer } from "./policy.ts";

export type Block = Peer & { kind: "block" };

/** Addresses that the same blocks mean: no policy can tell them from one another. */
export interface AddressClass {
  /** One of them that is no pod's, where there is such a one. */
  address: Address;
  text: string;
}

interface Zone {
  /** Where each stretch of equal membership begins, and which class it is of. */
  starts: bigint[];
  classes: number[];
  named: boolean;
}

const LAST = { 4: (1n << 32n) - 1n, 6: (1n << 128n) - 1n } as const;

/** All addresses by which blocks of policies mean them. */
export class AddressSpace {
  readonly #zones: Record<4 | 6, Zone>;

  constructor(blocks: readonly Block[]) {
    this.#zones = { 4: zoneOf(blocks, 4), 6: zoneOf(blocks, 6) };
  }

  /** Whether a block names addresses of a family. */
  names(family: 4 | 6): boolean {
    return this.#zones[family].named;
  }

  /** Equal for addresses of one family that the same blocks mean. */
  classOf(address: Address): number {
    const { starts, classes } = this.#zones[address.family];
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= address.value) low = middle;
      else high = middle - 1;
    }
    return classes[low]!;
  }

  /** The classes of a family, each with an address that `taken` does not name; one that is taken whole is left out. */
  outside(family: 4 | 6, taken: ReadonlySet<bigint>): AddressClass[] {
    const { starts, classes } = this.#zones[family];
    const stretches = new Map<number, { first: bigint; last: bigint }[]>();
    starts.forEach((first, index) => {
      const last = (starts[index + 1] ?? LAST[family] + 1n) - 1n;
      const id = classes[index]!;
      stretches.set(id, [...(stretches.get(id) ?? []), { first, last }]);
    });
    return [...stretches].flatMap(([id, parts]) => {
      const free = firstFree(parts, taken);
      if (free === undefined) return [];
      const text = id === 0 ? `every ${classes.length > 1 ? "other " : ""}IPv${family} address` : rangesText(family, parts);
      return [{ address: { family, value: free, text: addressText(family, free) }, text }];
    });
  }
}

function firstFree(parts: readonly { first: bigint; last: bigint }[], taken: ReadonlySet<bigint>): bigint | undefined {
  for (const { first, last } of parts) for (let at = first; at <= last; at++) if (!taken.has(at)) return at;
  return undefined;
}

/** Stretches of a block without its exceptions. */
function stretchesOf({ cidr, except }: Block): { first: bigint; last: bigint }[] {
  const holes = except.filter(({ family }) => family === cidr.family).toSorted((a, b) => (a.first < b.first ? -1 : 1));
  const stretches: { first: bigint; last: bigint }[] = [];
  let at = cidr.first;
  for (const { first, last } of holes) {
    if (last < at || first > cidr.last) continue;
    if (at < first) stretches.push({ first: at, last: first - 1n });
    at = last + 1n;
  }
  if (at <= cidr.last) stretches.push({ first: at, last: cidr.last });
  return stretches;
}

function zoneOf(blocks: readonly Block[], family: 4 | 6): Zone {
  const own = blocks.filter(({ cidr }) => cidr.family === family);
  // Where a block begins or ends to mean an address, its bit turns.
  const turns = new Map<bigint, bigint>([[0n, 0n]]);
  own.forEach((block, index) => {
    for (const { first, last } of stretchesOf(block)) {
      for (const at of last < LAST[family] ? [first, last + 1n] : [first]) turns.set(at, (turns.get(at) ?? 0n) ^ (1n << BigInt(index)));
    }
  });
  const sorted = [...turns.keys()].toSorted((left, right) => (left < right ? -1 : 1));
  // Class 0 is what no block means.
  const members = new Map<bigint, number>([[0n, 0]]);
  let meant = 0n;
  const classes = sorted.map((start) => {
    meant ^= turns.get(start)!;
    const known = members.get(meant) ?? members.size;
    members.set(meant, known);
    return known;
  });
  return { starts: sorted, classes, named: own.length > 0 };
}

/** As CIDRs where the stretches are such, and as ranges where not; the first three of them. */
function rangesText(family: 4 | 6, parts: readonly { first: bigint; last: bigint }[]): string {
  const texts = parts.slice(0, 3).map(({ first, last }) => {
    const size = last - first + 1n;
    const power = size.toString(2).length - 1;
    const even = size === 1n << BigInt(power) && first % size === 0n;
    if (even && power === 0) return addressText(family, first);
    if (even) return `${addressText(family, first)}/${(family === 4 ? 32 : 128) - power}`;
    return `${addressText(family, first)}-${addressText(family, last)}`;
  });
  return parts.length > 3 ? `${texts.join(", ")} and ${parts.length - 3} more ranges` : texts.join(", ");
}
