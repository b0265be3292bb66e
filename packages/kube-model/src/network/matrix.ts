import { networkClasses, networkOutside, type EndClass } from "./classes.ts";
import { admitsParty, type Party } from "./connection.ts";
import { portsAt, type Network } from "./network.ts";
import type { Direction } from "./policy.ts";
import { ALL_PORTS, intersection, NO_PORTS, union, type PortSet } from "./port-set.ts";

/**
 * Which class of ends may connect to which, on which ports. What no policy can block is left out of it: a pod with itself, and with its own
 * node.
 */
export interface Matrix {
  classes: readonly EndClass[];
  /** By indexes of `classes`. */
  ports(from: number, to: number): PortSet;
}

/** Works out all pairs at once: each side's rules are gone through once, and not once for each pair. */
export function matrixOf(network: Network): Matrix {
  const classes: EndClass[] = [...networkClasses(network), ...networkOutside(network)];
  const sets = new PortSets();
  const parties: { party: Party; family: 0 | 4 | 6 }[] = [];
  const ways: number[][] = classes.map((one) => {
    const addresses = one.kind === "pods" ? one.pod.addresses : [one.address];
    const host = one.kind === "pods" && !one.pod.host ? { pod: one.pod } : {};
    const variants = addresses.length === 0 ? [{ party: host, family: 0 as const }] : [];
    for (const address of addresses) variants.push({ party: { ...host, address }, family: address.family } as never);
    return variants.map((variant) => parties.push(variant) - 1);
  });
  const rows = { egress: sideRows(network, parties, "egress", sets), ingress: sideRows(network, parties, "ingress", sets) };
  const size = classes.length;
  const cells = new Int32Array(size * size);
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      let found = sets.none;
      const pairs = pairsOf(parties, ways[from]!, ways[to]!);
      for (const [a, b] of pairs) {
        const out = rows.egress[a]?.[b] ?? sets.all;
        if (out === sets.none) continue;
        found = sets.union(found, sets.intersection(out, rows.ingress[b]?.[a] ?? sets.all));
      }
      cells[from * size + to] = found;
    }
  }
  return { classes, ports: (from, to) => sets.at(cells[from * size + to]!) };
}

/** Pairs of addresses that a connection may use, as `pathsBetween` has them. */
function pairsOf(parties: readonly { family: number }[], from: readonly number[], to: readonly number[]): [number, number][] {
  const pairs: [number, number][] = [];
  for (const a of from) {
    for (const b of to) {
      const [left, right] = [parties[a]!.family, parties[b]!.family];
      if (left === right || left === 0 || right === 0) pairs.push([a, b]);
    }
  }
  return pairs;
}

/** For each party the ports that its own policies admit to or from each other party; undefined where no policy isolates it. */
function sideRows(
  network: Network,
  parties: readonly { party: Party }[],
  direction: Direction,
  sets: PortSets,
): (Int32Array | undefined)[] {
  const meant = new Map<object, Int32Array>();
  return parties.map(({ party: own }) => {
    if (own.pod === undefined) return undefined;
    const policies = network.isolating(own.pod, direction);
    if (policies.length === 0) return undefined;
    const row = new Int32Array(parties.length).fill(sets.none);
    for (const policy of policies) {
      for (const rule of policy[direction]!) {
        let others = meant.get(rule);
        if (others === undefined) {
          const found: number[] = [];
          parties.forEach(({ party }, index) => {
            if (admitsParty(network, policy, rule, party)) found.push(index);
          });
          others = Int32Array.from(found);
          meant.set(rule, others);
        }
        const fixed = direction === "ingress" || rule.named.length === 0;
        const ports = fixed ? sets.id(portsAt(rule, own.pod)) : 0;
        for (const index of others) {
          row[index] = sets.union(row[index]!, fixed ? ports : sets.id(portsAt(rule, parties[index]!.party.pod)));
        }
      }
    }
    return row;
  });
}

/** Sets of ports by number, and what became of two of them, so that equal work is done once. */
class PortSets {
  readonly #sets: PortSet[] = [];
  readonly #ids = new Map<string, number>();
  readonly #unions = new Map<number, number>();
  readonly #intersections = new Map<number, number>();
  readonly none = this.id(NO_PORTS);
  readonly all = this.id(ALL_PORTS);

  id(set: PortSet): number {
    const key = set.join();
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    this.#ids.set(key, this.#sets.length);
    return this.#sets.push(set) - 1;
  }

  at(id: number): PortSet {
    return this.#sets[id]!;
  }

  union(left: number, right: number): number {
    if (left === right || right === this.none) return left;
    if (left === this.none) return right;
    return this.#once(this.#unions, left, right, union);
  }

  intersection(left: number, right: number): number {
    if (left === right || right === this.all) return left;
    if (left === this.all) return right;
    return this.#once(this.#intersections, left, right, intersection);
  }

  #once(known: Map<number, number>, left: number, right: number, make: (left: PortSet, right: PortSet) => PortSet): number {
    const key = left < right ? left * 0x100_0000 + right : right * 0x100_0000 + left;
    let id = known.get(key);
    if (id === undefined) {
      id = this.id(make(this.at(left), this.at(right)));
      known.set(key, id);
    }
    return id;
  }
}
