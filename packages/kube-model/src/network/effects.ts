import { admitsParty, partiesOf, type Party, type Point } from "./connection.ts";
import type { Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import type { SourcedRule } from "./class-rows.ts";
import type { Direction, Peer, Policy } from "./policy.ts";

/** A pod as it was and as it will be; the same where nothing of itself differs. */
export interface MovedPod {
  before: Pod;
  after: Pod;
}

type End = (MovedPod & { kind: "pods" }) | { kind: "outside"; before: Point; after: Point };

/** What of an end's own policies differs: nothing, everything (isolated in one of the two only), or some rules. */
type OwnChange = "none" | "all" | readonly SourcedRule[];

/**
 * Tells cheaply which pairs of ends a change cannot concern, so that few are worked out in full: policies of a cluster are many, those that
 * a change reaches are not.
 */
export class Effects {
  readonly #before: Network;
  readonly #after: Network;
  readonly #samePolicies: boolean;
  readonly #looking = new Map<string, readonly Policy[]>();
  readonly #own = { egress: new Map<MovedPod, OwnChange>(), ingress: new Map<MovedPod, OwnChange>() };
  readonly #others = { egress: new Map<MovedPod, ReadonlySet<Policy>>(), ingress: new Map<MovedPod, ReadonlySet<Policy>>() };

  constructor(before: Network, after: Network) {
    this.#before = before;
    this.#after = after;
    this.#samePolicies = [...before.namespaces, ...after.namespaces].every(
      ({ name }) => before.policiesIn(name) === after.policiesIn(name),
    );
  }

  /** Whether what a side says of connections from one to the other may be something else; false only where it is sure to be as it was. */
  mayDiffer(from: End, to: End): Record<Direction, boolean> {
    return {
      egress: this.#ownSide(from, "egress", to) || this.#meant(to, "egress", from),
      ingress: this.#ownSide(to, "ingress", from) || this.#meant(from, "ingress", to),
    };
  }

  /** Whether policies of `end` itself say something else of the other than they did. */
  #ownSide(end: End, direction: Direction, other: End): boolean {
    if (end.kind === "outside") return false;
    const changed = this.#ownChange(end, direction);
    if (changed === "none") return false;
    if (changed === "all" || (other.kind === "pods" && hasOtherNetwork(other))) return true;
    return changed.some(({ network, policy, rule }) => {
      const seen = network === this.#before ? other.before : other.after;
      return seenAs(seen).some((party) => admitsParty(network, policy, rule, party));
    });
  }

  #ownChange(end: MovedPod, direction: Direction): OwnChange {
    const known = this.#own[direction].get(end);
    if (known !== undefined) return known;
    const found = hasOtherNetwork(end) ? "all" : this.#compareOwn(end, direction);
    this.#own[direction].set(end, found);
    return found;
  }

  #compareOwn({ before, after }: MovedPod, direction: Direction): OwnChange {
    const was = this.#before.isolating(before, direction);
    const will = this.#after.isolating(after, direction);
    if (was.length === will.length && was.every((policy, index) => policy === will[index])) return "none";
    if ((was.length === 0) !== (will.length === 0)) return "all";
    const rules = (network: Network, policies: readonly Policy[], unless: readonly Policy[]) =>
      policies
        .filter((policy) => !unless.includes(policy))
        .flatMap((policy) => {
          const same = new Set((unless.find(({ id }) => id === policy.id)?.[direction] ?? []).map(({ key }) => key));
          return policy[direction]!.filter(({ key }) => !same.has(key)).map((rule) => ({ network, policy, rule }));
        });
    return [...rules(this.#before, was, will), ...rules(this.#after, will, was)];
  }

  /** Whether policies of the other say something else of `end` than they did, because its labels are other ones. */
  #meant(end: End, direction: Direction, other: End): boolean {
    if (end.kind === "outside" || other.kind === "outside") return false;
    if (hasOtherNetwork(end)) return true;
    const policies = this.otherwise(end, direction);
    if (policies.size === 0) return false;
    const own = this.#before.policiesOf(other.before).some((policy) => policies.has(policy));
    return own || (other.after !== other.before && this.#after.policiesOf(other.after).some((policy) => policies.has(policy)));
  }

  /** Whether policies of `own` say something else of `end` than they did, because its labels or its namespace's are other ones. */
  meansOtherwise(end: End, direction: Direction, own: End): boolean {
    return this.#meant(end, direction, own);
  }

  /** Which rules of its own policies are in one of the two only; `all` where policies isolate it in one of the two only. */
  ownChange(end: MovedPod, direction: Direction): OwnChange {
    return this.#ownChange(end, direction);
  }

  isRelabelled({ before, after }: MovedPod): boolean {
    return before !== after || this.#before.namespaceLabels(before.namespace) !== this.#after.namespaceLabels(after.namespace);
  }

  /** Policies with a selector that says something else of an end's labels, or of its namespace's, than it did. */
  #lookingAt(end: MovedPod): readonly Policy[] {
    if (!this.isRelabelled(end)) return [];
    const { before, after } = end;
    const key = before === after ? `${before.namespace}/` : before.id;
    const known = this.#looking.get(key);
    if (known !== undefined) return known;
    const [was, will] = [this.#before.namespaceLabels(before.namespace), this.#after.namespaceLabels(after.namespace)];
    const turns = (peer: Peer): boolean =>
      peer.kind === "pods" &&
      ((peer.namespaces !== undefined && peer.namespaces.selects(was) !== peer.namespaces.selects(will)) ||
        (peer.pods !== undefined && peer.pods.selects(before.labels) !== peer.pods.selects(after.labels)));
    const policies = new Set(this.#samePolicies ? this.#before.policies : [...this.#before.policies, ...this.#after.policies]);
    const found = [...policies].filter(({ ingress = [], egress = [] }) =>
      [...ingress, ...egress].some(({ peers }) => peers?.some(turns) === true),
    );
    this.#looking.set(key, found);
    return found;
  }

  /** Policies with a rule that means it in one of the two states only. */
  otherwise(end: MovedPod, direction: Direction): ReadonlySet<Policy> {
    const known = this.#others[direction].get(end);
    if (known !== undefined) return known;
    const found = new Set<Policy>();
    // A rule may mean one of its addresses anyhow, by a block, and another by its labels.
    const [was, will] = [seenAs(end.before), seenAs(end.after)];
    for (const policy of this.#lookingAt(end)) {
      const differs = policy[direction]?.some((rule) =>
        was.some((party, index) => admitsParty(this.#before, policy, rule, party) !== admitsParty(this.#after, policy, rule, will[index]!)),
      );
      if (differs === true) found.add(policy);
    }
    this.#others[direction].set(end, found);
    return found;
  }
}

/** Ports or addresses are other ones: everything about it may differ. */
export function hasOtherNetwork({ before, after }: MovedPod): boolean {
  if (before === after) return false;
  const same =
    before.host === after.host &&
    before.ports.length === after.ports.length &&
    before.addresses.length === after.addresses.length &&
    before.addresses.every(
      ({ family, value }, index) => family === after.addresses[index]!.family && value === after.addresses[index]!.value,
    ) &&
    before.ports.every((one, index) => {
      const other = after.ports[index]!;
      return one.name === other.name && one.port === other.port && one.protocol === other.protocol;
    });
  return !same;
}

/** As every address of it is seen. Selectors go by none of them. */
const seenAs = (one: Pod | Point): readonly Party[] => partiesOf("labels" in one ? { pod: one } : one);
