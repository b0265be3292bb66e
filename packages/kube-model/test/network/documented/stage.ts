import type { KubeObject } from "../../../src/json.ts";

/**
 * What the documentation says, as connections. `concept` is kubernetes.io/docs/concepts/services-networking/network-policies, `API` the
 * reference of networking.k8s.io/v1, `chosen` where both are silent. A connection reads "from -> to port[/protocol]", a comma is between two;
 * an end is namespace/pod or an address.
 */
export type Case = { what: string; policies: KubeObject[]; allowed?: string; blocked?: string };

export const namespace = (name: string, labels?: Record<string, string>): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, ...(labels && { labels }) },
});

export const pod = (path: string, ips: string[], labels: object | null, spec: object = {}, status: object = {}): KubeObject => {
  const [ns, name] = path.split("/");
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: ns, name, labels },
    spec: { nodeName: "node-a", containers: [{ name: "main" }], ...spec },
    status: { phase: "Running", podIP: ips[0], podIPs: ips.map((ip) => ({ ip })), hostIP: "192.168.0.1", ...status },
  };
};

const onNodeB = [{ nodeName: "node-b" }, { hostIP: "192.168.0.2" }] as const;

export const CLUSTER: KubeObject[] = [
  namespace("default"),
  namespace("shop", { project: "myproject", env: "prod" }),
  namespace("alice", { user: "alice", env: "" }),
  namespace("ops"),
  pod("default/db", ["10.0.0.1"], { role: "db" }),
  pod("default/frontend", ["10.0.0.2"], { role: "frontend" }),
  pod("default/client", ["10.0.0.3"], { role: "client" }),
  pod("default/bare", ["10.0.0.4"], null),
  pod("shop/web", ["10.0.1.1"], { role: "web" }),
  pod("alice/client", ["10.0.2.1"], { role: "client" }),
  pod("alice/other", ["10.0.2.2"], { role: "" }),
  pod("ops/tool", ["10.0.3.1"], { role: "client" }),
  pod(
    "shop/ports",
    ["10.0.1.2"],
    { role: "ports" },
    {
      containers: [
        {
          name: "a",
          ports: [{ name: "http", containerPort: 8080 }, { name: "dns", containerPort: 53, protocol: "UDP" }, { containerPort: 9000 }],
        },
        { name: "b", ports: [{ name: "dns", containerPort: 5353, protocol: "TCP" }] },
      ],
      initContainers: [
        { name: "proxy", restartPolicy: "Always", ports: [{ name: "admin", containerPort: 15000 }] },
        { name: "migrate", ports: [{ name: "setup", containerPort: 7000 }] },
      ],
    },
  ),
  pod(
    "shop/ports-b",
    ["10.0.1.3"],
    { role: "ports" },
    {
      containers: [
        {
          name: "a",
          ports: [
            { name: "http", containerPort: 3000 },
            { name: "admin", containerPort: 15000, protocol: "UDP" },
          ],
        },
      ],
    },
  ),
  pod("shop/dual", ["10.0.1.4", "fd00:1::4"], { role: "dual" }, {}, { hostIPs: [{ ip: "192.168.0.1" }, { ip: "fd00:f::1" }] }),
  pod("alice/dual", ["10.0.2.4", "fd00:2::4"], { role: "dual" }),
  pod("alice/six", ["fd00:2::6"], { role: "six" }),
  pod("ops/node-agent", ["192.168.0.1"], { role: "client" }, { hostNetwork: true }),
  pod(
    "ops/node-agent-b",
    ["192.168.0.2"],
    { role: "client" },
    { hostNetwork: true, ...onNodeB[0], containers: [{ name: "a", ports: [{ name: "http", containerPort: 8080 }] }] },
    onNodeB[1],
  ),
  pod("ops/job", ["10.0.3.9"], { role: "client" }, {}, { phase: "Succeeded" }),
  pod("ops/crashed", ["10.0.3.1"], { role: "client" }, {}, { phase: "Failed" }),
  pod("ops/waiting", [], { role: "client" }, {}, { phase: "Pending", podIP: undefined, podIPs: null }),
  pod("ops/starting", ["10.0.3.5"], { role: "client" }, {}, { phase: "Pending" }),
];

export const policy = (namespaceName: string, spec: object | undefined, name = "policy"): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: namespaceName },
  ...(spec && { spec }),
});
export const role = (value: string): object => ({ matchLabels: { role: value } });
export const expression = (key: string, operator: string, ...values: string[]): object => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
});
export const user = { matchLabels: { user: "alice" } };
/** Ingress to every pod of `default` from these peers. */
export const from = (...peers: object[]): KubeObject[] => [policy("default", { podSelector: {}, ingress: [{ from: peers }] })];
/** Egress of every pod of `default` to these ports of anything. */
export const toPorts = (...ports: object[]): KubeObject[] => [
  policy("default", { podSelector: {}, policyTypes: ["Egress"], egress: [{ ports }] }),
];
/** Ingress to every pod of `shop` at these ports. */
export const atPorts = (...ports: object[]): KubeObject[] => [policy("shop", { podSelector: {}, ingress: [{ ports }] })];

export const example = policy("default", {
  podSelector: role("db"),
  policyTypes: ["Ingress", "Egress"],
  ingress: [
    {
      from: [
        { ipBlock: { cidr: "172.17.0.0/16", except: ["172.17.1.0/24"] } },
        { namespaceSelector: { matchLabels: { project: "myproject" } } },
        { podSelector: role("frontend") },
      ],
      ports: [{ protocol: "TCP", port: 6379 }],
    },
  ],
  egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/24" } }], ports: [{ protocol: "TCP", port: 5978 }] }],
});

export const denyIngress = (name: string): KubeObject => policy(name, { podSelector: {}, policyTypes: ["Ingress"] }, "deny-ingress");
export const denyEgress = (name: string): KubeObject => policy(name, { podSelector: {}, policyTypes: ["Egress"] }, "deny-egress");
export const denyAll = (name: string): KubeObject => policy(name, { podSelector: {}, policyTypes: ["Ingress", "Egress"] }, "deny-all");
