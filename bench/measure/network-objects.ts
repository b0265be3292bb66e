import type { KubeObject } from "@interlock/kube-model";

/** How a cluster of the benchmark is laid out. */
export interface Layout {
  namespaces: number;
  pods: number;
  policies: number;
}

/** Pods of an app; ten of them are a small cluster's, and each has a label of its own, as StatefulSets give it. */
const REPLICAS = 10;
const TIERS = ["front", "back", "data"];

/** A cluster with the selectors, blocks and ports that policies use, the same each time. */
export function networkObjects({ namespaces, pods, policies }: Layout): KubeObject[] {
  const apps = pods / REPLICAS;
  const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
  return [
    ...names.map((name, index) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels: namespaceLabels(index) } })),
    ...Array.from({ length: pods }, (_, index) => podOf(index, names)),
    ...Array.from({ length: policies }, (_, index) => policyOf(index, names, apps)),
  ];
}

const namespaceLabels = (index: number): Record<string, string> => ({
  ...(index % 7 === 0 ? {} : { env: index % 3 === 0 ? "staging" : "prod" }),
  team: `t${index % 10}`,
});

function podOf(index: number, names: readonly string[]): KubeObject {
  const app = Math.floor(index / REPLICAS);
  const name = `app-${app}-${index % REPLICAS}`;
  const labels = { app: `app-${app}`, tier: TIERS[app % TIERS.length]!, "statefulset.kubernetes.io/pod-name": name };
  const ports = [
    { name: "http", containerPort: 8000 + (app % 5) },
    { name: "metrics", containerPort: 9090 },
  ];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: names[app % names.length]!, labels },
    spec: { nodeName: `node-${index % 100}`, containers: [{ name: "app", ports }] },
    status: {
      phase: "Running",
      podIP: `10.${100 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`,
      hostIP: `192.168.0.${(index % 100) + 1}`,
    },
  };
}

function policyOf(index: number, names: readonly string[], apps: number): KubeObject {
  const namespace = names[index % names.length]!;
  const own = (index % names.length) + names.length * (Math.floor(index / names.length) % Math.max(1, Math.floor(apps / names.length)));
  const peers: object[] = [
    { namespaceSelector: { matchLabels: { env: "prod" } }, podSelector: { matchLabels: { tier: TIERS[index % TIERS.length] } } },
    { podSelector: { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["data"] }] } },
    { namespaceSelector: { matchExpressions: [{ key: "team", operator: "In", values: [`t${index % 10}`, `t${(index + 3) % 10}`] }] } },
    { ipBlock: { cidr: `10.100.${index % 20}.0/24`, except: [`10.100.${index % 20}.128/26`] } },
  ];
  const ports = [[{ port: "http" }], [{ port: 8000, endPort: 8004 }, { port: "metrics" }], [{ port: 53, protocol: "UDP" }, { port: 9090 }]];
  const egress =
    index % 4 === 0 ? { egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: "UDP" }] }, { to: [peers[1]] }] } : {};
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `policy-${index}`, namespace },
    spec: {
      podSelector: index % 11 === 0 ? {} : { matchLabels: { app: `app-${own}` } },
      policyTypes: index % 4 === 0 ? ["Ingress", "Egress"] : ["Ingress"],
      ingress: [{ from: [peers[index % 4], peers[(index + 1) % 4]], ports: ports[index % 3] }, { from: [peers[(index + 2) % 4]] }],
      ...egress,
    },
  };
}
