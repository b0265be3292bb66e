import { isRecord, type Json, type KubeObject } from "../json.ts";
import { readCidr, type Cidr } from "./address.ts";
import { Selector } from "./compiled-selector.ts";
import { namespaceOf } from "./pod.ts";
import { ALL_PORTS, NO_PORTS, portRange, PROTOCOLS, union, wholeProtocol, type PortSet, type Protocol } from "./port-set.ts";

export type Direction = "ingress" | "egress";

/** A NetworkPolicy (networking.k8s.io/v1) read once. What is said here of fields that are absent or empty is the API's own documentation. */
export interface Policy {
  /** `namespace/name`. */
  id: string;
  namespace: string;
  name: string;
  object: KubeObject;
  /** An empty or absent `podSelector` selects every pod of the namespace. */
  selector: Selector;
  /** Absent: it does not restrict that direction. Empty: it admits nothing there. */
  ingress?: readonly Rule[];
  egress?: readonly Rule[];
}

export interface Rule {
  /** Equal for rules that say the same. */
  key: string;
  /** Absent: from or to everybody, as an absent or empty list means. */
  peers?: readonly Peer[];
  /** Absent: every port. */
  ports?: readonly PortRule[];
  /** Of all ports that are numbers. */
  numbered: PortSet;
  /** Ports by name, which the pod that is connected to resolves. */
  named: readonly { name: string; protocol: Protocol }[];
}

export interface PortRule {
  /** As people write it, e.g. `8443/TCP`, `https/TCP`, `8000-8010/UDP`. */
  text: string;
  name?: string;
  protocol: Protocol;
  set: PortSet;
}

/** `namespaces` absent: the policy's own. `nobody`: the API server would refuse it, so that nothing is known to be admitted by it. */
export type Peer =
  | { kind: "pods"; namespaces?: Selector; pods?: Selector }
  | { kind: "block"; cidr: Cidr; except: readonly Cidr[] }
  | { kind: "nobody"; why: string };

/** Selectors by their text, so that one that many policies write is read and asked once. */
export type Selectors = (selector: Json) => Selector;

export function internSelectors(): Selectors {
  const known = new Map<string, Selector>();
  return (selector) => {
    const key = JSON.stringify(selector ?? {});
    const found = known.get(key) ?? new Selector(selector);
    known.set(key, found);
    return found;
  };
}

export function readPolicy(object: KubeObject, selector: Selectors): Policy {
  const spec: Json = isRecord(object["spec"]) ? object["spec"] : {};
  const { name } = object.metadata as { name: string };
  const namespace = namespaceOf(object);
  const types = policyTypes(spec);
  const rules = (field: Direction, peers: "from" | "to"): Rule[] => list(spec[field]).map((rule) => readRule(rule, peers, selector));
  return {
    id: `${namespace}/${name}`,
    namespace,
    name,
    object,
    selector: selector(spec["podSelector"]),
    ...(types.includes("Ingress") ? { ingress: rules("ingress", "from") } : {}),
    ...(types.includes("Egress") ? { egress: rules("egress", "to") } : {}),
  };
}

/** Those of its selectors that go by labels of pods. */
export const podSelectorsOf = ({ selector, ingress = [], egress = [] }: Policy): Selector[] => [
  selector,
  ...[...ingress, ...egress].flatMap(({ peers = [] }) => peers.flatMap((peer) => (peer.kind === "pods" ? (peer.pods ?? []) : []))),
];

/** As the API server defaults it: `Ingress` always, `Egress` where there is an egress rule at least. */
function policyTypes(spec: Json): string[] {
  const given = list(spec["policyTypes"]).map(String);
  if (given.length > 0) return given;
  return list(spec["egress"]).length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

function readRule(rule: Json, field: "from" | "to", selector: Selectors): Rule {
  const peers = list(rule?.[field]);
  const ports = list(rule?.["ports"]).map(readPort);
  const read = {
    key: JSON.stringify(rule ?? {}),
    ...(peers.length > 0 ? { peers: peers.map((peer) => readPeer(peer, selector)) } : {}),
  };
  if (ports.length === 0) return { ...read, numbered: ALL_PORTS, named: [] };
  return {
    ...read,
    ports,
    numbered: ports.reduce((all, { set }) => union(all, set), NO_PORTS),
    named: ports.flatMap(({ name, protocol }) => (name === undefined ? [] : [{ name, protocol }])),
  };
}

function readPort(port: Json): PortRule {
  const given: Json = port?.["protocol"] ?? "TCP";
  const protocol = PROTOCOLS.find((one) => one === given);
  const value: Json = port?.["port"];
  // Refused by the API server.
  if (protocol === undefined) return { text: `${String(value ?? "")}/${String(given)}`, protocol: "TCP", set: NO_PORTS };
  if (value === undefined || value === null) return { text: `every ${protocol} port`, protocol, set: wholeProtocol(protocol) };
  if (typeof value === "string") return { text: `${value}/${protocol}`, name: value, protocol, set: NO_PORTS };
  const from = Number(value);
  const end: Json = port?.["endPort"];
  const to = end === undefined || end === null ? from : Number(end);
  return { text: from === to ? `${from}/${protocol}` : `${from}-${to}/${protocol}`, protocol, set: portRange(from, to, protocol) };
}

function readPeer(peer: Json, selector: Selectors): Peer {
  if (!isRecord(peer)) return { kind: "nobody", why: "it names nobody" };
  const { podSelector: pods, namespaceSelector: namespaces, ipBlock: block } = peer;
  const selecting = isRecord(pods) || isRecord(namespaces);
  if (isRecord(block)) {
    if (selecting) return { kind: "nobody", why: "it has an ipBlock beside a selector, which the API does not admit" };
    const cidr = readCidr(String(block["cidr"]));
    const except = list(block["except"]).map((one) => readCidr(String(one)));
    if (cidr === undefined || except.includes(undefined)) return { kind: "nobody", why: `${String(block["cidr"])} is no CIDR` };
    return { kind: "block", cidr, except: except as Cidr[] };
  }
  if (!selecting) return { kind: "nobody", why: "it names nobody" };
  return {
    kind: "pods",
    ...(isRecord(namespaces) ? { namespaces: selector(namespaces) } : {}),
    ...(isRecord(pods) ? { pods: selector(pods) } : {}),
  };
}

/** As people write a peer. */
export function peerText(peer: Peer, policyNamespace: string): string {
  switch (peer.kind) {
    case "nobody":
      return `a peer that admits nobody: ${peer.why}`;
    case "block": {
      const except = peer.except.map(({ text }) => text).join(", ");
      return `ipBlock ${peer.cidr.text}${except === "" ? "" : ` except ${except}`}`;
    }
    case "pods": {
      const { namespaces, pods } = peer;
      const where =
        namespaces === undefined
          ? `of namespace ${policyNamespace}`
          : namespaces.text === ""
            ? "of every namespace"
            : `of namespaces with ${namespaces.text}`;
      return `${pods === undefined || pods.text === "" ? "every pod" : `pods with ${pods.text}`} ${where}`;
    }
  }
}

const list = (value: Json): Json[] => (Array.isArray(value) ? value : []);
