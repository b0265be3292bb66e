import { isRecord, type Json, type KubeObject } from "../json.ts";
import { isPartly, labelsOf, ofMap, partly, type Labels } from "../label-selector.ts";
import { internSelectors, podSelectorsOf, readPolicy, type Direction, type Policy, type Rule, type Selectors } from "./policy.ts";
import type { Address } from "./address.ts";
import { Selector } from "./compiled-selector.ts";
import { namedBy, type Named } from "./controller-labels.ts";
import {
  isWorkload,
  joined,
  namespaceOf as namespaceNameOf,
  nodeAddresses,
  readPod,
  templateOf,
  templatePod,
  type Pod,
  type Workload,
} from "./pod.ts";
import { portRange, union, type PortSet } from "./port-set.ts";
import { apart, templatePods } from "./template-pods.ts";

export interface Namespace {
  name: string;
  /** Not all of them where it is only named by others. */
  labels: Labels;
  /** Absent where it is only named by others. */
  object?: KubeObject;
}

/** Objects as they will be, and those that go. */
export interface NetworkChange {
  put?: readonly KubeObject[];
  gone?: readonly KubeObject[];
}

const NAME_LABEL = "kubernetes.io/metadata.name";
const NONE: readonly never[] = [];
const NO_PODS: ReadonlyMap<string, Pod> = new Map();

function* eachOf(maps: Iterable<ReadonlyMap<string, Pod>>): Iterable<Pod> {
  for (const map of maps) yield* map.values();
}

interface Tables {
  namespaces: Map<string, Namespace>;
  /** By namespace and name, so that a change of one namespace leaves the others as they are. */
  pods: Map<string, ReadonlyMap<string, Pod>>;
  policies: Map<string, readonly Policy[]>;
  workloads: Map<string, Workload>;
  /** Addresses of nodes by name, as they and the pods on them report. */
  nodes: Map<string, readonly Address[]>;
  services: Map<string, KubeObject>;
  /** EndpointSlices and Endpoints of a Service. */
  endpoints: Map<string, KubeObject[]>;
}

/**
 * What NetworkPolicies decide on, out of plain objects: Namespaces, Pods, workloads, Services with their endpoints, NetworkPolicies; all
 * others are passed over. Never changes: `with` makes another one that shares what stays.
 *
 * A workload of which no pod is given stands for the pods that its template would make, under its own name, those apart that selectors name
 * by their ordinals. Of a namespace that is only named the one label is known that every namespace has, `kubernetes.io/metadata.name`; a
 * selector that asks for another does not mean it, and `supposing` tells what it would be otherwise.
 */
export class Network {
  readonly #tables: Tables;
  readonly #selector: Selectors;
  /** What selects a pod, kept by the list of policies it was asked of. */
  readonly #selected: WeakMap<readonly Policy[], WeakMap<Pod, readonly Policy[]>>;

  private constructor(tables: Tables, selector: Selectors, selected: WeakMap<readonly Policy[], WeakMap<Pod, readonly Policy[]>>) {
    this.#tables = tables;
    this.#selector = selector;
    this.#selected = selected;
  }

