import type { NewObject } from "../object.ts";
import type { Controller } from "./controller.ts";

const metadata = { name: "kubernetes", namespace: "default" };
const ADDRESS = "172.31.0.10";
const PORT = { name: "https", port: 6443, protocol: "TCP" };

/** By storage: the API server's own service, which has no selector. */
const OBJECTS: readonly (readonly [storage: string, object: NewObject])[] = [
  [
    "services",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { ...metadata, labels: { component: "apiserver", provider: "kubernetes" } },
      spec: { clusterIP: "10.100.0.1", ports: [{ name: "https", port: 443, targetPort: 6443 }] },
    },
  ],
  ["endpoints", { apiVersion: "v1", kind: "Endpoints", metadata, subsets: [{ addresses: [{ ip: ADDRESS }], ports: [PORT] }] }],
  [
    "discovery.k8s.io/endpointslices",
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": "kubernetes" } },
      addressType: "IPv4",
      endpoints: [{ addresses: [ADDRESS], conditions: { ready: true } }],
      ports: [PORT],
    },
  ],
];

/** The server keeps a service for itself in `default`: whoever deletes it finds it again. */
export const kubernetesService: Controller = {
  name: "kube-apiserver",
  watches: ["services", "endpoints", "discovery.k8s.io/endpointslices", "namespaces"],
  reconcile(hands, namespace) {
    if (namespace !== "default" && namespace !== "") return;
    for (const [storage, object] of OBJECTS) if (hands.get(storage, "default", "kubernetes") === undefined) hands.create(object);
  },
};
