import { classRows, type ClassRows, type Row, type SourcedRule } from "./class-rows.ts";
import { portsOfSide, type Path, type Point } from "./connection.ts";
import { hasOtherNetwork, type Effects, type MovedPod } from "./effects.ts";
import type { Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import type { Direction } from "./policy.ts";
import type { PortSet } from "./port-set.ts";

type End = (MovedPod & { kind: "pods" }) | { kind: "outside"; text: string; before: Point; after: Point };

/** Two states of a network compared by the rows of the first, whose classes stand for what is labelled alike in both. */
export class Compared {
  readonly #after: Network;
  readonly #effects: Effects;
  readonly #rows: ClassRows;
  readonly #later = { egress: new Map<MovedPod, readonly Row[]>(), ingress: new Map<MovedPod, readonly Row[]>() };

  constructor(before: Network, after: Network, effects: Effects) {
    this.#after = after;
    this.#effects = effects;
    this.#rows = classRows(before);
  }

  /** Two ends that both have other labels, or one with other addresses, are beyond it. */
  covers(from: End, to: End): boolean {
    const [left, right] = [this.#isRelabelled(from), this.#isRelabelled(to)];
    return !(left && right) && !(from.kind === "pods" && hasOtherNetwork(from)) && !(to.kind === "pods" && hasOtherNetwork(to));
  }

  /** Indexes of the classes to which, and from which, connections of an end may be other ones. */
  reached(end: MovedPod): { to: Set<number>; from: Set<number> } {
    const reach = (own: Direction, others: Direction): Set<number> =>
      new Set([...this.#differing(end, own), ...this.#rows.selectedBy(this.#effects.otherwise(end, others))]);
    return { to: reach("egress", "ingress"), from: reach("ingress", "egress") };
  }

  /** Classes of which its own policies say something else afterwards. */
  #differing(end: MovedPod, direction: Direction): number[] {
    const later = this.#laterRows(end, direction);
    if (later === undefined) return [];
    const { sets, owners } = this.#rows;
    return this.#rows.ways[this.#indexOf(end)]!.flatMap((party, index) => {
      const [was, will] = [this.#rows.row(direction, party), later[index]];
      return owners.filter((_, other) => (was?.[other] ?? sets.all) !== (will?.[other] ?? sets.all));
    });
  }

  /** Of the first network. */
  get classes(): ClassRows["classes"] {
    return this.#rows.classes;
  }

  /** Index of the class that an end is of, or was of before. */
  classOf(end: End): number {
    return this.#indexOf(end);
  }

  /** Ports that open from one to the other, and those that close; undefined where nothing differs. */
  changed(from: End, to: End): { opened: PortSet; closed: PortSet } | undefined {
    const rows = this.#rows;
    const [left, right] = [this.#indexOf(from), this.#indexOf(to)];
    const was = rows.between(left, right, rows.out, rows.enter);
    const will =
      this.#isRelabelled(from) || this.#isRelabelled(to)
        ? rows.between(left, right, this.#side(from, to, "egress"), this.#side(to, from, "ingress"))
        : this.#byRows(from, left, to, right);
    return was === will ? undefined : rows.sets.change(was, will);
  }

  /** Where only policies of the ends themselves are other ones. */
  #byRows(from: End, left: number, to: End, right: number): number {
    const rows = this.#rows;
    const [ways, others] = [rows.ways[left]!, rows.ways[right]!];
    const out = from.kind === "outside" ? undefined : this.#laterRows(from, "egress");
    const enter = to.kind === "outside" ? undefined : this.#laterRows(to, "ingress");
    if (ways.length > 1 || others.length > 1) {
      return rows.between(
        left,
        right,
        out === undefined ? rows.out : (own, other) => out[ways.indexOf(own)]?.[other] ?? rows.sets.all,
        enter === undefined ? rows.enter : (own, other) => enter[others.indexOf(own)]?.[other] ?? rows.sets.all,
      );
    }
    const [a, b] = [ways[0]!, others[0]!];
    if (!rows.meet(a, b)) return rows.sets.none;
    const leaves = out === undefined ? rows.out(a, b) : (out[0]?.[b] ?? rows.sets.all);
    if (leaves === rows.sets.none) return leaves;
    return rows.sets.intersection(leaves, enter === undefined ? rows.enter(b, a) : (enter[0]?.[a] ?? rows.sets.all));
  }

  /** What an end's policies say afterwards of another, by their parties. */
  #side(own: End, other: End, direction: Direction): (own: number, other: number) => number {
    const rows = this.#rows;
    if (own.kind === "outside") return () => rows.sets.all;
    if (this.#isRelabelled(other) && this.#effects.meansOtherwise(other, direction, own)) {
      return (mine, theirs) => rows.sets.id(portsOfSide(this.#after, this.#pathAfter(own, mine, other, theirs, direction), direction));
    }
    const later = this.#laterRows(own, direction);
    if (later === undefined) return direction === "egress" ? rows.out : rows.enter;
    const ways = rows.ways[this.#indexOf(own)]!;
    return (mine, theirs) => later[ways.indexOf(mine)]?.[theirs] ?? rows.sets.all;
  }

  /** Rows of an end whose own policies are other ones; undefined where they are those it had. */
  #laterRows(own: MovedPod, direction: Direction): readonly Row[] | undefined {
    const change = this.#effects.ownChange(own, direction);
    if (change === "none") return undefined;
    const known = this.#later[direction].get(own);
    if (known !== undefined) return known;
    const ways = this.#rows.ways[this.#indexOf(own)]!;
    // One row serves all addresses: what a pod's own policies say goes by the other end.
    const row = (change === "all" ? undefined : this.#widened(own, ways[0]!, direction, change)) ?? this.#rowAfter(own, direction);
    const made = ways.map(() => row);
    this.#later[direction].set(own, made);
    return made;
  }

  #rowAfter(own: MovedPod, direction: Direction): Row {
    return this.#rows.rowBy(this.#after, this.#after.isolating(own.after, direction), direction, own.after);
  }

  /** Where new rules admit all that those which they replace did, the row that was with what they admit; else undefined. */
  #widened(own: MovedPod, party: number, direction: Direction, change: readonly SourcedRule[]): Row {
    const rows = this.#rows;
    const was = rows.row(direction, party);
    if (was === undefined) return undefined;
    const empty = (): Int32Array => new Int32Array(was.length).fill(rows.sets.none);
    const replaced = change.filter(({ network }) => network !== this.#after);
    const fresh = rows.rowOf(
      change.filter(({ network }) => network === this.#after),
      direction,
      own.after,
      empty(),
    );
    const lost = replaced.length === 0 ? fresh : rows.rowOf(replaced, direction, own.before, empty());
    if (lost.some((id, index) => rows.sets.union(id, fresh[index]!) !== fresh[index])) return undefined;
    return was.map((id, index) => rows.sets.union(id, fresh[index]!));
  }

  #pathAfter(own: End, mine: number, other: End, theirs: number, direction: Direction): Path {
    const party = (end: End, index: number) => {
      const { address } = this.#rows.parties[index]!.party;
      const at = address === undefined ? {} : { address };
      return end.kind === "pods" && !end.after.host ? { pod: end.after, ...at } : at;
    };
    const [near, far] = [party(own, mine), party(other, theirs)];
    return direction === "egress" ? { from: near, to: far } : { from: far, to: near };
  }

  #isRelabelled(end: End): boolean {
    return end.kind === "pods" && this.#effects.isRelabelled(end);
  }

  #indexOf = (end: End | MovedPod): number =>
    this.#rows.classOf.get("kind" in end && end.kind === "outside" ? end.text : (end.before as Pod))!;
}
