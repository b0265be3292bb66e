import type { Json, KubeObject } from "../json.ts";
import { ofMap, selects } from "../label-selector.ts";
import { readAddress } from "./address.ts";
import type { Point } from "./connection.ts";
import { hasOrdinal, openIn, standsForOthers } from "./controller-labels.ts";
import { Selector } from "./compiled-selector.ts";
import { ownerOf, type Network } from "./network.ts";
import { containersOf, templateOf, type Pod, type Workload } from "./pod.ts";
import type { Asked } from "./explanation.ts";
import { PROTOCOLS } from "./port-set.ts";

/** An end of a question. `pod` may be the name of a workload: then its pods are meant, all of them. */
export type End = { namespace: string; pod: string } | { namespace: string; service: string } | { ip: string };

/** One thing that an end stands for, and at which port it is connected to. */
export interface Meant extends Asked {
  point: Point;
}

/** What an end stands for. */
export interface ResolvedEnd {
  /** Empty: nothing is there to be asked about, as `problem` says. */
  meant: Meant[];
  /** The Service that was asked for, or that has the address asked for: `namespace/name`. */
  service?: string;
  /** The workload whose pods are meant: `namespace/name`. */
  workload?: string;
  notes: string[];
  /** Why nothing can be answered: a name that is not there. */
  unknown?: string;
  /** Why nobody answers at this end, whatever policies say. */
  dead?: string;
  /** What it stands for is not known, so that only a rule for everybody would be sure to mean it. */
  anywhere?: string;
}

/** How often one name may lead to another. */
const LINKS = 4;

export function resolveEnd(network: Network, end: End, asked: Asked, links = 0): ResolvedEnd {
  if ("ip" in end) return ofAddress(network, end.ip, asked);
  if ("service" in end) return ofService(network, end.namespace, end.service, asked, links);
  return ofPods(network, end.namespace, end.pod, asked);
}

function ofPods(network: Network, namespace: string, name: string, asked: Asked): ResolvedEnd {
  const pod = network.pod(namespace, name);
  if (pod?.template === false) {
    if (pod.finished) return { meant: [], notes: [], dead: `Pod ${pod.id} has finished: it has no network any more.` };
    if (pod.waiting) return { meant: [], notes: [], dead: `Pod ${pod.id} has no address yet: nothing connects to it or from it.` };
    return { meant: [{ point: { pod }, ...asked }], notes: notesOf(pod) };
  }
  const known = network.podsOfWorkload(namespace, name).filter(hasNetwork);
  const running = known.filter(({ template }) => !template);
  if (running.length > 0) {
    return {
      meant: running.map((one) => ({ point: { pod: one }, ...asked })),
      workload: `${namespace}/${name}`,
      notes: [...oneNameNotes(network, namespace, name, running), ...hostNotes(running)],
    };
  }
  const pods = known.length > 0 ? known : pod === undefined ? wouldBe(network, namespace, name) : [pod];
  const [first] = pods;
  if (first === undefined) return nothing(`There is no pod and no workload ${name} in namespace ${namespace}.`);
  const notes = [...new Set(pods.map(({ workload }) => workload!))].map((one) => {
    const [pod, those] = one.name === name ? ["pods that run", "are those"] : [`pod ${name} that runs`, "is the one"];
    return `${one.kind} ${namespace}/${one.name} has no ${pod} now: what is asked about ${those} it would make.`;
  });
  return {
    meant: pods.map((one) => ({ point: { pod: one }, ...asked })),
    workload: `${namespace}/${first.workload!.name}`,
    notes: [...notes, ...oneNameNotes(network, namespace, name, pods), ...othersNotes(pods), ...hostNotes(pods)],
  };
}

/** Pods that are not in the network: of a workload scaled to nothing, or of a StatefulSet one of no number that a selector names. */
function wouldBe(network: Network, namespace: string, name: string): Pod[] {
  const [workload] = network.workloads(namespace, name);
  if (workload !== undefined) return network.wouldMake(workload);
  const [, set, number] = /^(.+)-(\d+)$/.exec(name) ?? [];
  const numbered = set === undefined ? undefined : network.workloads(namespace, set).find(({ kind }) => kind === "StatefulSet");
  if (numbered === undefined || !hasOrdinal(numbered.object, number!)) return [];
  const others = network.podsOfWorkload(namespace, set!).filter((one) => one.template && one.workload === numbered);
  const made = network.wouldMake(numbered);
  return [others.at(-1) ?? made.find((one) => one.name === name) ?? made.at(-1)!];
}

/** What else has the name that was asked for. */
function oneNameNotes(network: Network, namespace: string, name: string, meant: readonly Pod[]): string[] {
  const all = network.workloads(namespace, name);
  const isMeant = (one: Workload): boolean =>
    meant.some(({ workload, object }) => {
      const owner = ownerOf(object);
      return workload === one || (owner?.["kind"] === one.kind && owner["name"] === name);
    });
  const asked = all.filter(isMeant).map(({ kind }) => `${kind} ${namespace}/${name}`);
  return [
    ...(asked.length > 1 ? [`${asked.join(" and ")} have one name: the pods of each are asked about.`] : []),
    ...all
      .filter((one) => !isMeant(one))
      .map(
        ({ kind }) => `${kind} ${namespace}/${name} has that name, too, and no pods that run now: those it would make are not asked about.`,
      ),
  ];
}

