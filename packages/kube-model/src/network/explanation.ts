import { holds } from "./address.ts";
import { admitsOn, admitsParty, meansParty, sidesOf, type Party, type Path } from "./connection.ts";
import { portsAt, type Network } from "./network.ts";
import type { Pod } from "./pod.ts";
import { peerText, type Direction, type Peer, type Policy, type Rule } from "./policy.ts";
import { hasPoint, pointOf, type Protocol } from "./port-set.ts";

/** What the policies of one end say of a connection. */
export interface SideExplanation {
  direction: Direction;
  /** Whose policies are asked: `namespace/pod`, or an address. */
  end: string;
  /** Whether a policy restricts it in this direction at all. */
  isolated: boolean;
  allowed: boolean;
  /** In a sentence. */
  why: string;
  /** The policies that isolate it. */
  policies: PolicyExplanation[];
}

export interface PolicyExplanation {
  /** `namespace/name`. */
  policy: string;
  admits: boolean;
  /** Without rules it admits nothing. */
  rules: RuleExplanation[];
}

export interface RuleExplanation {
  /** From 1, as people count. */
  rule: number;
  admits: boolean;
  /** Whether it lists the port, for whichever peer. */
  portAdmitted: boolean;
  /** Whether it means the other end, on whichever port. */
  peerAdmitted: boolean;
  /** In a sentence without its full stop: why it admits, or everything that stands against it. */
  why: string;
  peers: { peer: string; matches: boolean; why: string }[];
}

export interface Asked {
  port: number;
  protocol: Protocol;
}

/** Whether a side admits a connection, policy by policy, rule by rule and peer by peer. */
export function explainSide(network: Network, path: Path, direction: Direction, asked: Asked): SideExplanation {
  const { own, other } = sidesOf(path, direction);
  const end = partyName(own);
  const word = direction === "egress" ? "Egress" : "Ingress";
  if (own.pod === undefined) {
    const why = `${word} of ${end} is not restricted: policies restrict pods, and it is none of the pod network`;
    return { direction, end, isolated: false, allowed: true, why, policies: [] };
  }
  const isolating = network.isolating(own.pod, direction);
  if (isolating.length === 0) {
    const why = `${word} of ${end} is not isolated: no policy selects it for ${direction}`;
    return { direction, end, isolated: false, allowed: true, why, policies: [] };
  }
  const policies = isolating.map((policy) => explainPolicy(network, path, direction, policy, other, asked));
  const allowed = admitsOn(network, path, direction, pointOf(asked.port, asked.protocol));
  return { direction, end, isolated: true, allowed, why: whyOf(word, end, policies), policies };
}

function whyOf(word: string, end: string, policies: readonly PolicyExplanation[]): string {
  const admitting = policies.find(({ admits }) => admits);
  if (admitting !== undefined) {
    const rule = admitting.rules.find(({ admits }) => admits)!;
    return `${word} of ${end} is admitted by rule ${rule.rule} of ${admitting.policy}`;
  }
  const names = policies.map(({ policy }) => policy).join(", ");
  const reasons = policies.flatMap(({ policy, rules }) => {
    const of = policies.length > 1 ? `${policy}: ` : "";
    return rules.length === 0 ? [`${of}it has no rule, so it admits nothing`] : rules.map(({ rule, why }) => `${of}rule ${rule} ${why}`);
  });
  const shown = reasons.slice(0, 4);
  const more = reasons.length > shown.length ? `; and ${reasons.length - shown.length} more rules` : "";
  return `${word} of ${end} is isolated by ${names}, and no rule admits it: ${shown.join("; ")}${more}`;
}

function explainPolicy(network: Network, path: Path, direction: Direction, policy: Policy, other: Party, asked: Asked): PolicyExplanation {
  const rules = policy[direction]!.map((rule, index): RuleExplanation => {
    const portAdmitted = hasPoint(portsAt(rule, path.to.pod), pointOf(asked.port, asked.protocol));
    const peerAdmitted = admitsParty(network, policy, rule, other);
    const peers = (rule.peers ?? []).map((peer) => {
      const matches = meansParty(network, policy, peer, other);
      return { peer: peerText(peer, policy.namespace), matches, why: matches ? "it is meant" : against(network, policy, peer, other) };
    });
    const against_ = [
      // One of the peers would be enough, while the port must be listed as well.
      ...(peerAdmitted ? [] : [peers.map(({ why }) => why).join(", or ")]),
      ...(portAdmitted ? [] : [portAgainst(rule, path.to.pod, asked)]),
    ];
    const why = against_.length === 0 ? "admits it" : against_.join(", and ");
    return { rule: index + 1, admits: portAdmitted && peerAdmitted, portAdmitted, peerAdmitted, why, peers };
  });
  return { policy: policy.id, admits: rules.some(({ admits }) => admits), rules };
}

/** Why a peer does not mean a party. */
function against(network: Network, policy: Policy, peer: Peer, party: Party): string {
  switch (peer.kind) {
    case "nobody":
      return `has a peer that means nobody: ${peer.why}`;
    case "block": {
      const { address } = party;
      if (address === undefined) return `wants ipBlock ${peer.cidr.text}; the address of ${partyName(party)} is not known`;
      const except = peer.except.find((one) => holds(one, address));
      return holds(peer.cidr, address) && except !== undefined
        ? `wants ipBlock ${peer.cidr.text} except ${except.text}; ${address.text} is in the exception`
        : `wants ipBlock ${peer.cidr.text}; ${address.text} is not in it`;
    }
    case "pods":
      return againstPods(network, policy, peer, party);
  }
}

function againstPods(network: Network, policy: Policy, peer: Peer & { kind: "pods" }, party: Party): string {
  const { namespaces, pods } = peer;
  const { pod } = party;
  if (pod === undefined)
    return `wants ${peerText(peer, policy.namespace)}; selectors mean pods, and ${partyName(party)} is none they can tell`;
  const reasons: string[] = [];
  if (namespaces === undefined) {
    if (pod.namespace !== policy.namespace) reasons.push(`wants pods of namespace ${policy.namespace}; ${pod.id} is in ${pod.namespace}`);
  } else {
    const unmet = namespaces.unmet(network.namespaceLabels(pod.namespace));
    if (unmet.length > 0) reasons.push(`wants namespaceSelector ${namespaces.text}; ${pod.namespace} ${unmet.join(" and ")}`);
  }
  const unmet = pods?.unmet(pod.labels) ?? [];
  if (unmet.length > 0) reasons.push(`wants podSelector ${pods!.text}; ${pod.id} ${unmet.join(" and ")}`);
  return reasons.join(", and ");
}

function portAgainst(rule: Rule, to: Pod | undefined, { port, protocol }: Asked): string {
  const named = rule.named.map((one) => {
    const found = to?.ports.filter(({ name, protocol: of }) => name === one.name && of === one.protocol) ?? [];
    const where = to === undefined ? "an address has no named ports" : `${to.id} has no port of that name`;
    return found.length === 0
      ? `${one.name}/${one.protocol} (${where})`
      : `${one.name}/${one.protocol} (${found.map((each) => each.port).join(", ")} of ${to!.id})`;
  });
  const numbered = (rule.ports ?? []).filter(({ name }) => name === undefined).map(({ text }) => text);
  return `lists ${[...numbered, ...named].join(", ")}, not ${port}/${protocol}`;
}

export const partyName = ({ pod, address }: Party): string => pod?.id ?? address?.text ?? "a node";
