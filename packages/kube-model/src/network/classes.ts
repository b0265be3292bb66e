import type { Address } from "./address.ts";
import { AddressSpace, type Block } from "./address-space.ts";
import type { Point } from "./connection.ts";
import type { Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import type { Policy, Rule } from "./policy.ts";

/** What some policies look at in pods and addresses: those that are alike in all of it are treated alike. */
export interface Relevance {
  /** Keys of pods' labels, sorted. */
  labels: readonly string[];
  /** Names of ports. */
  names: ReadonlySet<string>;
  /** By their text. */
  blocks: ReadonlyMap<string, Block>;
  space: AddressSpace;
  /** Equal for policies that look at the same. */
  key: string;
}

export function relevanceOf(policies: Iterable<Policy>): Relevance {
  const labels = new Set<string>();
  const names = new Set<string>();
  const blocks = new Map<string, Block>();
  for (const policy of policies) {
    for (const key of policy.selector.keys) labels.add(key);
    for (const rule of rulesOf(policy)) {
      for (const { name } of rule.named) names.add(name);
      for (const peer of rule.peers ?? []) {
        if (peer.kind === "pods") for (const key of peer.pods?.keys ?? []) labels.add(key);
        if (peer.kind === "block") blocks.set([peer.cidr, ...peer.except].map(({ text }) => text).join(" "), peer);
      }
    }
  }
  return relevance(labels, names, blocks);
}

function relevance(labels: Iterable<string>, names: ReadonlySet<string>, blocks: ReadonlyMap<string, Block>): Relevance {
  const sorted = [...labels].toSorted();
  const key = JSON.stringify([sorted, [...names].toSorted(), [...blocks.keys()].toSorted()]);
  return { labels: sorted, names, blocks, space: new AddressSpace([...blocks.values()]), key };
}

/** What either looks at; the first as it is where the other adds nothing. */
export function widened(base: Relevance, more: Relevance): Relevance {
  const adds =
    more.labels.some((label) => !base.labels.includes(label)) ||
    [...more.names].some((name) => !base.names.has(name)) ||
    [...more.blocks.keys()].some((block) => !base.blocks.has(block));
  if (!adds) return base;
  return relevance(
    new Set([...base.labels, ...more.labels]),
    new Set([...base.names, ...more.names]),
    new Map([...base.blocks, ...more.blocks]),
  );
}

const rulesOf = (policy: Policy): Rule[] => [...(policy.ingress ?? []), ...(policy.egress ?? [])];

/** Ends that no policy can tell from one another: pods, or addresses that are no pod's. */
export type EndClass = PodClass | OutsideClass;

export interface PodClass {
  kind: "pods";
  /** Stands for all of them. */
  pod: Pod;
  pods: readonly Pod[];
}

export interface OutsideClass {
  kind: "outside";
  address: Address;
  text: string;
}

export const pointOfClass = (one: EndClass): Point => (one.kind === "pods" ? { pod: one.pod } : { address: one.address });

/** Pods by equal behaviour. Those that have finished have no network and are left out. */
export function podClasses(pods: Iterable<Pod>, relevance: Relevance): PodClass[] {
  const classes = new Map<string, Pod[]>();
  const key = classKey(relevance);
  for (const pod of pods) {
    if (pod.finished) continue;
    const found = key(pod);
    const known = classes.get(found);
    if (known === undefined) classes.set(found, [pod]);
    else known.push(pod);
  }
  return [...classes.values()].map((members) => ({ kind: "pods", pod: members[0]!, pods: members }));
}

/** Equal for pods that no policy of that relevance can tell apart. */
export function classKey({ labels, names, space }: Relevance): (pod: Pod) => string {
  return (pod) => {
    let key = `${pod.namespace}\n${pod.host ? "host" : ""}`;
    if (!pod.host) {
      for (const label of labels) if (Object.hasOwn(pod.labels, label)) key += `\n${label}=${pod.labels[label]!}`;
      if (names.size > 0) {
        for (const { name, port, protocol } of pod.ports) if (names.has(name)) key += `\n${name}:${port}/${protocol}`;
      }
    }
    for (const address of pod.addresses) key += `\n${address.family} ${space.classOf(address)}`;
    return key;
  };
}

/** Addresses outside the cluster, of the families that its pods and blocks use. */
export function outsideClasses(pods: Iterable<Pod>, { space }: Relevance): OutsideClass[] {
  const taken = { 4: new Set<bigint>(), 6: new Set<bigint>() };
  for (const pod of pods) for (const { family, value } of [...pod.addresses, ...pod.node]) taken[family].add(value);
  const families = ([4, 6] as const).filter((family) => taken[family].size > 0 || space.names(family));
  return (families.length === 0 ? [4 as const] : families).flatMap((family) =>
    space.outside(family, taken[family]).map((one) => ({ kind: "outside" as const, ...one })),
  );
}

interface Known {
  relevance?: Relevance;
  classes: Map<string, PodClass[]>;
  outside: Map<string, OutsideClass[]>;
}

/** Kept for as long as a network is. */
const KNOWN = new WeakMap<Network, Known>();
const knownOf = (network: Network): Known => {
  const known = KNOWN.get(network) ?? { classes: new Map(), outside: new Map() };
  KNOWN.set(network, known);
  return known;
};

export function networkRelevance(network: Network): Relevance {
  const known = knownOf(network);
  return (known.relevance ??= relevanceOf(network.policies));
}

export function networkClasses(network: Network, relevance: Relevance = networkRelevance(network)): PodClass[] {
  const { classes } = knownOf(network);
  const found = classes.get(relevance.key) ?? podClasses(network.pods, relevance);
  classes.set(relevance.key, found);
  return found;
}

export function networkOutside(network: Network, relevance: Relevance = networkRelevance(network)): OutsideClass[] {
  const { outside } = knownOf(network);
  const found = outside.get(relevance.key) ?? outsideClasses(network.pods, relevance);
  outside.set(relevance.key, found);
  return found;
}
