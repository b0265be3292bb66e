import { type Case, denyAll, denyEgress, denyIngress, example, from, policy, role, user } from "./stage.ts";

/** Who is isolated by what, and who takes part in no connection. */
export const ISOLATION: readonly Case[] = [
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
];
