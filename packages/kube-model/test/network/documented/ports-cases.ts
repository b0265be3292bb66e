import { type Case, atPorts, policy, role, toPorts } from "./stage.ts";

/** Ports and protocols, and rules of both. */
export const PORTS: readonly Case[] = [
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
