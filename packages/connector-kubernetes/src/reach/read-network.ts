import { TargetError, type ReadKind } from "@interlock/connector";
import { Network, OTHER_POLICIES, otherPoliciesAmong, type KubeObject, type OtherPolicyType } from "@interlock/kube-model";
import type { ReachEnd, ReachQuestion } from "@interlock/protocol";
import type { ClusterView } from "../impact/cluster-view.ts";
import { keyOfType, type ResourceType, type ResourceTypes } from "../impact/resource-types.ts";
import { WORKLOADS } from "../impact/rules/rule.ts";
import type { WorldObject } from "../impact/world.ts";

const POLICIES = "networking.k8s.io/networkpolicies";
const SLICES = "discovery.k8s.io/endpointslices";
/** What any pair of pods is judged by; a change opens connections anywhere. */
const EVERYWHERE = ["/namespaces", "/pods", POLICIES] as const;

/** What a question looks into; of policies of other kinds only names are read. */
export const NETWORK_KINDS: readonly ReadKind[] = [
  { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy" },
  ...["Namespace", "Pod", "Service", "ReplicationController"].map((kind) => ({ apiVersion: "v1", kind })),
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map((kind) => ({ apiVersion: "apps/v1", kind })),
  ...["Job", "CronJob"].map((kind) => ({ apiVersion: "batch/v1", kind })),
  { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" },
];

export interface ReadNetwork {
  network: Network;
  /** What was read and decides besides NetworkPolicies, in sentences. */
  besides: string[];
  /** What could not be read, in words; the answer says so. */
  missing: string[];
}

/**
 * Reads what a question needs and no more: namespaces, pods and policies of the whole cluster, since a change may open connections anywhere;
 * workloads, Services and endpoints where the ends are. Where the whole cluster may not be listed the namespaces of the ends are. Rejects
 * with the cluster's refusal where not even those can be.
 */
export async function readNetwork(view: ClusterView, { from, to }: Pick<ReachQuestion, "from" | "to">): Promise<ReadNetwork> {
  const types = await view.types();
  const reading = new Reading(view, types);
  const near = [...new Set([from, to].flatMap(namespaceOf))];
  await Promise.all([
    ...EVERYWHERE.map((key) => reading.everywhere(key, near)),
    ...WORKLOADS.flatMap((key) => near.map((namespace) => reading.list(key, namespace))),
    // An address may be a Service's, of any namespace.
    ...("ip" in to ? [reading.list("/services")] : near.map((namespace) => reading.list("/services", namespace))),
    ...("service" in to ? [reading.endpoints(to.namespace)] : []),
    ...OTHER_POLICIES.map((one) => reading.otherPolicies(one, near)),
  ]);
  await followNames(reading, to);
  return {
    network: Network.of([...reading.objects.values()]),
    besides: otherPoliciesAmong(reading.others, near),
    missing: [...reading.missing],
  };
}

const namespaceOf = (end: ReachEnd): string[] => ("ip" in end ? [] : [end.namespace]);

/** An ExternalName that stands for a Service of another namespace wants that one as well. */
async function followNames(reading: Reading, to: ReachEnd): Promise<void> {
  let at = "service" in to ? to : undefined;
  for (let links = 0; at !== undefined && links < 4; links++) {
    const { namespace, service }: { namespace: string; service: string } = at;
    const object = [...reading.objects.values()].find(
      ({ kind, metadata }) => kind === "Service" && metadata.namespace === namespace && metadata.name === service,
    );
    const inside = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.|$)/.exec(String(object?.["spec"]?.["externalName"] ?? ""));
    at = inside === null ? undefined : { service: inside[1]!, namespace: inside[2]! };
    if (at !== undefined) {
      const { namespace: next } = at;
      await Promise.all([reading.list("/services", next), reading.endpoints(next), ...WORKLOADS.map((key) => reading.list(key, next))]);
    }
  }
}

class Reading {
  readonly objects = new Map<string, KubeObject>();
  /** Apart from them, so that no policy of another kind passes for a NetworkPolicy. */
  readonly others: KubeObject[] = [];
  readonly missing = new Set<string>();
  readonly #view: ClusterView;
  readonly #types: ResourceTypes;

  constructor(view: ClusterView, types: ResourceTypes) {
    this.#view = view;
    this.#types = types;
  }

  /** Of the whole cluster, or of some namespaces where that is all that may be listed. */
  async everywhere(key: string, near: readonly string[]): Promise<void> {
    const type = this.#typeOf(key);
    if (type === undefined) return;
    const failure = await this.#listed(type);
    if (failure === undefined) return;
    this.missing.add(failure);
    const within = type.namespaced
      ? await Promise.all(near.map((namespace) => this.#listed(type, namespace)))
      : await Promise.all(near.map((name) => this.#read(type, name)));
    const refused = within.find((one) => one !== undefined);
    if (refused !== undefined || near.length === 0) throw new TargetError("target_down", `Nothing can be said: ${refused ?? failure}.`);
  }

  async list(key: string, namespace?: string): Promise<void> {
    const type = this.#typeOf(key);
    const failure = type === undefined ? undefined : await this.#listed(type, namespace);
    if (failure !== undefined) this.missing.add(failure);
  }

  /** Where Services without a selector send: whole objects, of one namespace only. */
  async endpoints(namespace: string): Promise<void> {
    const type = this.#types.find(SLICES);
    if (type === undefined) return;
    try {
      for await (const object of this.#view.wholes(type, namespace)) this.#keep(type, object);
    } catch (error) {
      if (!(error instanceof TargetError) || error.code === "cancelled") throw error;
      this.missing.add(`endpointslices of namespace ${namespace} could not be listed: ${error.message.replace(/\.$/, "")}`);
    }
  }

  /** Names of what decides besides NetworkPolicies, where the cluster has such a type. */
  async otherPolicies({ group, kind, resource, namespaced }: OtherPolicyType, near: readonly string[]): Promise<void> {
    const type = this.#types.find(`${group}/${resource}`);
    if (type === undefined || type.kind !== kind) return;
    await Promise.all(
      (namespaced ? near : [undefined]).map(async (namespace) => {
        const { objects, failure } = await this.#view.names(type, namespace);
        if (failure !== undefined) this.missing.add(failure);
        for (const one of objects) {
          const metadata = { name: one.name, ...(one.namespace === undefined ? {} : { namespace: one.namespace }) };
          this.others.push({ apiVersion: `${group}/${type.version}`, kind, metadata });
        }
      }),
    );
  }

  /** Undefined where the cluster has none of it; a group that did not answer is missing instead. */
  #typeOf(key: string): ResourceType | undefined {
    const type = this.#types.find(key);
    if (type !== undefined) return type;
    const group = key.slice(0, key.indexOf("/"));
    const failed = this.#types.failed.find((one) => one.group.split("/")[0] === group);
    if (failed !== undefined && key === POLICIES)
      throw new TargetError("target_down", `Nothing can be said: API group ${failed.group} does not answer (${failed.reason}).`);
    if (failed !== undefined) this.missing.add(`API group ${failed.group} is left out: ${failed.reason}`);
    return undefined;
  }

  async #listed(type: ResourceType, namespace?: string): Promise<string | undefined> {
    const { objects, failure } = await this.#view.bodies(type, namespace);
    for (const { body } of objects as (WorldObject & { body: KubeObject })[]) this.#keep(type, body);
    return failure;
  }

  async #read(type: ResourceType, name: string): Promise<string | undefined> {
    try {
      const found = await this.#view.read(type, undefined, name);
      if (found !== undefined) this.#keep(type, found);
      return undefined;
    } catch (error) {
      if (!(error instanceof TargetError) || error.code === "cancelled") throw error;
      return `${type.resource} ${name} could not be read: ${error.message.replace(/\.$/, "")}`;
    }
  }

  #keep(type: ResourceType, object: KubeObject): void {
    const { group, version, kind } = type;
    const { namespace = "", name } = object.metadata as { namespace?: string; name: string };
    // Items of a list need not say what they are.
    this.objects.set(`${keyOfType(type)} ${namespace}/${name}`, {
      ...object,
      apiVersion: group === "" ? version : `${group}/${version}`,
      kind,
    });
  }
}
