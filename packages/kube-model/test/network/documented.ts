/**
 * Whether NetworkPolicy v1 lets a connection through, read off the documentation one sentence at a time. It is what the product's model
 * is held against, so it shares no code with it and has no speed: addresses are strings of bits, every question walks over every object.
 *
 * Sources, named at each function:
 * - concept: kubernetes.io/docs/concepts/services-networking/network-policies
 * - API: the reference of networking.k8s.io/v1 (NetworkPolicySpec and what is in it), of meta/v1 LabelSelector and of core/v1 Pod
 *
 * Where these are silent, one answer was chosen; each such place begins with "Chosen:".
 */
import type { KubeObject } from "../../src/json.ts";

/** One end of a connection: a pod by its name, or whatever has an address. */
export type End = { namespace: string; pod: string } | { ip: string };
export type Protocol = "TCP" | "UDP" | "SCTP";
export type Question = { from: End; to: End; port: number; protocol: Protocol };

type Direction = "Ingress" | "Egress";
type Maybe<T> = T | null | undefined;
type LabelSelector = {
  matchLabels?: Maybe<Record<string, string>>;
  matchExpressions?: Maybe<{ key: string; operator: string; values?: Maybe<string[]> }[]>;
};
type IpBlock = { cidr: string; except?: Maybe<string[]> };
type Peer = { podSelector?: Maybe<LabelSelector>; namespaceSelector?: Maybe<LabelSelector>; ipBlock?: Maybe<IpBlock> };
type PolicyPort = { protocol?: Maybe<string>; port?: Maybe<number | string>; endPort?: Maybe<number> };
type Rule = { ports?: Maybe<Maybe<PolicyPort>[]>; from?: Maybe<Maybe<Peer>[]>; to?: Maybe<Maybe<Peer>[]> };
type PolicySpec = {
  podSelector?: Maybe<LabelSelector>;
  ingress?: Maybe<Maybe<Rule>[]>;
  egress?: Maybe<Maybe<Rule>[]>;
  policyTypes?: Maybe<string[]>;
};
type Container = { restartPolicy?: string; ports?: Maybe<{ name?: string; containerPort: number; protocol?: Maybe<string> }[]> };

/** An end as a packet has it: one address, and the pod behind it if the pod has a network of its own. */
type Attached = { address: string; pod?: KubeObject };

/**
 * The whole question. Concept, "The two sorts of pod isolation": a connection between two pods needs the leave of the source's egress
 * and of the destination's ingress; if either side does not allow it, it does not happen.
 * Chosen: a connection has one address family, so of a dual-stack pod's addresses those are tried that the other end can talk to, and
 * the answer is yes if one family gets through both directions. Ends without a family in common have no connection.
 * Throws where a pod is named that is not among the objects, or an address is none.
 */
export function connectionAllowed(objects: readonly KubeObject[], from: End, to: End, port: number, protocol: Protocol): boolean {
  const sources = attachmentsOf(objects, from);
  const destinations = attachmentsOf(objects, to);
  return sources.some((source) =>
    destinations.some((destination) => {
      if (source.address.length !== destination.address.length) return false;
      if (isItself(source, destination)) return true;
      const leaves = source.pod === undefined || directionAllows(objects, "Egress", source.pod, destination, destination, port, protocol);
      const enters =
        destination.pod === undefined || directionAllows(objects, "Ingress", destination.pod, source, destination, port, protocol);
      return leaves && enters;
    }),
  );
}

/** Concept, introduction: a pod cannot block access to itself. */
function isItself(source: Attached, destination: Attached): boolean {
  return source.pod !== undefined && source.pod === destination.pod;
}

/**
 * One direction at one pod. Concept, "The two sorts of pod isolation": a pod is not isolated until a policy that has this direction
 * selects it; then only what the rules of one of these policies allow goes through, all of them added up, in no order.
 */