  static of(objects: readonly KubeObject[]): Network {
    const selector = internSelectors();
    const tables: Tables = {
      namespaces: new Map(),
      pods: new Map(),
      policies: new Map(),
      workloads: new Map(),
      nodes: new Map(),
      services: new Map(),
      endpoints: new Map(),
    };
    const policies = new Map<string, Policy[]>();
    const pods: KubeObject[] = [];
    for (const object of objects) {
      const id = idOf(object);
      if (isNamespace(object)) tables.namespaces.set(object.metadata.name, namespaceOf(object));
      else if (isPod(object)) pods.push(object);
      else if (isNetworkPolicy(object)) push(policies, namespaceNameOf(object), readPolicy(object, selector));
      else if (isWorkload(object)) tables.workloads.set(`${object.kind} ${id}`, workloadOf(object));
      else if (object.kind === "Service" && object.apiVersion === "v1") tables.services.set(id, object);
      else if (object.kind === "Node" && object.apiVersion === "v1") tables.nodes.set(object.metadata.name, nodeAddresses(object));
      else if (isEndpoints(object)) push(tables.endpoints, `${namespaceNameOf(object)}/${serviceOf(object)}`, object);
    }
    for (const [namespace, list] of policies) tables.policies.set(namespace, latest(list));
    const network = new Network(tables, selector, new WeakMap());
    const read = pods.map((pod) => network.#readPod(pod));
    network.#setPods([...read, ...network.#templates(read)].map((pod) => network.#onItsNode(pod)));
    const named = [...tables.pods.keys(), ...tables.policies.keys(), ...[...tables.services.values()].map(namespaceNameOf)];
    for (const namespace of named) network.#name(namespace);
    return network;
  }

  get pods(): Iterable<Pod> {
    return eachOf(this.#tables.pods.values());
  }

  /** The same map for as long as none of them changes. */
  podsIn(namespace: string): ReadonlyMap<string, Pod> {
    return this.#tables.pods.get(namespace) ?? NO_PODS;
  }

  get policies(): Iterable<Policy> {
    return [...this.#tables.policies.values()].flat();
  }

  get namespaces(): Iterable<Namespace> {
    return this.#tables.namespaces.values();
  }

  pod(namespace: string, name: string): Pod | undefined {
    return this.#tables.pods.get(namespace)?.get(name);
  }

  /** The pods of whatever workload has that name, also of one that another made: a ReplicaSet of a Deployment. */
  podsOfWorkload(namespace: string, name: string): Pod[] {
    return [...this.podsIn(namespace).values()].filter((pod) => pod.workload?.name === name || ownerOf(pod.object)?.["name"] === name);
  }

  /** Several kinds may have one of that name. */
  workloads(namespace: string, name: string): Workload[] {
    return [...this.#tables.workloads.values()].filter((one) => one.namespace === namespace && one.name === name);
  }

  /** The pods that a workload would make. */
  wouldMake(workload: Workload): Pod[] {
    return apart(templatePods(workload, this.#named()), this.podsIn(workload.namespace).values());
  }

  namespace(name: string): Namespace | undefined {
    return this.#tables.namespaces.get(name);
  }

  /** With the label that every namespace has, also where the object does not say so. */
  namespaceLabels(name: string): Labels {
    return this.#tables.namespaces.get(name)?.labels ?? namedOnly(name).labels;
  }

  policiesIn(namespace: string): readonly Policy[] {
    return this.#tables.policies.get(namespace) ?? NONE;
  }

  service(namespace: string, name: string): KubeObject | undefined {
    return this.#tables.services.get(`${namespace}/${name}`);
  }

  get services(): Iterable<KubeObject> {
    return this.#tables.services.values();
  }

  endpointsOf(namespace: string, service: string): readonly KubeObject[] {
    return this.#tables.endpoints.get(`${namespace}/${service}`) ?? NONE;
  }

  /** The policies of a pod's namespace that select it; none for a pod in its node's network, of which policies are not defined. */
  policiesOf(pod: Pod): readonly Policy[] {
    if (pod.host) return NONE;
    const policies = this.policiesIn(pod.namespace);
    if (policies.length === 0) return NONE;
    const known = this.#selected.get(policies) ?? new WeakMap<Pod, readonly Policy[]>();
    this.#selected.set(policies, known);
    let selected = known.get(pod);
    if (selected === undefined) {
      selected = policies.filter(({ selector }) => selector.selects(pod.labels));
      known.set(pod, selected);
    }
    return selected;
  }

  /** Those of them that isolate it in a direction. */
  isolating(pod: Pod, direction: Direction): readonly Policy[] {
    return this.policiesOf(pod).filter((policy) => policy[direction] !== undefined);
  }

  /** The network with some objects changed, added or gone. Labels of a workload's template are given to its pods, as a rollout would. */
  with({ put = [], gone = [] }: NetworkChange): Network {
    const tables = { ...this.#tables };
    const selectable = new Network(tables, this.#selector, this.#selected);
    for (const object of gone) selectable.#remove(object);
    // Namespaces first, since those that others name before are known by their names alone.
    for (const object of put) if (isNamespace(object)) selectable.#put(object);
    for (const object of put) if (!isNamespace(object)) selectable.#put(object);
    return selectable;
  }

  /** The same where the labels of a namespace that could not be read are whatever is asked for. */
  supposing(name: string): Network {
    const labels = partly(this.namespaceLabels(name), "met");
    const namespaces = new Map(this.#tables.namespaces).set(name, { name, labels });
    return new Network({ ...this.#tables, namespaces }, this.#selector, this.#selected);
  }

  #put(object: KubeObject): void {
    const tables = this.#tables;
    const id = idOf(object);
    if (isNamespace(object)) {
      const namespace = namespaceOf(object);
      const known = tables.namespaces.get(namespace.name);
      // What is written to one that could not be read is all that is known of it.
      const labels = known !== undefined && isPartly(known.labels) ? partly(namespace.labels, "unmet") : namespace.labels;
      tables.namespaces = new Map(tables.namespaces).set(namespace.name, { ...namespace, labels });
    } else if (isPod(object)) {
      this.#setPods([this.#onItsNode(this.#readPod(object))]);
      this.#name(namespaceNameOf(object));
    } else if (isNetworkPolicy(object)) {
      const policy = readPolicy(object, this.#selector);
      const others = this.policiesIn(policy.namespace).filter((one) => one.id !== policy.id);
      tables.policies = new Map(tables.policies).set(policy.namespace, [...others, policy]);
      this.#name(policy.namespace);
    } else if (isWorkload(object)) this.#putWorkload(object);
    else if (object.kind === "Service") tables.services = new Map(tables.services).set(id, object);
  }

  #putWorkload(object: KubeObject): void {
    const tables = this.#tables;
    const key = `${object.kind} ${idOf(object)}`;
    const old = tables.workloads.get(key);
    const workload = workloadOf(object);
    tables.workloads = new Map(tables.workloads).set(key, workload);
    const pods: Pod[] = [];
    const was = old === undefined ? {} : labelsOf(templateOf(old.object));
    const will = labelsOf(templateOf(object));
    for (const pod of this.podsIn(workload.namespace).values()) {
      if (pod.workload === undefined || old === undefined || pod.workload !== old) continue;
      const kept: Record<string, string> = { ...pod.labels };
      for (const label of Object.keys(was)) if (!Object.hasOwn(will, label)) delete kept[label];
      const labels = { ...kept, ...will };
      pods.push(pod.template ? templatePod(workload, labels, pod.name) : { ...pod, labels, workload });
    }
    if (pods.length === 0) pods.push(...this.wouldMake(workload));
    this.#setPods(pods);
    this.#name(workload.namespace);
  }

  #remove(object: KubeObject): void {
    const tables = this.#tables;
    const id = idOf(object);
    if (isNamespace(object)) {
      const { name } = object.metadata as { name: string };
      const kept = <Value>(map: Map<string, Value>): Map<string, Value> =>
        new Map([...map].filter(([key]) => !key.slice(key.indexOf(" ") + 1).startsWith(`${name}/`)));
      for (const table of ["workloads", "services", "endpoints"] as const) tables[table] = kept<never>(tables[table] as never);
      tables.pods = omit(tables.pods, name);
      tables.namespaces = omit(tables.namespaces, name);
      tables.policies = omit(tables.policies, name);
    } else if (isPod(object)) this.#dropPods(namespaceNameOf(object), (pod) => pod.id === id);
    else if (isNetworkPolicy(object)) {
      const namespace = namespaceNameOf(object);
      const rest = this.policiesIn(namespace).filter((one) => one.id !== id);
      tables.policies = new Map(tables.policies).set(namespace, rest);
    } else if (isWorkload(object)) {
      const key = `${object.kind} ${id}`;
      const old = tables.workloads.get(key);
      tables.workloads = omit(tables.workloads, key);
      this.#dropPods(namespaceNameOf(object), (pod) => old !== undefined && pod.workload === old);
    } else if (object.kind === "Service") tables.services = omit(tables.services, id);
  }

  #readPod(object: KubeObject): Pod {
    const pod = readPod(object, this.#makerOf(object));
    if (pod.nodeName === undefined || pod.node.length === 0) return pod;
    const { nodes } = this.#tables;
    const known = nodes.get(pod.nodeName) ?? NONE;
    const all = joined(known, pod.node);
    if (all.length > known.length) nodes.set(pod.nodeName, all);
    return pod;
  }

  /** Puts pods in place of those of their names. */
  #setPods(pods: readonly Pod[]): void {
    const changed = new Map<string, Map<string, Pod>>();
    for (const pod of pods) {
      const own = changed.get(pod.namespace) ?? new Map(this.podsIn(pod.namespace));
      own.set(pod.name, pod);
      changed.set(pod.namespace, own);
    }
    if (changed.size > 0) this.#tables.pods = new Map([...this.#tables.pods, ...changed]);
  }

  #dropPods(namespace: string, goes: (pod: Pod) => boolean): void {
    const rest = [...this.podsIn(namespace)].filter(([, pod]) => !goes(pod));
    this.#tables.pods = new Map(this.#tables.pods).set(namespace, new Map(rest));
  }

  /** With the addresses that others on its node report, too. */
  #onItsNode(pod: Pod): Pod {
    const node = pod.nodeName === undefined ? undefined : this.#tables.nodes.get(pod.nodeName);
    if (node === undefined || node.length === pod.node.length) return pod;
    const addresses = pod.host && pod.addresses.length === 0 ? node : pod.addresses;
    return { ...pod, addresses, node: joined(pod.node, node) };
  }

  #name(namespace: string): void {
    const { namespaces } = this.#tables;
    if (!namespaces.has(namespace)) this.#tables.namespaces = new Map(namespaces).set(namespace, namedOnly(namespace));
  }

  #named(): Named {
    const { policies, services } = this.#tables;
    const ofServices = [...services.values()].map((service) => new Selector(ofMap(service["spec"]?.["selector"])));
    return namedBy([...[...policies.values()].flat().flatMap(podSelectorsOf), ...ofServices]);
  }

  /** Workloads that have no pods stand for those they would make; one that another made does not. */
  #templates(pods: readonly Pod[]): Pod[] {
    const has = new Set(pods.filter(({ finished }) => !finished).map(({ workload }) => workload));
    const named = this.#named();
    const made: Pod[] = [];
    for (const workload of this.#tables.workloads.values()) {
      if (has.has(workload) || this.#ownerOf(workload.object) !== undefined) continue;
      // Scaled to nothing on purpose, where a cluster is read; a manifest that says so makes no pods either.
      if (workload.object["spec"]?.["replicas"] === 0) continue;
      made.push(...templatePods(workload, named));
    }
    return apart(made, pods);
  }

  /** The workload at the end of the controllers that made an object: the Deployment of a ReplicaSet's pod. */
  #makerOf(object: KubeObject): Workload | undefined {
    let found: Workload | undefined;
    for (let at = this.#ownerOf(object), steps = 0; at !== undefined && steps < 4; at = this.#ownerOf(at.object), steps++) found = at;
    return found;
  }

  #ownerOf(object: KubeObject): Workload | undefined {
    const owner = ownerOf(object);
    return owner !== undefined ? this.#tables.workloads.get(`${owner["kind"]} ${namespaceNameOf(object)}/${owner["name"]}`) : undefined;
  }
}

/** The reference to the controller that made an object. */
export function ownerOf(object: KubeObject): Record<string, Json> | undefined {
  const owners: Json = object.metadata?.ownerReferences;
  const owner: Json = Array.isArray(owners) ? (owners as Json[]).find((one) => one?.["controller"] === true) : undefined;
  return isRecord(owner) ? owner : undefined;
}

/** The ports that a rule admits when `to` is connected to; named ports are its own. */
export function portsAt(rule: Rule, to: Pod | undefined): PortSet {
  if (rule.named.length === 0 || to === undefined || to.host) return rule.numbered;
  return rule.named.reduce(
    (all, { name, protocol }) =>
      to.ports
        .filter((port) => port.name === name && port.protocol === protocol)
        .reduce((set, { port }) => union(set, portRange(port, port, protocol)), all),
    rule.numbered,
  );
}

const idOf = (object: KubeObject): string => `${namespaceNameOf(object)}/${String(object.metadata?.name)}`;
const isNamespace = (object: KubeObject): boolean => object.kind === "Namespace" && object.apiVersion === "v1";
const isPod = (object: KubeObject): boolean => object.kind === "Pod" && object.apiVersion === "v1";
const isNetworkPolicy = (object: KubeObject): boolean =>
  object.kind === "NetworkPolicy" && String(object.apiVersion).startsWith("networking.k8s.io/");
const isEndpoints = (object: KubeObject): boolean => object.kind === "EndpointSlice" || object.kind === "Endpoints";
const serviceOf = (object: KubeObject): string =>
  object.kind === "Endpoints" ? String(object.metadata?.name) : (labelsOf(object)["kubernetes.io/service-name"] ?? "");

function namespaceOf(object: KubeObject): Namespace {
  const { name } = object.metadata as { name: string };
  // The API server sets it and lets nobody change it.
  return { name, labels: { ...labelsOf(object), [NAME_LABEL]: name }, object };
}

const namedOnly = (name: string): Namespace => ({ name, labels: partly({ [NAME_LABEL]: name }, "unmet") });

function workloadOf(object: KubeObject): Workload {
  return { object, kind: object.kind!, name: String(object.metadata.name), namespace: namespaceNameOf(object) };
}

/** The last one of a name, where a folder of manifests has it twice. */
function latest(policies: readonly Policy[]): Policy[] {
  return [...new Map(policies.map((policy) => [policy.id, policy])).values()];
}

function omit<Value>(map: Map<string, Value>, key: string): Map<string, Value> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
