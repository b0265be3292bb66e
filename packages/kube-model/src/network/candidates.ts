import { isRecord, type Json, type KubeObject } from "../json.ts";
import { labelsOf, selects, type Labels } from "../label-selector.ts";
import { alone } from "./address.ts";
import { withEdits, type LabelEdits, type Selector } from "./compiled-selector.ts";
import { admitsParty, sidesOf, type Party, type Path } from "./connection.ts";
import { MADE_BY_CONTROLLERS } from "./controller-labels.ts";
import { editSize, type Edit } from "./edits.ts";
import type { Asked } from "./explanation.ts";
import { portsAt, type Network } from "./network.ts";
import { templateOf, type Pod } from "./pod.ts";
import type { Direction, Peer, Policy, Rule } from "./policy.ts";
import { hasPoint, pointOf } from "./port-set.ts";

/** Ways to meet one selector that are gone through; they grow with the values of its `In`s. */
const WAYS = 8;

/** Edits that might help, and how many values they write. */
export interface Candidate {
  edits: readonly Edit[];
  size: number;
  /** About how many pods the changed policies select: a guess, to try narrow ones first. */
  wide: number;
}
const NAME_LABEL = "kubernetes.io/metadata.name";

/**
 * Sets of edits that might let one side of a blocked connection through, each to be tried: labels for the namespace or the pods of either
 * end, so that a rule means the other or another policy selects the own; a port or a peer more in a rule; a policy of its own. What would
 * take a pod out of a policy's protection is never among them, however few words it has.
 */
export function candidatesFor(network: Network, path: Path, direction: Direction, asked: Asked): Candidate[] {
  const { own, other } = sidesOf(path, direction);
  if (own.pod === undefined) return [];
  const found: Candidate[] = [];
  const point = pointOf(asked.port, asked.protocol);
  const sizes = new Map<Edit, number>();
  const sizeOf = (edit: Edit): number => {
    const size = sizes.get(edit) ?? editSize(edit);
    sizes.set(edit, size);
    return size;
  };
  const add = (wide: number, ...edits: readonly Edit[]): void => {
    if (edits.length > 0) found.push({ edits, size: edits.reduce((sum, edit) => sum + sizeOf(edit), 0), wide });
  };
  const ways = new Ways(network);
  for (const policy of network.policiesIn(own.pod.namespace)) {
    const rules = policy[direction];
    if (rules === undefined) continue;
    const selected = policy.selector.selects(own.pod.labels) ? [[]] : ways.podEdits(policy.selector, own.pod);
    if (selected.length === 0) continue;
    rules.forEach((rule, index) => {
      const ports = hasPoint(portsAt(rule, path.to.pod), point) ? [] : portEdit(policy, direction, index, asked);
      const peers = admitsParty(network, policy, rule, other) ? [[]] : peerWays(ways, policy, direction, rule, index, other);
      const wide = policy.selector.requirements.length === 0 ? 2 : 1;
      for (const first of selected) for (const peer of peers) add(wide, ...first, ...peer, ...ports);
    });
  }
  for (const edit of newPolicies(network, own.pod, other, direction, asked)) add(0, edit);
  return found;
}

function portEdit({ object }: Policy, field: Direction, rule: number, { port, protocol }: Asked): Edit[] {
  return [{ kind: "port", policy: object, field, rule, value: { port, ...(protocol === "TCP" ? {} : { protocol }) } }];
}

/** Ways to make a rule mean a party: by the party's labels, or by one peer more. */
function peerWays(made: Ways, policy: Policy, field: Direction, rule: Rule, index: number, party: Party): Edit[][] {
  const ways = (rule.peers ?? []).flatMap((peer) => labelWays(made, policy, peer, party));
  const value = made.peerFor(policy.namespace, party);
  return value === undefined ? ways : [...ways, [{ kind: "peer", policy: policy.object, field, rule: index, value }]];
}