function directionAllows(
  objects: readonly KubeObject[],
  direction: Direction,
  pod: KubeObject,
  peer: Attached,
  destination: Attached,
  port: number,
  protocol: Protocol,
): boolean {
  if (isOwnNode(objects, pod, peer)) return true;
  const applying = objects.filter(
    (object) => isNetworkPolicy(object) && policySelects(object, pod) && policyTypes(object).includes(direction),
  );
  if (applying.length === 0) return true;
  return applying.some((policy) =>
    rulesOf(policy, direction).some(
      (rule) =>
        peersMatch(objects, policy, direction === "Ingress" ? rule.from : rule.to, peer) &&
        portsMatch(rule.ports, destination, port, protocol),
    ),
  );
}

/**
 * Concept, introduction, point 3: traffic to and from the node where a pod runs is always allowed, whatever the addresses. (The API says
 * so at `ingress` only; the concept page, which says both, is followed.) A node's addresses are those that pods on it report.
 */
function isOwnNode(objects: readonly KubeObject[], pod: KubeObject, peer: Attached): boolean {
  if (peer.pod !== undefined) return false;
  const node = pod["spec"]?.nodeName;
  const there = objects.filter((object) => object === pod || (isPod(object) && node !== undefined && object["spec"]?.nodeName === node));
  return there.some((object) =>
    [...hostAddresses(object), ...(usesHostNetwork(object) ? podAddresses(object) : [])].includes(peer.address),
  );
}

/** Only networking.k8s.io/v1: network plug-ins have kinds of the same name with other meanings. */
function isNetworkPolicy(object: KubeObject): boolean {
  return object.kind === "NetworkPolicy" && object.apiVersion === "networking.k8s.io/v1";
}

/** API, `spec.podSelector`: the pods of the policy's own namespace that it matches; empty or not given, all of them. */
function policySelects(policy: KubeObject, pod: KubeObject): boolean {
  return namespaceOf(policy) === namespaceOf(pod) && selectorMatches(specOf(policy).podSelector ?? {}, labelsOf(pod));
}

