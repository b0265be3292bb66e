import { addressText, holds, type Address } from "./address.ts";
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

function zoneOf(blocks: readonly Block[], family: 4 | 6): Zone {
  const own = blocks.filter(({ cidr }) => cidr.family === family);
  const starts = new Set<bigint>([0n]);
  for (const { cidr, except } of own) {
    for (const { first, last } of [cidr, ...except.filter((one) => one.family === family)]) {
      starts.add(first);
      if (last < LAST[family]) starts.add(last + 1n);
    }
  }
  const sorted = [...starts].toSorted((left, right) => (left < right ? -1 : 1));
  // Class 0 is what no block means.
  const members = new Map<string, number>([["", 0]]);
  const classes = sorted.map((value) => {
    const address: Address = { family, value, text: "" };
    const inside = own.flatMap(({ cidr, except }, index) =>
      holds(cidr, address) && !except.some((one) => holds(one, address)) ? [index] : [],
    );
    const key = inside.join();
    const known = members.get(key) ?? members.size;
    members.set(key, known);
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
