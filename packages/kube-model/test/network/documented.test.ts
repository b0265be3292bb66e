import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../src/json.ts";
import { connectionAllowed, type End, type Protocol } from "./documented.ts";
import { randomCluster } from "./random-cluster.ts";

/**
 * What the documentation says, as connections. `concept` is kubernetes.io/docs/concepts/services-networking/network-policies, `API` the
 * reference of networking.k8s.io/v1, `chosen` where both are silent. One long table, so that a sentence and its answers stand together. A connection reads "from -> to port[/protocol]", a comma is between two; an end is namespace/pod or an address.
 */
type Case = { what: string; policies: KubeObject[]; allowed?: string; blocked?: string };

const namespace = (name: string, labels?: Record<string, string>): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, ...(labels && { labels }) },
});

const pod = (path: string, ips: string[], labels: object | null, spec: object = {}, status: object = {}): KubeObject => {
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

const CLUSTER: KubeObject[] = [
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

const policy = (namespaceName: string, spec: object | undefined, name = "policy"): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name, namespace: namespaceName },
  ...(spec && { spec }),
});
const role = (value: string): object => ({ matchLabels: { role: value } });
const expression = (key: string, operator: string, ...values: string[]): object => ({
  matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }],
});
const user = { matchLabels: { user: "alice" } };
/** Ingress to every pod of `default` from these peers. */
const from = (...peers: object[]): KubeObject[] => [policy("default", { podSelector: {}, ingress: [{ from: peers }] })];
/** Egress of every pod of `default` to these ports of anything. */
const toPorts = (...ports: object[]): KubeObject[] => [
  policy("default", { podSelector: {}, policyTypes: ["Egress"], egress: [{ ports }] }),
];
/** Ingress to every pod of `shop` at these ports. */
const atPorts = (...ports: object[]): KubeObject[] => [policy("shop", { podSelector: {}, ingress: [{ ports }] })];