/** API, `spec.policyTypes`, and concept: what is given counts; if nothing is, Ingress always and Egress where there are egress rules. */
function policyTypes(policy: KubeObject): string[] {
  const given = specOf(policy).policyTypes ?? [];
  if (given.length > 0) return given;
  return (specOf(policy).egress ?? []).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

/** API, `spec.ingress` and `spec.egress`: empty or missing allows nothing. (An item that is null is read as `{}` by the server.) */
function rulesOf(policy: KubeObject, direction: Direction): Rule[] {
  const rules = direction === "Ingress" ? specOf(policy).ingress : specOf(policy).egress;
  return (rules ?? []).map((rule) => rule ?? {});
}

/** API, `from` and `to`: empty or missing is every source or destination, else one item must match. */
function peersMatch(objects: readonly KubeObject[], policy: KubeObject, peers: Rule["from"], other: Attached): boolean {
  const list = peers ?? [];
  return list.length === 0 || list.some((peer) => peerMatches(objects, policy, peer ?? {}, other));
}

/** Concept, "Behavior of `to` and `from` selectors": four kinds of peer. One with no field set is refused by the API and matches nothing. */
function peerMatches(objects: readonly KubeObject[], policy: KubeObject, peer: Peer, other: Attached): boolean {
  if (peer.ipBlock != null) return ipBlockMatches(peer.ipBlock, other.address);
  if (peer.namespaceSelector == null && peer.podSelector == null) return false;
  // Selectors select pods, and nothing that is not one.
  if (other.pod === undefined) return false;
  // A podSelector alone: pods of the policy's own namespace.
  if (peer.namespaceSelector == null)
    return namespaceOf(other.pod) === namespaceOf(policy) && selectorMatches(peer.podSelector!, labelsOf(other.pod));
  // A namespaceSelector alone: all pods of these namespaces; with a podSelector in the same item: those of them that it matches, too.
  const inNamespace = selectorMatches(peer.namespaceSelector, namespaceLabels(objects, namespaceOf(other.pod)));
  return inNamespace && (peer.podSelector == null || selectorMatches(peer.podSelector, labelsOf(other.pod)));
}

/** API, IPBlock: inside the CIDR and inside none of the exceptions. A pod's address counts like any other: they "should" be external, only. */
function ipBlockMatches(block: IpBlock, address: string): boolean {
  return inCidr(block.cidr, address) && !(block.except ?? []).some((except) => inCidr(except, address));
}

/** API, `ports`: empty or missing is every port of every protocol, else one item must match. */
function portsMatch(ports: Rule["ports"], destination: Attached, port: number, protocol: Protocol): boolean {
  const list = ports ?? [];
  return list.length === 0 || list.some((item) => portMatches(item ?? {}, destination, port, protocol));
}

/** API, NetworkPolicyPort: protocol TCP unless given; no port is all ports of it; a number is that port, with endPort all up to it inclusive. */
function portMatches(item: PolicyPort, destination: Attached, port: number, protocol: Protocol): boolean {
  if ((item.protocol ?? "TCP") !== protocol) return false;
  if (item.port == null) return true;
  if (typeof item.port === "string") return hasNamedPort(destination, item.port, port, protocol);
  return port >= item.port && port <= (item.endPort ?? item.port);
}

/**
 * API, NetworkPolicyPort.port: "a named port on a pod", in both directions one of the pod that is connected to; what is no pod has none.
 * Name, number and protocol (TCP unless given) must be one port's. Sidecars (init containers that always restart) have ports like containers.
 * Chosen: the ports of other init containers do not count, they have ended before the pod serves; of several ports with that name and
 * protocol each counts; a pod in the host's network is its node here as everywhere, so it has no named ports.
 */
function hasNamedPort(destination: Attached, name: string, port: number, protocol: Protocol): boolean {
  const spec = (destination.pod?.["spec"] ?? {}) as { containers?: Maybe<Container[]>; initContainers?: Maybe<Container[]> };
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  const ports = [...(spec.containers ?? []), ...sidecars].flatMap((container) => container.ports ?? []);
  return ports.some((one) => one.name === name && one.containerPort === port && (one.protocol ?? "TCP") === protocol);
}

/** API, LabelSelector: all of matchLabels and all of matchExpressions; an empty one matches everything. */
function selectorMatches(selector: LabelSelector, labels: Record<string, string>): boolean {
  const pairs = Object.entries(selector.matchLabels ?? {});
  return (
    pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) &&
    (selector.matchExpressions ?? []).every((expression) => expressionMatches(expression, labels))
  );
}

/** Concept "Labels and selectors", set-based requirements: NotIn also matches what does not have the key at all. */
function expressionMatches(
  expression: { key: string; operator: string; values?: Maybe<string[]> },
  labels: Record<string, string>,
): boolean {
  const has = Object.hasOwn(labels, expression.key);
  const listed = has && (expression.values ?? []).includes(labels[expression.key]!);
  switch (expression.operator) {
    case "In":
      return listed;
    case "NotIn":
      return !listed;
    case "Exists":
      return has;
    case "DoesNotExist":
      return !has;
    default:
      throw new Error(`No operator of a label selector: ${expression.operator}`);
  }
}

/** Concept, "Targeting a Namespace by its name": the control plane keeps the label kubernetes.io/metadata.name on each namespace. */
function namespaceLabels(objects: readonly KubeObject[], name: string): Record<string, string> {
  const namespace = objects.find((object) => object.kind === "Namespace" && object.apiVersion === "v1" && object.metadata?.name === name);
  return { ...labelsOf(namespace ?? {}), "kubernetes.io/metadata.name": name };
}

/**
 * The addresses that an end talks from or is talked to at.
 * Concept, "NetworkPolicy and hostNetwork pods": undefined, "most common" is that selectors pass over them and that their traffic is that
 * of the node's address. Chosen: that. So they are an address without a pod, no policy isolates them, and only ipBlocks can mean them.
 * Chosen: a pod that has succeeded or failed runs nothing that could talk, and its address may be another's by now; one without an
 * address cannot be talked to. Neither has an attachment, so no connection, not even to itself. (Pending with an address runs init containers.)
 * An address that a running pod has is that pod, an address that nobody has is outside the cluster.
 */
