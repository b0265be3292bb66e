import { holds, type Address } from "./address.ts";
import { portsAt, type Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import type { Direction, Peer, Policy, Rule } from "./policy.ts";
import { ALL_PORTS, hasPoint, intersection, NO_PORTS, union, type PortSet } from "./port-set.ts";

/**
 * One end of a connection as policies see it. Outside the cluster, or in a node's network, it is its address alone; a pod has one of its
 * addresses, or none that is known.
 */
export interface Party {
  /** Absent for pods in their node's network, too: most plugins cannot tell them from the node. */
  pod?: Pod;
  address?: Address;
}

/** From whom to whom, by one family of addresses. */
export interface Path {
  from: Party;
  to: Party;
}

/** An end of a question: a pod, or an address that is no pod's. */
export type Point = { pod: Pod } | { address: Address };

/**
 * The ways that a connection between two ends may take: one for each family of addresses that both have, and none where they share none.
 * Where an end's addresses are not known, as in manifests, the way goes without: selectors do not go by addresses.
 */
export function pathsBetween(from: Point, to: Point): Path[] {
  const [left, right] = [partiesOf(from), partiesOf(to)];
  const paths: Path[] = [];
  for (const one of left)
    for (const other of right)
      if (one.address === undefined || other.address === undefined || one.address.family === other.address.family)
        paths.push({ from: one, to: other });
  return paths;
}

const PARTIES = new WeakMap<Pod | Address, readonly Party[]>();

/** An end as each address of it is seen; one without where none is known. Kept for as long as the pod or address is, since many pairs ask. */
export function partiesOf(point: Point): readonly Party[] {
  const end = "pod" in point ? point.pod : point.address;
  let parties = PARTIES.get(end);
  if (parties === undefined) {
    const addresses = "pod" in point ? point.pod.addresses : [point.address];
    parties = addresses.length === 0 ? [partyOf(point, undefined)] : addresses.map((address) => partyOf(point, address));
    PARTIES.set(end, parties);
  }
  return parties;
}

export function partyOf(point: Point, address: Address | undefined): Party {
  const at = address === undefined ? {} : { address };
  return "pod" in point && !point.pod.host ? { pod: point.pod, ...at } : at;
}

/** Connections that no policy can block: of a pod with itself, and of a pod with the node it runs on, by a family that both have. */
export function isExempt(from: Point, to: Point): boolean {
  if (pathsBetween(from, to).length === 0) return false;
  if ("pod" in from && "pod" in to && from.pod.id === to.pod.id) return true;
  return isOwnNode(from, to) || isOwnNode(to, from);
}

function isOwnNode(pod: Point, other: Point): boolean {
  if (!("pod" in pod) || pod.pod.node.length === 0) return false;
  const addresses = "address" in other ? [other.address] : other.pod.host ? [...other.pod.addresses, ...other.pod.node] : [];
  return addresses.some((one) => pod.pod.node.some((node) => node.family === one.family && node.value === one.value));
}

/** Whether a peer of a policy's rule means a party. */
export function meansParty(network: Network, policy: Policy, peer: Peer, party: Party): boolean {
  switch (peer.kind) {
    case "nobody":
      return false;
    case "block":
      return party.address !== undefined && holds(peer.cidr, party.address) && !peer.except.some((one) => holds(one, party.address!));
    case "pods": {
      const { pod } = party;
      if (pod === undefined) return false;
      const named =
        peer.namespaces === undefined
          ? pod.namespace === policy.namespace
          : peer.namespaces.selects(network.namespaceLabels(pod.namespace));
      return named && (peer.pods === undefined || peer.pods.selects(pod.labels));
    }
  }
}

export const admitsParty = (network: Network, policy: Policy, rule: Rule, party: Party): boolean =>
  rule.peers === undefined || rule.peers.some((peer) => meansParty(network, policy, peer, party));

/** The two parties of a path as a direction sees them: whose policies are asked, and who is at the other end. */
export function sidesOf(path: Path, direction: Direction): { own: Party; other: Party } {
  return direction === "egress" ? { own: path.from, other: path.to } : { own: path.to, other: path.from };
}

/** Ports that the policies of one side admit: what the rules of all policies that isolate it admit together. Every port where none does. */
export function portsOfSide(network: Network, path: Path, direction: Direction): PortSet {
  const { own, other } = sidesOf(path, direction);
  if (own.pod === undefined) return ALL_PORTS;
  let ports: PortSet = NO_PORTS;
  let isolated = false;
  for (const policy of network.policiesOf(own.pod)) {
    const rules = policy[direction];
    if (rules === undefined) continue;
    isolated = true;
    for (const rule of rules) if (admitsParty(network, policy, rule, other)) ports = union(ports, portsAt(rule, path.to.pod));
  }
  return isolated ? ports : ALL_PORTS;
}

/**
 * Every port on which one end may connect to the other: both sides must admit it. Without the connections that no policy can block (`isExempt`):
 * it holds for any two pods that are labelled as these are.
 */
export function portsByPolicy(network: Network, from: Point, to: Point): PortSet {
  return pathsBetween(from, to).reduce((ports, path) => {
    const out = portsOfSide(network, path, "egress");
    return out.length === 0 ? ports : union(ports, intersection(out, portsOfSide(network, path, "ingress")));
  }, NO_PORTS);
}

/** Whether policies let a connection through. Ends that have no network any more are not asked about here. */
export function isAllowed(network: Network, from: Point, to: Point, point: number): boolean {
  return isExempt(from, to) || pathsBetween(from, to).some((path) => isAllowedOn(network, path, point));
}

export function isAllowedOn(network: Network, path: Path, point: number): boolean {
  return admitsOn(network, path, "egress", point) && admitsOn(network, path, "ingress", point);
}

export function admitsOn(network: Network, path: Path, direction: Direction, point: number): boolean {
  const { own, other } = sidesOf(path, direction);
  if (own.pod === undefined) return true;
  let isolated = false;
  for (const policy of network.policiesOf(own.pod)) {
    const rules = policy[direction];
    if (rules === undefined) continue;
    isolated = true;
    for (const rule of rules) {
      if (hasPoint(portsAt(rule, path.to.pod), point) && admitsParty(network, policy, rule, other)) return true;
    }
  }
  return !isolated;
}

/** Whether both are the same pod. */
export const isSame = (left: Point, right: Point): boolean => "pod" in left && "pod" in right && left.pod.id === right.pod.id;

/** `namespace/pod`, or the address. */
export const pointName = (point: Point): string => ("pod" in point ? point.pod.id : point.address.text);