const example = policy("default", {
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

const denyIngress = (name: string): KubeObject => policy(name, { podSelector: {}, policyTypes: ["Ingress"] }, "deny-ingress");
const denyEgress = (name: string): KubeObject => policy(name, { podSelector: {}, policyTypes: ["Egress"] }, "deny-egress");
const denyAll = (name: string): KubeObject => policy(name, { podSelector: {}, policyTypes: ["Ingress", "Egress"] }, "deny-all");

const CASES: Case[] = [
  {
    what: "concept: without policies everything is allowed",
    policies: [],
    allowed: `
      ops/tool -> default/db 5432, 203.0.113.1 -> shop/web 443, shop/web -> 203.0.113.1 53/UDP,
      alice/six -> alice/dual 1/SCTP`,
  },
  {
    what: "concept: the example policy",
    policies: [example],
    allowed: `
      default/frontend -> default/db 6379, shop/web -> default/db 6379, 172.17.0.0 -> default/db 6379,
      172.17.0.255 -> default/db 6379, 172.17.2.0 -> default/db 6379, 172.17.255.255 -> default/db 6379,
      default/db -> 10.0.0.200 5978, default/db -> default/client 5978, ops/tool -> default/client 6379`,
    blocked: `
      172.17.1.0 -> default/db 6379, 172.17.1.255 -> default/db 6379, 172.16.255.255 -> default/db 6379,
      172.18.0.0 -> default/db 6379, default/client -> default/db 6379, default/frontend -> default/db 6380,
      default/frontend -> default/db 6379/UDP, default/db -> 10.0.1.0 5978, default/db -> 10.0.0.200 5979,
      default/db -> shop/web 5978, ops/tool -> default/db 6379`,
  },
  {
    what: "concept: one item with both selectors",
    policies: from({ namespaceSelector: user, podSelector: role("client") }),
    allowed: "alice/client -> default/db 1",
    blocked: "alice/other -> default/db 1, default/client -> default/db 1, ops/tool -> default/db 1",
  },
  {
    what: "concept: two items with one selector each",
    policies: from({ namespaceSelector: user }, { podSelector: role("client") }),
    allowed: "alice/client -> default/db 1, alice/other -> default/db 1, default/client -> default/db 1",
    blocked: "ops/tool -> default/db 1, default/frontend -> default/db 1",
  },
  {
    what: "concept: default deny ingress",
    policies: [denyIngress("default")],
    allowed: "default/db -> shop/web 1, default/db -> 203.0.113.1 1",
    blocked: "default/frontend -> default/db 1, shop/web -> default/bare 1, 203.0.113.1 -> default/db 1",
  },
  {
    what: "concept: allow all ingress, also beside a deny",
    policies: [denyIngress("default"), policy("default", { podSelector: {}, ingress: [{}], policyTypes: ["Ingress"] }, "allow")],
    allowed: "ops/tool -> default/db 1/UDP, 203.0.113.1 -> default/bare 65535/SCTP",
  },
  {
    what: "concept: default deny egress",
    policies: [denyEgress("default")],
    allowed: "shop/web -> default/db 1, 203.0.113.1 -> default/db 1",
    blocked: "default/db -> default/frontend 1, default/db -> 203.0.113.1 53/UDP",
  },
  {
    what: "concept: allow all egress, also beside a deny",
    policies: [denyEgress("default"), policy("default", { podSelector: {}, egress: [{}], policyTypes: ["Egress"] }, "allow")],
    allowed: "default/db -> shop/web 1, default/db -> 203.0.113.1 53/UDP",
  },
  {
    what: "concept: default deny all",
    policies: [denyAll("default")],
    blocked: "shop/web -> default/db 1, default/db -> shop/web 1, default/db -> default/client 1",
  },
  {
    what: "concept: policies are additive",
    policies: [
      ...from({ podSelector: role("client") }),
      policy("default", { podSelector: role("db"), ingress: [{ ports: [{ port: 80 }] }] }, "second"),
    ],
    allowed: "default/client -> default/db 5, shop/web -> default/db 80, default/client -> default/bare 5",
    blocked: "shop/web -> default/db 81, shop/web -> default/bare 80",
  },
  {
    what: "concept: both ends must allow",
    policies: [denyEgress("alice"), ...from({ namespaceSelector: user })],
    blocked: "alice/client -> default/db 1",
  },
  {
    what: "concept: destination blocks though the source may",
    policies: [policy("alice", { podSelector: {}, policyTypes: ["Egress"], egress: [{}] }), denyIngress("default")],
    blocked: "alice/client -> default/db 1",
  },
  {
    what: "concept: a pod cannot block access to itself",
    policies: [denyAll("default")],
    allowed: "default/db -> default/db 1, 10.0.0.1 -> default/db 1, default/db -> 10.0.0.1 1/UDP",
  },
  {
    what: "concept: traffic to and from the pod's own node",
    policies: [denyAll("default")],
    allowed: "192.168.0.1 -> default/db 10250, default/db -> 192.168.0.1 10250",
    blocked: "192.168.0.2 -> default/db 10250, default/db -> 192.168.0.2 10250",
  },
  {
    what: "concept: every address of the own node",
    policies: [denyAll("shop")],
    allowed: "fd00:f::1 -> shop/dual 1, shop/dual -> FD00:F:0:0::1 1",
    blocked: "fd00:f::2 -> shop/dual 1",
  },
  { what: "concept: pods of one node are not the node", policies: [denyAll("default")], blocked: "default/client -> default/db 1" },
  {
    what: "concept: nothing but connections with a pod",
    policies: [denyAll("default"), denyAll("ops")],
    allowed: "203.0.113.1 -> 203.0.113.2 1, 192.168.0.1 -> 203.0.113.2 1, 10.0.3.9 -> 203.0.113.2 1",
  },
  {
    what: "concept: hostNetwork pods are not selected",
    policies: [denyAll("ops")],
    allowed: "ops/node-agent -> 203.0.113.1 1, 203.0.113.1 -> ops/node-agent-b 1, ops/node-agent -> ops/node-agent-b 1",
    blocked: "ops/node-agent-b -> ops/tool 1",
  },
  {
    what: "concept: hostNetwork pods as peers of selectors",
    policies: from({ namespaceSelector: {} }, { namespaceSelector: {}, podSelector: role("client") }),
    allowed: "ops/node-agent -> default/db 1, ops/tool -> default/db 1",
    blocked: "ops/node-agent-b -> default/db 1, 192.168.0.2 -> default/db 1",
  },
  {
    what: "concept: hostNetwork pods as peers of an ipBlock",
    policies: from({ ipBlock: { cidr: "192.168.0.2/32" } }),
    allowed: "ops/node-agent-b -> default/db 1",
    blocked: "192.168.0.3 -> default/db 1",
  },
  {
    what: "chosen: ended pods and those without an address have no connections",
    policies: [],
    allowed: "ops/starting -> default/db 1",
    blocked: `
      ops/job -> default/db 1, default/db -> ops/crashed 1, ops/waiting -> default/db 1, default/db -> ops/waiting 1,
      ops/job -> ops/job 1`,
  },
  {
    what: "chosen: the address of an ended pod is whoever has it now",
    policies: from({ podSelector: {} }, { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ops" } } }),
    allowed: "10.0.3.1 -> default/db 1",
    blocked: "10.0.3.9 -> default/db 1",
  },
  {
    what: "an address that a pod has is that pod",
    policies: [...from({ podSelector: role("client") }), denyEgress("ops")],
    allowed: "10.0.0.3 -> 10.0.0.1 1",
    blocked: "10.0.0.2 -> default/db 1, 10.0.3.1 -> shop/web 1",
  },
  {
    what: "API: no policyTypes and no egress rules is Ingress",
    policies: [policy("default", { podSelector: {}, policyTypes: [], egress: [] })],
    allowed: "default/db -> shop/web 1",
    blocked: "shop/web -> default/db 1",
  },
  {
    what: "API: no policyTypes and an egress rule is both",
    policies: [policy("default", { podSelector: {}, policyTypes: null, egress: [{ ports: [{ port: 53 }] }] })],
    allowed: "default/db -> shop/web 53",
    blocked: "default/db -> shop/web 54, shop/web -> default/db 53",
  },
  {
    what: "API: policyTypes that leave a section out",
    policies: [
      policy("default", { podSelector: {}, policyTypes: ["Egress"], ingress: [], egress: [{}] }),
      policy("shop", { podSelector: {}, policyTypes: ["Ingress"], ingress: [{}], egress: [{ ports: [{ port: 1 }] }] }),
    ],
    allowed: "shop/web -> default/db 2, default/db -> shop/web 2",
  },
  {
    what: "API: policyTypes with a section that is missing",
    policies: [policy("default", { podSelector: role("db"), policyTypes: ["Ingress", "Egress"], ingress: [{}] })],
    allowed: "shop/web -> default/db 2",
    blocked: "default/db -> shop/web 2",
  },
  {
    what: "API: no podSelector, or null, is all pods of the namespace",
    policies: [policy("default", { podSelector: null }), policy("shop", undefined)],
    allowed: "default/db -> alice/client 1, shop/web -> ops/tool 1",
    blocked: "alice/client -> default/bare 1, alice/client -> shop/web 1",
  },
  {
    what: "API: a policy is of one namespace",
    policies: [policy("default", { podSelector: role("client") })],
    allowed: "shop/web -> alice/client 1",
    blocked: "shop/web -> default/client 1",
  },
  {
    what: "another group's NetworkPolicy is none",
    policies: [{ ...denyAll("default"), apiVersion: "crd.projectcalico.org/v1" }],
    allowed: "shop/web -> default/db 1",
  },
  {
    what: "API: empty, null and missing peers and ports are all of them",
    policies: [
      policy("default", { podSelector: role("db"), ingress: [{ from: [], ports: [] }] }),
      policy("default", { podSelector: role("client"), ingress: [{ from: null, ports: null }] }, "b"),
      policy("default", { podSelector: role("frontend"), ingress: [{ ports: [{ port: 1 }] }] }, "c"),
    ],
    allowed: "203.0.113.1 -> default/db 9/UDP, ops/tool -> default/client 9, 203.0.113.1 -> default/frontend 1",
    blocked: "203.0.113.1 -> default/frontend 2",
  },
  {
    what: "API: an empty podSelector alone is all pods of the own namespace",
    policies: from({ podSelector: {} }),
    allowed: "default/bare -> default/db 1",
    blocked: "shop/web -> default/db 1, 203.0.113.1 -> default/db 1",
  },
  {
    what: "API: an empty namespaceSelector is all namespaces",
    policies: from({ namespaceSelector: {}, podSelector: null }),
    allowed: "ops/tool -> default/db 1, default/bare -> default/db 1",
    blocked: "203.0.113.1 -> default/db 1",
  },
  {
    what: "API: an empty podSelector beside a namespaceSelector",
    policies: from({ namespaceSelector: user, podSelector: {} }),
    allowed: "alice/other -> default/db 1",
    blocked: "default/client -> default/db 1",
  },
  {
    what: "API: a namespaceSelector that the own namespace does not match",
    policies: from({ namespaceSelector: { matchLabels: { env: "prod" } } }),
    allowed: "shop/web -> default/db 1",
    blocked: "default/frontend -> default/db 1, ops/tool -> default/db 1, alice/client -> default/db 1",
  },
  {
    what: "concept: a namespace by its name",
    policies: from({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ops" } } }),
    allowed: "ops/tool -> default/db 1",
    blocked: "shop/web -> default/db 1",
  },
  {
    what: "concept: several namespaces by their names",
    policies: [
      policy("default", {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: [{ namespaceSelector: expression("kubernetes.io/metadata.name", "In", "shop", "alice") }] }],
      }),
    ],
    allowed: "default/db -> shop/web 1, default/db -> alice/other 1",
    blocked: "default/db -> ops/tool 1, default/db -> default/bare 1",
  },
  {
    what: "labels: In",
    policies: from({ podSelector: expression("role", "In", "client", "frontend") }),
    allowed: "default/client -> default/db 1, default/frontend -> default/db 1",
    blocked: "default/bare -> default/db 1",
  },
  {
    what: "labels: NotIn matches what has no such label",
    policies: from({ podSelector: expression("role", "NotIn", "client") }),
    allowed: "default/bare -> default/db 1, default/frontend -> default/db 1",
    blocked: "default/client -> default/db 1",
  },
  {
    what: "labels: Exists, also with an empty value",
    policies: from({ namespaceSelector: expression("env", "Exists") }),
    allowed: "shop/web -> default/db 1, alice/client -> default/db 1",
    blocked: "ops/tool -> default/db 1",
  },
  {
    what: "labels: DoesNotExist",
    policies: from({ namespaceSelector: expression("env", "DoesNotExist") }),
    allowed: "ops/tool -> default/db 1, default/client -> default/db 1",
    blocked: "alice/client -> default/db 1",
  },
  {
    what: "labels: all of matchLabels must hold",
    policies: from(
      { namespaceSelector: { matchLabels: { env: "prod", project: "myproject" } } },
      { namespaceSelector: { matchLabels: { env: "prod", user: "alice" } } },
    ),
    allowed: "shop/web -> default/db 1",
    blocked: "alice/client -> default/db 1, ops/tool -> default/db 1",
  },
  {
    what: "labels: In with an empty value does not match a missing label",
    policies: from({ namespaceSelector: expression("env", "In", "", "prod") }),
    allowed: "alice/client -> default/db 1, shop/web -> default/db 1",
    blocked: "ops/tool -> default/db 1",
  },
  {
    what: "labels: an empty value is not a missing label",
    policies: from({ namespaceSelector: {}, podSelector: role("") }),
    allowed: "alice/other -> default/db 1",
    blocked: "default/bare -> default/db 1",
  },
  {
    what: "labels: matchLabels and matchExpressions must all hold",
    policies: from({
      namespaceSelector: {
        matchLabels: { env: "prod" },
        matchExpressions: [
          { key: "project", operator: "Exists" },
          { key: "user", operator: "DoesNotExist", values: null },
        ],
      },
      podSelector: { matchLabels: null, matchExpressions: [] },
    }),
    allowed: "shop/web -> default/db 1",
    blocked: "alice/client -> default/db 1",
  },
  {
    what: "API: ipBlock means pods' addresses, too",
    policies: from({ ipBlock: { cidr: "10.0.2.0/23", except: ["10.0.3.0/24"] } }),
    allowed: "alice/client -> default/db 1, 10.0.2.99 -> default/db 1",
    blocked: "ops/tool -> default/db 1, default/client -> default/db 1",
  },
  {
    what: "API: an exception counts for its own block only",
    policies: from(
      { ipBlock: { cidr: "0.0.0.0/0", except: ["203.0.113.0/24", "203.0.113.128/25"] } },
      { ipBlock: { cidr: "203.0.113.127/32", except: null } },
    ),
    allowed: "203.0.113.127 -> default/db 1, 255.255.255.255 -> default/db 1, ops/tool -> default/db 1",
    blocked: "203.0.113.128 -> default/db 1, 203.0.113.0 -> default/db 1",
  },
  {
    what: "API: each of several exceptions counts",
    policies: from({ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.0/26", "203.0.113.128/25"] } }),
    allowed: "203.0.113.64 -> default/db 1, 203.0.113.127 -> default/db 1",
    blocked: "203.0.113.63 -> default/db 1, 203.0.113.200 -> default/db 1",
  },
  {
    what: "API: bits behind the prefix mean nothing",
    policies: from({ ipBlock: { cidr: "203.0.113.77/26" } }),
    allowed: "203.0.113.64 -> default/db 1, 203.0.113.127 -> default/db 1",
    blocked: "203.0.113.63 -> default/db 1, 203.0.113.128 -> default/db 1",
  },
  {
    what: "API: IPv6 blocks",
    policies: [
      policy("alice", { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "2001:DB8::/33", except: ["2001:db8::8000/113"] } }] }] }),
    ],
    allowed: "2001:db8::7fff -> alice/six 1, 2001:db8:0::1:0 -> alice/six 1, 2001:db8:7fff:ffff:ffff:ffff:ffff:ffff -> alice/dual 1",
    blocked: `
      2001:db8:0:0:0:0:0:8000 -> alice/six 1, 2001:db8::ffff -> alice/six 1, 2001:db8:8000:: -> alice/six 1,
      203.0.113.1 -> alice/dual 1`,
  },
  {
    what: "families: a block is of one",
    policies: from({ ipBlock: { cidr: "::/0" } }),
    blocked: "203.0.113.1 -> default/db 1, shop/dual -> default/db 1",
  },
  {
    what: "families: one that both ends have and both directions allow",
    policies: [
      policy("shop", { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "fd00:2::/64" } }] }] }),
      policy("alice", { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "fd00:1::4/128" } }] }] }),
    ],
    allowed: "shop/dual -> alice/dual 1, shop/dual -> fd00:2::4 1, shop/dual -> alice/six 1",
    blocked: "shop/dual -> 10.0.2.4 1, shop/web -> alice/dual 1",
  },
  {
    what: "chosen: two families that allow one direction each are no connection",
    policies: [
      policy("shop", { podSelector: {}, policyTypes: ["Egress"], egress: [{ to: [{ ipBlock: { cidr: "fd00:2::/64" } }] }] }),
      policy("alice", { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] }] }),
    ],
    blocked: "shop/dual -> alice/dual 1",
  },
  {
    what: "chosen: no family in common is no connection",
    policies: [],
    blocked: "alice/six -> default/db 1, 203.0.113.1 -> alice/six 1",
  },
  {
    what: "API: the protocol is TCP unless given",
    policies: atPorts({ port: 80 }, { protocol: null, port: 81 }, { protocol: "SCTP", port: 82 }),
    allowed: "ops/tool -> shop/web 80/TCP, ops/tool -> shop/web 81, ops/tool -> shop/web 82/SCTP",
    blocked: "ops/tool -> shop/web 80/UDP, ops/tool -> shop/web 82",
  },
  {
    what: "API: a port without a number is all of the protocol",
    policies: atPorts({ protocol: "UDP" }),
    allowed: "ops/tool -> shop/web 1/UDP, ops/tool -> shop/web 65535/UDP",
    blocked: "ops/tool -> shop/web 1/TCP",
  },
  {
    what: "API: a port that says nothing is all of TCP",
    policies: atPorts({}),
    allowed: "ops/tool -> shop/web 65535",
    blocked: "ops/tool -> shop/web 53/UDP, ops/tool -> shop/web 53/SCTP",
  },
  {
    what: "concept: a range of ports is inclusive",
    policies: toPorts({ protocol: "TCP", port: 32000, endPort: 32768 }, { port: 5, endPort: 5 }, { port: 7, endPort: null }),
    allowed: `
      default/db -> 203.0.113.1 32000, default/db -> shop/web 32768, default/db -> shop/web 32500, default/db -> shop/web 5,
      default/db -> shop/web 7`,
    blocked: `
      default/db -> shop/web 31999, default/db -> shop/web 32769, default/db -> shop/web 32500/UDP, default/db -> shop/web 6,
      default/db -> shop/web 8`,
  },
  {
    what: "API: named ports of the selected pod",
    policies: atPorts({ port: "http" }, { port: "dns", protocol: "UDP" }),
    allowed: "ops/tool -> shop/ports 8080, ops/tool -> shop/ports-b 3000, ops/tool -> shop/ports 53/UDP",
    blocked: `
      ops/tool -> shop/ports 3000, ops/tool -> shop/ports-b 8080, ops/tool -> shop/ports 8080/UDP,
      ops/tool -> shop/ports 5353, ops/tool -> shop/ports 5353/UDP, ops/tool -> shop/web 8080, ops/tool -> shop/ports 9000`,
  },
  {
    what: "API: named ports in egress are the destination's",
    policies: [policy("shop", { podSelector: {}, policyTypes: ["Egress"], egress: [{ ports: [{ port: "http" }] }] })],
    allowed: "shop/ports-b -> shop/ports 8080, shop/web -> shop/ports-b 3000",
    blocked: "shop/ports-b -> shop/ports 3000, shop/ports -> alice/client 8080, shop/ports -> 203.0.113.1 8080",
  },
  {
    what: "API: one name is another port for another protocol",
    policies: atPorts({ port: "dns" }),
    allowed: "ops/tool -> shop/ports 5353",
    blocked: "ops/tool -> shop/ports 53, ops/tool -> shop/ports 53/UDP, ops/tool -> shop/ports 5353/UDP",
  },
  {
    what: "API: sidecars have named ports",
    policies: atPorts({ port: "admin" }),
    allowed: "ops/tool -> shop/ports 15000",
    blocked: "ops/tool -> shop/ports-b 15000, ops/tool -> shop/ports-b 15000/UDP",
  },
  { what: "chosen: init containers that end have none", policies: atPorts({ port: "setup" }), blocked: "ops/tool -> shop/ports 7000" },
  {
    what: "chosen: a pod in the host's network has none",
    policies: toPorts({ port: "http" }),
    allowed: "default/db -> shop/ports 8080",
    blocked: "default/db -> ops/node-agent-b 8080",
  },
  {
    what: "API: peers and ports of one rule must both match, of two need not",
    policies: [
      policy("default", {
        podSelector: {},
        ingress: [
          { from: [{ podSelector: role("client") }], ports: [{ port: 1 }] },
          { from: [{ podSelector: role("frontend") }], ports: [{ port: 2 }] },
        ],
      }),
    ],
    allowed: "default/client -> default/db 1, default/frontend -> default/db 2",
    blocked: "default/client -> default/db 2, default/frontend -> default/db 1",
  },
];