function labelWays(made: Ways, policy: Policy, peer: Peer, { pod }: Party): Edit[][] {
  if (peer.kind !== "pods" || pod === undefined) return [];
  if (peer.namespaces === undefined && pod.namespace !== policy.namespace) return [];
  const namespaces = peer.namespaces === undefined ? [[]] : made.namespaceEdits(peer.namespaces, pod.namespace);
  const pods = peer.pods === undefined ? [[]] : made.podEdits(peer.pods, pod);
  return namespaces.flatMap((left) => pods.map((right) => [...left, ...right]));
}

/** Ways to meet selectors, each found once: many policies write the same. */
class Ways {
  readonly #network: Network;
  readonly #known = new Map<Selector, Map<string, Edit[][]>>();
  readonly #peers = new Map<string, Json>();

  constructor(network: Network) {
    this.#network = network;
  }

  namespaceEdits(selector: Selector, name: string): Edit[][] {
    return this.#once(selector, name, () => namespaceEdits(this.#network, selector, name));
  }

  podEdits(selector: Selector, pod: Pod): Edit[][] {
    return this.#once(selector, pod.id, () => podEdits(selector, pod));
  }

  /** Asked for one party only. */
  peerFor(policyNamespace: string, party: Party): Json {
    if (!this.#peers.has(policyNamespace)) this.#peers.set(policyNamespace, peerFor(this.#network, policyNamespace, party));
    return this.#peers.get(policyNamespace);
  }

  #once(selector: Selector, what: string, find: () => Edit[][]): Edit[][] {
    const known = this.#known.get(selector) ?? new Map<string, Edit[][]>();
    this.#known.set(selector, known);
    const found = known.get(what) ?? find();
    known.set(what, found);
    return found;
  }
}

