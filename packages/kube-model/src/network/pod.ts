import { isRecord, type Json, type KubeObject } from "../json.ts";
import { labelsOf, type Labels } from "../label-selector.ts";
import { groupOf } from "../workload/pod-templates.ts";
import { readAddress, type Address } from "./address.ts";
import { PROTOCOLS, type Protocol } from "./port-set.ts";

/** What policies see of a pod: one that runs, or the one that a workload's template would make. */
export interface Pod {
  /** `namespace/name`. */
  id: string;
  namespace: string;
  /** Where it comes of a template the name of its workload, and that one's kind beside it where others are called so as well. */
  name: string;
  labels: Labels;
  /** Empty while it has none, and for templates. */
  addresses: readonly Address[];
  /** It uses its node's network: policies are not defined for it, and its addresses are the node's. */
  host: boolean;
  /** Addresses of the node it runs on, where they are known: what pods of that node report. */
  node: readonly Address[];
  nodeName?: string;
  /** Container ports that have a name, those of native sidecars included. */
  ports: readonly { name: string; port: number; protocol: Protocol }[];
  /** Succeeded or Failed: its network is gone. */
  finished: boolean;
  /** A cluster knows it and has given it no address yet, so that nothing connects to it. In a manifest nobody can have one. */
  waiting: boolean;
  /** What made it, where that is known. */
  workload?: Workload;
  /** It is what a template would make. */
  template: boolean;
  /** The Pod, or the workload whose template it is. */
  object: KubeObject;
}

/** Whose template pods are of. */
export interface Workload {
  object: KubeObject;
  kind: string;
  name: string;
  namespace: string;
}

/** Kinds with a template of pods, and how it is found in them. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  Deployment: ["spec", "template"],
  StatefulSet: ["spec", "template"],
  DaemonSet: ["spec", "template"],
  ReplicaSet: ["spec", "template"],
  ReplicationController: ["spec", "template"],
  Job: ["spec", "template"],
  CronJob: ["spec", "jobTemplate", "spec", "template"],
};

/** Groups that have these kinds; another's Job is something else. */
const GROUPS = new Set(["", "apps", "batch", "extensions"]);

export const isWorkload = (object: KubeObject): boolean =>
  object.kind !== undefined && Object.hasOwn(TEMPLATES, object.kind) && GROUPS.has(groupOf(object));

/** Where a workload's template is, as a path of fields. */
export const templatePath = (kind: string): readonly string[] => TEMPLATES[kind]!;

export function templateOf(workload: KubeObject): Json {
  return templatePath(workload.kind!).reduce<Json>((value, field) => (isRecord(value) ? value[field] : undefined), workload);
}

export function readPod(object: KubeObject, workload: Workload | undefined): Pod {
  const spec: Json = object["spec"] ?? {};
  const status: Json = object["status"] ?? {};
  const { name } = object.metadata as { name: string };
  const namespace = namespaceOf(object);
  const host = spec["hostNetwork"] === true;
  const phase: Json = status["phase"];
  const node = addressesOf(status["hostIPs"], status["hostIP"]);
  const own = addressesOf(status["podIPs"], status["podIP"]);
  const addresses = own.length === 0 && host ? node : own;
  const finished = phase === "Succeeded" || phase === "Failed";
  return {
    id: `${namespace}/${name}`,
    namespace,
    name,
    labels: labelsOf(object),
    addresses,
    host,
    node: host ? joined(node, addresses) : node,
    ...(typeof spec["nodeName"] === "string" ? { nodeName: spec["nodeName"] } : {}),
    ports: portsOf(spec),
    finished,
    waiting: !finished && typeof phase === "string" && addresses.length === 0,
    ...(workload === undefined ? {} : { workload }),
    template: false,
    object,
  };
}

/** A pod that a template would make. */
export function templatePod(workload: Workload, labels: Labels, name: string = workload.name): Pod {
  const spec: Json = templateOf(workload.object)?.["spec"] ?? {};
  return {
    id: `${workload.namespace}/${name}`,
    namespace: workload.namespace,
    name,
    labels,
    addresses: [],
    host: spec["hostNetwork"] === true,
    node: [],
    ports: portsOf(spec),
    finished: false,
    waiting: false,
    workload,
    template: true,
    object: workload.object,
  };
}

export const namespaceOf = (object: KubeObject): string => String(object.metadata?.namespace || "default");

function addressesOf(many: Json, one: Json): readonly Address[] {
  const texts = [...(Array.isArray(many) ? many.map((each: Json) => each?.["ip"]) : []), one].filter((text) => typeof text === "string");
  return joined(
    texts.map((text) => readAddress(text)).filter((address) => address !== undefined),
    [],
  );
}

/** Where a node is reached, as it reports itself; its names are no addresses. */
export function nodeAddresses(node: KubeObject): readonly Address[] {
  const given: Json = node["status"]?.["addresses"];
  const texts = (Array.isArray(given) ? (given as Json[]) : []).map((one) => readAddress(String(one?.["address"])));
  return joined(
    texts.filter((address) => address !== undefined),
    [],
  );
}

/** Each address once. */
export function joined(left: readonly Address[], right: readonly Address[]): readonly Address[] {
  const all = [...left, ...right];
  return all.filter((one, index) => all.findIndex((other) => other.family === one.family && other.value === one.value) === index);
}

function portsOf(spec: Json): Pod["ports"] {
  return containersOf(spec).flatMap((container) =>
    list(container?.["ports"]).flatMap((port) => {
      const protocol = PROTOCOLS.find((one) => one === (port?.["protocol"] ?? "TCP"));
      const { name, containerPort } = isRecord(port) ? port : {};
      return typeof name === "string" && name !== "" && typeof containerPort === "number" && protocol !== undefined
        ? [{ name, port: containerPort, protocol }]
        : [];
    }),
  );
}

/** Containers that run as long as the pod does: an init container that is restarted always is a native sidecar. */
export function containersOf(spec: Json): Json[] {
  return [...list(spec?.["containers"]), ...list(spec?.["initContainers"]).filter((one) => one?.["restartPolicy"] === "Always")];
}

const list = (value: Json): Json[] => (Array.isArray(value) ? value : []);
