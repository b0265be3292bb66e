import { type Case, from, policy } from "./stage.ts";

/** Blocks of addresses, and families. */
export const BLOCKS: readonly Case[] = [
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
];