function namespaceEdits(network: Network, selector: Selector, name: string): Edit[][] {
  const namespace = network.namespace(name);
  const object: KubeObject = namespace?.object ?? { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  return selector
    .ways(network.namespaceLabels(name), WAYS)
    .filter((labels) => !(NAME_LABEL in labels))
    .map((labels) => (Object.keys(labels).length === 0 ? [] : [{ kind: "labels", object, labels }]));
}

/** Labels for a pod: of the template it comes of, so that its successors have them as well, or of the pod where nothing makes another. */
function podEdits(selector: Selector, pod: Pod): Edit[][] {
  return selector.ways(pod.labels, WAYS).flatMap((labels): Edit[][] => {
    if (Object.keys(labels).length === 0) return [[]];
    if (Object.keys(labels).some((key) => MADE_BY_CONTROLLERS.has(key))) return [];
    const { workload } = pod;
    if (workload === undefined) {
      // A controller that is not known here may make another pod without the label.
      return hasController(pod.object) ? [] : [[{ kind: "labels", object: pod.object, labels }]];
    }
    return mayRelabel(workload.object, labels) ? [[{ kind: "template-labels", object: workload.object, labels }]] : [];
  });
}

const hasController = (object: KubeObject): boolean =>
  Array.isArray(object.metadata?.ownerReferences) &&
  (object.metadata.ownerReferences as Json[]).some((one) => isRecord(one) && one["controller"] === true);

/** Kinds that give their pods a changed template: a Job's is fixed, and a ReplicaSet's goes to pods to come alone. */
const ROLLS_OUT = new Set(["Deployment", "StatefulSet", "DaemonSet"]);

/** A workload must go on to select its own pods. */
function mayRelabel(workload: KubeObject, labels: LabelEdits): boolean {
  if (!ROLLS_OUT.has(workload.kind!)) return false;
  if (workload["spec"]?.["updateStrategy"]?.["type"] === "OnDelete") return false;
  return selects(workload["spec"]?.["selector"], withEdits(labelsOf(templateOf(workload)), labels));
}

/** A peer that means the pods of a party's workload, or its address, and nobody else. */
function peerFor(network: Network, policyNamespace: string, { pod, address }: Party): Json {
  if (pod === undefined) return address === undefined ? undefined : { ipBlock: { cidr: alone(address) } };
  const podSelector = selectorFor(network, pod);
  if (pod.namespace === policyNamespace) return { podSelector };
  return { namespaceSelector: { matchLabels: { [NAME_LABEL]: pod.namespace } }, ...(hasMeaning(podSelector) ? { podSelector } : {}) };
}

const hasMeaning = (selector: Json): boolean => Object.keys(selector).length > 0;

/** What selects the pods of one workload: its own selector, or the fewest labels of a pod that nobody else in its namespace has. */
export function selectorFor(network: Network, pod: Pod): Json {
  const own: Json = pod.workload?.object["spec"]?.["selector"];
  if (isRecord(own) && (isRecord(own["matchLabels"]) || Array.isArray(own["matchExpressions"]))) return own;
  if (isRecord(own) && Object.keys(own).length > 0) return { matchLabels: own };
  const stable = Object.entries(pod.labels).filter(([key]) => !MADE_BY_CONTROLLERS.has(key));
  if (stable.length === 0) return {};
  const others = [...network.podsIn(pod.namespace).values()].filter((one) => one.id !== pod.id && !one.finished);
  const shared = (labels: Labels): number => others.filter((one) => matches(one, labels)).length;
  const whole = Object.fromEntries(stable);
  const least = shared(whole);
  const single = stable.find(([key, value]) => shared({ [key]: value }) === least);
  return { matchLabels: single === undefined ? whole : { [single[0]]: single[1] } };
}

const matches = (pod: Pod, labels: Labels): boolean => Object.entries(labels).every(([key, value]) => pod.labels[key] === value);

/**
 * Selectors for a policy of a pod's own that isolate no pod which is not isolated by now: what selects its workload, where that is all of them,
 * else what the policies select that isolate it.
 */
function harmlessSelectors(network: Network, pod: Pod, direction: Direction): Json[] {
  const isolating = network.policiesIn(pod.namespace).filter((policy) => policy[direction] !== undefined);
  const open = [...network.podsIn(pod.namespace).values()].filter(
    (one) => !one.finished && !isolating.some(({ selector }) => selector.selects(one.labels)),
  );
  const own = selectorFor(network, pod);
  if (!open.some(({ labels }) => selects(own, labels))) return [own];
  return isolating.filter(({ selector }) => selector.selects(pod.labels)).map(({ object }) => object["spec"]?.["podSelector"] as Json);
}

function newPolicies(network: Network, pod: Pod, other: Party, direction: Direction, asked: Asked): Edit[] {
  const peer = peerFor(network, pod.namespace, other);
  if (peer === undefined) return [];
  return harmlessSelectors(network, pod, direction).map((selector) => newPolicy(network, pod, { other, peer, selector }, direction, asked));
}

interface Admitted {
  other: Party;
  peer: Json;
  /** Of the pods that admit it. */
  selector: Json;
}

function newPolicy(network: Network, pod: Pod, { other, peer, selector }: Admitted, direction: Direction, { port, protocol }: Asked): Edit {
  const ingress = direction === "ingress";
  const rule = { [ingress ? "from" : "to"]: [peer], ports: [{ port, protocol }] };
  const whom = other.pod === undefined ? other.address!.text : `${other.pod.namespace}-${other.pod.workload?.name ?? other.pod.name}`;
  const object: KubeObject = {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: {
      name: freeName(network, pod, `${pod.workload?.name ?? pod.name}-${ingress ? "from" : "to"}-${whom}`),
      namespace: pod.namespace,
    },
    spec: { podSelector: selector, policyTypes: [ingress ? "Ingress" : "Egress"], [direction]: [rule] },
  };
  return { kind: "policy", object };
}

/** A name that no policy has, of at most 63 characters that names may have. */
function freeName(network: Network, { namespace }: Pod, wanted: string): string {
  const short = wanted
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .slice(0, 60)
    .replace(/-+$/, "");
  const taken = new Set(network.policiesIn(namespace).map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = number === 1 ? short : `${short}-${number}`;
    if (!taken.has(name)) return name;
  }
}