const othersNotes = (pods: readonly Pod[]): string[] =>
  pods.flatMap(({ id, name, labels, workload }) =>
    standsForOthers(name, labels)
      ? [`${id} stands for the pods of StatefulSet ${workload!.namespace}/${workload!.name} that no selector names.`]
      : [],
  );

const hasNetwork = ({ finished, waiting }: Pod): boolean => !finished && !waiting;

const hostNotes = (pods: readonly Pod[]): string[] =>
  pods
    .filter(({ host }) => host)
    .slice(0, 1)
    .flatMap(notesOf);

function notesOf(pod: Pod): string[] {
  return pod.host
    ? [
        `${pod.id} uses its node's network, where the effect of NetworkPolicies is not defined: most plugins do not apply any to it and see its connections as its node's.`,
      ]
    : [];
}

function ofAddress(network: Network, text: string, asked: Asked): ResolvedEnd {
  const address = readAddress(text);
  if (address === undefined) return nothing(`${JSON.stringify(text)} is no IP address.`);
  const same = (one: { family: number; value: bigint }): boolean => one.family === address.family && one.value === address.value;
  const pod = [...network.pods].find((one) => !one.host && !one.finished && one.addresses.some(same));
  if (pod !== undefined) {
    const alone = { ...pod, addresses: [address] };
    return { meant: [{ point: { pod: alone }, ...asked }], notes: [`${text} is the address of pod ${pod.id}.`] };
  }
  const service = [...network.services].find((one) =>
    clusterAddresses(one).some((given) => {
      const read = readAddress(given);
      return read !== undefined && same(read);
    }),
  );
  if (service !== undefined) {
    const { namespace = "default", name } = service.metadata as { namespace?: string; name: string };
    const found = ofService(network, namespace, name, asked, 0);
    return { ...found, notes: [`${text} is the cluster address of Service ${namespace}/${name}.`, ...found.notes] };
  }
  return { meant: [{ point: { address }, ...asked }], notes: [] };
}

function clusterAddresses(service: KubeObject): string[] {
  const spec: Json = service["spec"] ?? {};
  return [...(Array.isArray(spec["clusterIPs"]) ? spec["clusterIPs"] : []), spec["clusterIP"]].filter(
    (one): one is string => typeof one === "string" && one !== "" && one !== "None",
  );
}

function ofService(network: Network, namespace: string, name: string, asked: Asked, links: number): ResolvedEnd {
  const service = network.service(namespace, name);
  const id = `${namespace}/${name}`;
  if (service === undefined) return nothing(`There is no Service ${name} in namespace ${namespace}.`);
  const spec: Json = service["spec"] ?? {};
  if (spec["type"] === "ExternalName") return { ...ofExternalName(network, id, String(spec["externalName"]), asked, links), service: id };
  const headless = spec["clusterIP"] === "None";
  const port = list(spec["ports"]).find((one) => one?.["port"] === asked.port && (one["protocol"] ?? "TCP") === asked.protocol);
  // A headless Service is but a name for its pods: who connects chooses a port of theirs.
  if (port === undefined && !headless) {
    const given = list(spec["ports"]).map((one) => {
      const target: Json = one?.["targetPort"] ?? one?.["port"];
      const to = [target === one?.["port"] ? "" : `to ${target}`, one?.["nodePort"] ? `${one["nodePort"]} on each node` : ""].filter(
        Boolean,
      );
      return `${one?.["port"]}/${one?.["protocol"] ?? "TCP"}${to.length === 0 ? "" : ` (${to.join(", ")})`}`;
    });
    return {
      meant: [],
      service: id,
      notes: [],
      dead: `Service ${id} has no port ${asked.port}/${asked.protocol}; it has ${given.join(", ") || "none"}.`,
    };
  }
  const notes = headless
    ? [`Service ${id} is headless: its name stands for the addresses of its pods, and port ${asked.port} is the pods' own.`]
    : [];
  const target: Json = headless ? asked.port : (port["targetPort"] ?? asked.port);
  const selector = ofMap(spec["selector"]);
  if (selector === undefined) return { ...ofEndpoints(network, namespace, name, asked, port?.["name"], target), service: id };
  const pods = [...network.podsIn(namespace).values()].filter((pod) => hasNetwork(pod) && selects(selector, pod.labels));
  if (pods.length === 0) {
    const read = new Selector(selector);
    if (![...network.podsIn(namespace).values()].some(({ labels }) => openIn(read, labels).length > 0))
      return { meant: [], service: id, notes, dead: `No pod is behind Service ${id}: nobody answers.` };
    const unknown = `Whether a pod is behind Service ${id} is not known: it goes by a label that only the cluster gives a value.`;
    return { meant: [], service: id, notes, dead: unknown, anywhere: unknown };
  }
  const meant: Meant[] = [];
  const lacking: string[] = [];
  for (const pod of pods) {
    const at = typeof target === "number" ? target : containerPort(pod, String(target), asked.protocol);
    if (at === undefined) lacking.push(pod.id);
    else meant.push({ point: { pod }, port: at, protocol: asked.protocol });
  }
  if (lacking.length > 0)
    notes.push(`${lacking.join(", ")} has no port named ${String(target)} (${asked.protocol}): the Service leaves it out.`);
  if (meant.length === 0)
    return { meant, service: id, notes, dead: `No pod behind Service ${id} has a port named ${String(target)} (${asked.protocol}).` };
  const unready = pods.filter(isUnready).map((pod) => pod.id);
  if (unready.length > 0 && spec["publishNotReadyAddresses"] !== true)
    notes.push(`${unready.join(", ")} is not ready: the Service sends nothing there until it is.`);
  for (const pod of pods) notes.push(...notesOf(pod));
  return { meant, service: id, notes: [...new Set(notes)] };
}