const connectionsOf = (text?: string): string[] => text?.split(",").map((connection) => connection.trim()) ?? [];
const ask = (objects: KubeObject[], connection: string): string => {
  const [source, , destination, target] = connection.split(" ") as [string, string, string, string];
  const [port, protocol = "TCP"] = target.split("/") as [string, Protocol?];
  return connectionAllowed(objects, endOf(source), endOf(destination), Number(port), protocol) ? "allowed" : "blocked";
};
const endOf = (text: string): End => (text.includes("/") ? { namespace: text.split("/")[0]!, pod: text.split("/")[1]! } : { ip: text });

describe("what the documentation of NetworkPolicy says", () => {
  const rows = CASES.flatMap(({ what, policies, allowed, blocked }) => [
    ...connectionsOf(allowed).map((connection) => ({ what, policies, connection, answer: "allowed" })),
    ...connectionsOf(blocked).map((connection) => ({ what, policies, connection, answer: "blocked" })),
  ]);

  it.each(rows)("$what: $connection is $answer", ({ policies, connection, answer }) => {
    expect(ask([...CLUSTER, ...policies], connection)).toBe(answer);
    // The order of objects says nothing.
    expect(ask([...policies, ...CLUSTER].toReversed(), connection)).toBe(answer);
  });

  it("says that a pod is not there and that an address is none, instead of answering", () => {
    expect(() => ask(CLUSTER, "default/nobody -> default/db 1")).toThrow("No pod default/nobody");
    for (const ip of ["10.0.0.256", "10.0.0", "fd00::1::2", "fd00:1", "1:2:3:4:5:6:7::8", "::12345", ":::", ":1::", "db"]) {
      expect(() => ask(CLUSTER, `${ip} -> default/db 1`), ip).toThrow("No address");
    }
  });
});

