import { networkClasses, networkOutside, type EndClass } from "./classes.ts";
import { admitsParty, partiesOf, type Party } from "./connection.ts";
import { portsAt, type Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import type { Direction, Policy, Rule } from "./policy.ts";
import { ALL_PORTS, intersection, NO_PORTS, union, without, type PortSet } from "./port-set.ts";

/** Ports that one party's own policies admit to or from each party, as ids of `PortSets`; undefined where no policy isolates it. */
export type Row = Int32Array | undefined;

/** A rule, its policy, and in which network it is. */
export interface SourcedRule {
  network: Network;
  policy: Policy;
  rule: Rule;
}

/** A class's ends, one for each address that stands for others. */
interface ClassParty {
  party: Party;
  family: 0 | 4 | 6;
}

/**
 * What each side admits between the classes of a network, worked out a row at a time and kept: a rule is held against each class once, and
 * not once for each pair.
 */
export class ClassRows {
  readonly classes: readonly EndClass[];
  readonly sets = new PortSets();
  readonly parties: readonly ClassParty[];
  /** Index of the class of each party. */
  readonly owners: readonly number[];
  /** Indexes of `parties` by class. */
  readonly ways: readonly (readonly number[])[];
  /** Indexes of `classes` by pod, and of addresses by their text. */
  readonly classOf = new Map<Pod | string, number>();
  #selected: Map<Policy, number[]> | undefined;
  readonly #network: Network;
  readonly #meant = new WeakMap<Rule, Int32Array>();
  readonly #rows = { egress: new Map<number, Row>(), ingress: new Map<number, Row>() };

  constructor(network: Network) {
    this.#network = network;
    this.classes = [...networkClasses(network), ...networkOutside(network)];
    const parties: ClassParty[] = [];
    const owners: number[] = [];
    this.ways = this.classes.map((one) => {
      const point = one.kind === "pods" ? { pod: one.pod } : { address: one.address };
      return partiesOf(point).map((party) => parties.push({ party, family: party.address?.family ?? 0 }) - 1);
    });
    this.ways.forEach((ways, index) => ways.forEach((party) => (owners[party] = index)));
    this.owners = owners;
    this.parties = parties;
    this.classes.forEach((one, index) => {
      if (one.kind === "outside") this.classOf.set(one.text, index);
      else for (const pod of one.pods) this.classOf.set(pod, index);
    });
  }

  /** Indexes of the classes that policies select. */
  selectedBy(policies: ReadonlySet<Policy>): Set<number> {
    this.#selected ??= this.#classesByPolicy();
    return new Set([...policies].flatMap((policy) => this.#selected!.get(policy) ?? []));
  }

  #classesByPolicy(): Map<Policy, number[]> {
    const selected = new Map<Policy, number[]>();
    this.classes.forEach((one, index) => {
      if (one.kind === "outside") return;
      for (const policy of this.#network.policiesOf(one.pod)) selected.set(policy, [...(selected.get(policy) ?? []), index]);
    });
    return selected;
  }

  row(direction: Direction, index: number): Row {
    const rows = this.#rows[direction];
    if (rows.has(index)) return rows.get(index);
    const { pod } = this.parties[index]!.party;
    const row = pod === undefined ? undefined : this.rowBy(this.#network, this.#network.isolating(pod, direction), direction, pod);
    rows.set(index, row);
    return row;
  }

  /** The row of a pod by these policies, which may be another network's in which the classes are labelled as here. */
  rowBy(network: Network, isolating: readonly Policy[], direction: Direction, own: Pod): Row {
    if (isolating.length === 0) return undefined;
    const rules = isolating.flatMap((policy) => policy[direction]!.map((rule) => ({ network, policy, rule })));
    return this.rowOf(rules, direction, own, new Int32Array(this.parties.length).fill(this.sets.none));
  }

  /** What some rules admit added to a row, which is changed. */
  rowOf(rules: readonly SourcedRule[], direction: Direction, own: Pod, row: Int32Array): Int32Array {
    const { sets } = this;
    for (const { policy, rule } of rules) {
      const fixed = direction === "ingress" || rule.named.length === 0;
      const ports = fixed ? sets.id(portsAt(rule, own)) : 0;
      for (const index of this.#meantBy(policy, rule)) {
        row[index] = sets.union(row[index]!, fixed ? ports : sets.id(portsAt(rule, this.parties[index]!.party.pod)));
      }
    }
    return row;
  }

  /** By the labels of this network, whichever network the rule is of: a relabelled end is not looked up here, all others are as they were. */
  #meantBy(policy: Policy, rule: Rule): Int32Array {
    const known = this.#meant.get(rule);
    if (known !== undefined) return known;
    const found: number[] = [];
    this.parties.forEach(({ party }, index) => {
      if (admitsParty(this.#network, policy, rule, party)) found.push(index);
    });
    const meant = Int32Array.from(found);
    this.#meant.set(rule, meant);
    return meant;
  }

  /** Whether two parties have addresses of one family, as far as they are known. */
  meet(a: number, b: number): boolean {
    const left = this.parties[a]!.family;
    const right = this.parties[b]!.family;
    return left === right || left === 0 || right === 0;
  }

  /** Ports between two classes by what sides say: `out` of the source's party to the destination's, `enter` the other way round. */
  between(from: number, to: number, out: (own: number, other: number) => number, enter: (own: number, other: number) => number): number {
    const { sets } = this;
    let found = sets.none;
    for (const a of this.ways[from]!) {
      for (const b of this.ways[to]!) {
        if (!this.meet(a, b)) continue;
        const leaves = out(a, b);
        if (leaves !== sets.none) found = sets.union(found, sets.intersection(leaves, enter(b, a)));
      }
    }
    return found;
  }

  /** By this network's own policies. */
  readonly out = (own: number, other: number): number => this.row("egress", own)?.[other] ?? this.sets.all;
  readonly enter = (own: number, other: number): number => this.row("ingress", own)?.[other] ?? this.sets.all;
}

const KNOWN = new WeakMap<Network, ClassRows>();

/** Kept for as long as a network is. */
export function classRows(network: Network): ClassRows {
  const rows = KNOWN.get(network) ?? new ClassRows(network);
  KNOWN.set(network, rows);
  return rows;
}

/** Sets of ports by number, and what became of two of them, so that equal work is done once. */
export class PortSets {
  readonly #sets: PortSet[] = [];
  readonly #ids = new Map<string, number>();
  readonly #known = new WeakMap<PortSet, number>();
  readonly #changes = new Map<number, { opened: PortSet; closed: PortSet }>();
  readonly #unions = new Map<number, number>();
  readonly #intersections = new Map<number, number>();
  readonly none = this.id(NO_PORTS);
  readonly all = this.id(ALL_PORTS);

  id(set: PortSet): number {
    const same = this.#known.get(set);
    if (same !== undefined) return same;
    const key = set.join();
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#sets.push(set) - 1;
      this.#ids.set(key, id);
    }
    this.#known.set(set, id);
    return id;
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

  /** What is in `will` only, and what in `was` only. */
  change(was: number, will: number): { opened: PortSet; closed: PortSet } {
    const key = was * 0x100_0000 + will;
    const known = this.#changes.get(key) ?? { opened: without(this.at(will), this.at(was)), closed: without(this.at(was), this.at(will)) };
    this.#changes.set(key, known);
    return known;
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