const isUnready = ({ object, template }: Pod): boolean =>
  !template && list(object["status"]?.["conditions"]).some((one) => one?.["type"] === "Ready" && one["status"] !== "True");

/** As endpoints are made: the first container port of that name and protocol. */
function containerPort(pod: Pod, name: string, protocol: string): number | undefined {
  const spec: Json = pod.template ? templateOf(pod.object)?.["spec"] : pod.object["spec"];
  for (const container of containersOf(spec)) {
    for (const port of list(container?.["ports"])) {
      if (port?.["name"] === name && (port["protocol"] ?? "TCP") === protocol) return Number(port["containerPort"]);
    }
  }
  return undefined;
}

/** Where a Service of that name in the cluster is meant, that; else a name outside, whose addresses nobody here knows. */
function ofExternalName(network: Network, id: string, external: string, asked: Asked, links: number): ResolvedEnd {
  const inside = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.[a-z0-9.-]+)?\.?$/.exec(external);
  const note = `Service ${id} stands for the name ${external}.`;
  if (inside !== null && links < LINKS) {
    const found = resolveEnd(network, { namespace: inside[2]!, service: inside[1]! }, asked, links + 1);
    if (found.unknown === undefined) return { ...found, notes: [note, ...found.notes] };
    return { meant: [], notes: [note], dead: `${found.unknown} Nobody answers.` };
  }
  return { meant: [], notes: [note], anywhere: `The addresses of ${external} are not known here.` };
}

/** A Service without a selector sends where its EndpointSlices or Endpoints say. */
function ofEndpoints(network: Network, namespace: string, name: string, asked: Asked, portName: Json, target: Json): ResolvedEnd {
  const notes = [`Service ${namespace}/${name} has no selector: it sends where its endpoints say.`];
  const found: Meant[] = [];
  for (const object of network.endpointsOf(namespace, name)) {
    const subsets: Json[] = object.kind === "Endpoints" ? list(object["subsets"]) : [object];
    for (const subset of subsets) {
      const named = list(subset["ports"]).filter(
        (one) => (one?.["name"] ?? "") === (portName ?? "") && (one["protocol"] ?? "TCP") === asked.protocol,
      );
      const ports = named.map((one) => one["port"]).filter((one) => typeof one === "number");
      for (const address of addressesIn(subset)) {
        for (const port of ports) found.push(...ofAddress(network, address, { port, protocol: asked.protocol }).meant);
      }
    }
  }
  // The same may be in EndpointSlices and in Endpoints.
  const once = new Map(found.map((one) => ["pod" in one.point ? one.point.pod.id : one.point.address.text, one]));
  if (once.size > 0) return { meant: [...once.values()], notes };
  if (network.endpointsOf(namespace, name).length > 0)
    return { meant: [], notes, dead: `Service ${namespace}/${name} has no endpoints: nobody answers.` };
  const port = typeof target === "number" ? ` (port ${target})` : "";
  return {
    meant: [],
    notes,
    anywhere: `Where Service ${namespace}/${name} sends${port} is not known: it has neither a selector nor endpoints that were read.`,
  };
}

function addressesIn(subset: Json): string[] {
  const addresses = list(subset["addresses"]).map((one) => one?.["ip"]);
  const slices = list(subset["endpoints"]).flatMap((one) => (one?.["conditions"]?.["ready"] === false ? [] : list(one?.["addresses"])));
  return [...addresses, ...slices].filter((one): one is string => typeof one === "string");
}

const nothing = (unknown: string): ResolvedEnd => ({ meant: [], notes: [], unknown });

/** `8443/TCP`, `53/UDP`; without a protocol TCP. Undefined where it is no port. */
export function readPort(text: string): Asked | undefined {
  const found = /^(\d{1,5})(?:\/([A-Za-z]+))?$/.exec(text);
  const port = Number(found?.[1]);
  const protocol = PROTOCOLS.find((one) => one === (found?.[2] ?? "TCP").toUpperCase());
  return found === null || port < 1 || port > 65_535 || protocol === undefined ? undefined : { port, protocol };
}

const list = (value: Json): Json[] => (Array.isArray(value) ? value : []);