describe("random clusters", () => {
  const clusters = Array.from({ length: 300 }, (_, seed) => randomCluster(seed));

  it("are the same for the same seed, and others for others", () => {
    expect(Array.from({ length: 50 }, (_, seed) => randomCluster(seed))).toEqual(clusters.slice(0, 50));
    expect(new Set(clusters.map((cluster) => JSON.stringify(cluster))).size).toBe(clusters.length);
  });

  it("have the sizes that they should, and both answers at least once in four", () => {
    const answers = { allowed: 0, blocked: 0 };
    for (const { objects, questions } of clusters) {
      const count = (kind: string): number =>
        objects.filter((object) => object.kind === kind && object.apiVersion !== "crd.projectcalico.org/v1").length;
      expect([
        count("Namespace") >= 2 && count("Namespace") <= 5,
        count("Pod") >= 3 && count("Pod") <= 10,
        count("NetworkPolicy") <= 8,
      ]).toEqual([true, true, true]);
      expect(questions.length >= 20 && questions.length <= 40).toBe(true);
      for (const { from: source, to, port, protocol } of questions)
        answers[connectionAllowed(objects, source, to, port, protocol) ? "allowed" : "blocked"]++;
    }
    const all = answers.allowed + answers.blocked;
    expect(answers.allowed / all).toBeGreaterThan(0.25);
    expect(answers.blocked / all).toBeGreaterThan(0.25);
  });
});
