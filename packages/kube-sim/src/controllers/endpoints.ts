import { controllerReference, type Fields, type KubeObject } from "../object.ts";
import { selectsMap } from "../store/label-selector.ts";
import { isReady } from "../table/pod-status.ts";
import type { Controller, Hands } from "./controller.ts";

/** Keeps the Endpoints and the EndpointSlice of each Service that selects pods. */
export const endpoints: Controller = {
  name: "endpoints-controller",
  watches: ["services", "pods", "endpoints", "discovery.k8s.io/endpointslices"],
  reconcile(hands, namespace) {
    if (namespace === "") return;
    for (const service of hands.list("services", namespace)) {
      if (Object.keys(service["spec"].selector ?? {}).length > 0 && service["spec"].type !== "ExternalName") reconcileOne(hands, service);
    }
    for (const one of hands.list("endpoints", namespace)) {
      const managed = one.metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"] !== undefined;
      if (managed && hands.get("services", namespace, one.metadata.name) === undefined) hands.remove("endpoints", one);
    }
  },
};

const runs = (pod: KubeObject): boolean =>
  pod["status"]?.podIP !== undefined && pod["status"].phase === "Running" && pod.metadata.deletionTimestamp === undefined;

function reconcileOne(hands: Hands, service: KubeObject): void {
  const { namespace, name } = service.metadata;
  if (service.metadata.deletionTimestamp !== undefined) return;
  const pods = hands.list("pods", namespace).filter((pod) => runs(pod) && selectsMap(service["spec"].selector, pod.metadata.labels));
  const all = service["spec"].publishNotReadyAddresses === true;
  const ports: Fields[] = (service["spec"].ports ?? []).map((port: Fields) => ({
    ...(port["name"] === undefined ? {} : { name: port["name"] }),
    port: targetOf(port, pods[0]),
    protocol: port["protocol"],
    ...(port["appProtocol"] === undefined ? {} : { appProtocol: port["appProtocol"] }),
  }));
  const address = (pod: KubeObject): Fields => ({
    ip: pod["status"].podIP,
    nodeName: pod["spec"].nodeName,
    targetRef: { kind: "Pod", namespace, name: pod.metadata.name, uid: pod.metadata.uid },
    ...(pod["spec"].hostname === undefined ? {} : { hostname: pod["spec"].hostname }),
  });
  const ready = pods.filter((pod) => all || isReady(pod)).map(address);
  const notReady = pods.filter((pod) => !all && !isReady(pod)).map(address);
  const subsets =
    pods.length === 0
      ? undefined
      : [
          {
            ...(ready.length > 0 && { addresses: ready }),
            ...(notReady.length > 0 && { notReadyAddresses: notReady }),
            ...(ports.length > 0 && { ports }),
          },
        ];
  const labels = { ...service.metadata.labels };
  const annotations = { "endpoints.kubernetes.io/last-change-trigger-time": service.metadata.creationTimestamp };
  const before = hands.get("endpoints", namespace, name);
  if (before === undefined) {
    hands.create({
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name, namespace: namespace!, labels, annotations },
      ...(subsets && { subsets }),
    });
  } else {
    const { subsets: _, ...rest } = before;
    hands.put("endpoints", { ...rest, ...(subsets && { subsets }) } as KubeObject);
  }
  writeSlice(hands, service, pods, ports, all);
}

function targetOf(port: Fields, pod: KubeObject | undefined): number {
  const target = port["targetPort"];
  if (typeof target === "number") return target;
  const named = (pod?.["spec"].containers ?? []).flatMap((one: Fields) => one["ports"] ?? []).find((one: Fields) => one["name"] === target);
  return named?.containerPort ?? (Number(target) || port["port"]);
}

function writeSlice(hands: Hands, service: KubeObject, pods: readonly KubeObject[], ports: readonly Fields[], all: boolean): void {
  const { namespace, name } = service.metadata;
  const shown = pods.map((pod) => ({
    addresses: [pod["status"].podIP],
    conditions: { ready: all || isReady(pod), serving: isReady(pod), terminating: false },
    nodeName: pod["spec"].nodeName,
    targetRef: { kind: "Pod", namespace, name: pod.metadata.name, uid: pod.metadata.uid },
  }));
  const slicePorts = ports.map((port) => ({ name: port["name"] ?? "", port: port["port"], protocol: port["protocol"] }));
  const slices = hands.owned("discovery.k8s.io/endpointslices", service);
  if (slices[0] !== undefined) {
    hands.put("discovery.k8s.io/endpointslices", { ...slices[0], endpoints: shown, ports: slicePorts });
    return;
  }
  hands.create({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      generateName: `${name}-`,
      namespace: namespace!,
      labels: {
        ...service.metadata.labels,
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
      },
      ownerReferences: [controllerReference({ ...service, apiVersion: "v1", kind: "Service" })],
    },
    addressType: "IPv4",
    endpoints: shown,
    ports: slicePorts,
  });
}