function attachmentsOf(objects: readonly KubeObject[], end: End): Attached[] {
  const pods = objects.filter(isPod);
  if ("ip" in end) {
    const address = bitsOf(end.ip);
    const pod = pods.find((one) => isAlive(one) && !usesHostNetwork(one) && podAddresses(one).includes(address));
    return [pod === undefined ? { address } : { address, pod }];
  }
  const pod = pods.find((one) => namespaceOf(one) === end.namespace && one.metadata?.name === end.pod);
  if (pod === undefined) throw new Error(`No pod ${end.namespace}/${end.pod}`);
  if (!isAlive(pod)) return [];
  if (!usesHostNetwork(pod)) return podAddresses(pod).map((address) => ({ address, pod }));
  const own = podAddresses(pod);
  return (own.length > 0 ? own : hostAddresses(pod)).map((address) => ({ address }));
}

const isPod = (object: KubeObject): boolean => object.kind === "Pod" && object.apiVersion === "v1";
const isAlive = (pod: KubeObject): boolean => !["Succeeded", "Failed"].includes(pod["status"]?.phase);
const usesHostNetwork = (pod: KubeObject): boolean => pod["spec"]?.hostNetwork === true;
const namespaceOf = (object: KubeObject): string => object.metadata?.namespace || "default";
const labelsOf = (object: KubeObject): Record<string, string> => object.metadata?.labels ?? {};
const specOf = (policy: KubeObject): PolicySpec => policy["spec"] ?? {};

/** API, PodStatus: `podIPs` has all, and its first is `podIP`; `hostIPs` and `hostIP` likewise are the node's. */
const podAddresses = (pod: KubeObject): string[] => addresses(pod["status"]?.podIPs, pod["status"]?.podIP);
const hostAddresses = (pod: KubeObject): string[] => addresses(pod["status"]?.hostIPs, pod["status"]?.hostIP);

function addresses(all: Maybe<{ ip: string }[]>, first: Maybe<string>): string[] {
  const texts = [...(all ?? []).map((one) => one.ip), ...(first ? [first] : [])];
  return [...new Set(texts.map(bitsOf))];
}

/** RFC 4632 and RFC 4291, 2.3: the address begins with the prefix's bits. Bits behind the prefix mean nothing; families never mix. */
function inCidr(cidr: string, address: string): boolean {
  const [network, length] = cidr.split("/") as [string, string];
  const bits = bitsOf(network);
  return bits.length === address.length && address.startsWith(bits.slice(0, Number(length)));
}

/** 32 or 128 characters, "0" and "1". */
function bitsOf(ip: string): string {
  if (/^\d+(\.\d+){3}$/.test(ip))
    return ip
      .split(".")
      .map((byte) => number(byte, 10, 8, ip))
      .join("");
  if (!ip.includes(":")) throw new Error(`No address: ${ip}`);
  // RFC 4291, 2.2: the last two groups may be written as an IPv4 address, and one "::" stands for as many groups of zeros as are missing.
  const halves = ip.split("::");
  const [head = "", tail = ""] = halves.map((half) => (half === "" ? [] : half.split(":")).map((group) => groupBits(group, ip)).join(""));
  const missing = 128 - head.length - tail.length;
  if (halves.length > 2 || (halves.length === 2 ? missing < 16 : missing !== 0)) throw new Error(`No address: ${ip}`);
  return head + "0".repeat(missing) + tail;
}

const groupBits = (group: string, ip: string): string => (group.includes(".") ? bitsOf(group) : number(group, 16, 16, ip));

function number(digits: string, base: number, width: number, ip: string): string {
  const value = parseInt(digits, base);
  if (!(value < 2 ** width) || value.toString(base) !== digits.toLowerCase().replace(/^0+(?=.)/, "")) throw new Error(`No address: ${ip}`);
  return value.toString(2).padStart(width, "0");
}
