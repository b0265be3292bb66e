import { type Case, denyAll, expression, from, policy, role, user } from "./stage.ts";

/** Which policies hold for whom, and whom their selectors mean. */
export const SELECTORS: readonly Case[] = [
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
];
