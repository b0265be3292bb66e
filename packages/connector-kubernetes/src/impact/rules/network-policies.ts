import { type Json, selectorText, selects, selectsAll } from "@interlock/kube-model";
import { nameOf, type World, type WorldObject } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";
import { namespaceLabels } from "./webhooks.ts";

const POLICIES = "networking.k8s.io/networkpolicies";

/** Which namespaces the rules of NetworkPolicies name by their labels. One that is named loses or gains traffic when it goes or is relabelled. */
export const namedNamespaces: Rule = {
  name: "namespaces named by network policies",
  gone: ["/namespaces"],
  made: ["/namespaces"],
  reads: [POLICIES, "/namespaces"],
  per: "cluster",
  find: (world) =>
    [...world.all(POLICIES)].flatMap((policy) =>
      directions(policy).flatMap(({ peers, way }) => peers.flatMap((peer) => namedBy(world, policy, peer, way))),
    ),
};

function directions(policy: WorldObject): { way: "from" | "to"; peers: Json[] }[] {
  const spec: Json = policy.body?.["spec"] ?? {};
  const rules = (list: Json, field: string): Json[] => ((list ?? []) as Json[]).flatMap((rule) => (rule[field] ?? []) as Json[]);
  return [
    { way: "from", peers: rules(spec["ingress"], "from") },
    { way: "to", peers: rules(spec["egress"], "to") },
  ];
}

function namedBy(world: World, policy: WorldObject, peer: Json, way: "from" | "to"): Finding[] {
  const selector: Json = peer?.["namespaceSelector"];
  // Every namespace is meant: none of them is named.
  if (selector === undefined || selector === null || selectsAll(selector)) return [];
  const findings: Finding[] = [];
  for (const namespace of world.all("/namespaces")) {
    if (namespace.name === policy.namespace || !selects(selector, namespaceLabels(namespace))) continue;
    const words = `traffic ${way} namespace ${namespace.name} (${selectorText(selector)})`;
    findings.push({
      key: `${nameOf(policy)} ${way} ${namespace.name} ${selectorText(selector)}`,
      object: nameOf(policy),
      vanishes: `it no longer allows ${words}`,
      appears: `it now allows ${words}`,
      scope: `namespace ${policy.namespace!}`,
    });
  }
  return findings;
}

/** Which pods a NetworkPolicy restricts: one that comes under its first policy loses what is not allowed, one that leaves its last is open. */
export const restrictedPods: Rule = {
  name: "pods restricted by network policies",
  gone: [POLICIES],
  made: [POLICIES, "/pods"],
  reads: [POLICIES, "/pods"],
  per: "namespace",
  find: (world, namespace) => {
    const findings: Finding[] = [];
    for (const way of ["Ingress", "Egress"] as const) {
      const restricted = new Map<WorldObject, string[]>();
      for (const policy of world.all(POLICIES, namespace)) {
        if (!restricts(policy, way)) continue;
        for (const pod of world.pods(namespace!, policy.body?.["spec"]?.["podSelector"] ?? {})) {
          restricted.set(pod, [...(restricted.get(pod) ?? []), policy.name]);
        }
      }
      const from = way === "Ingress" ? "reach it" : "be reached from it";
      for (const pod of restricted.keys()) {
        findings.push({
          key: `${nameOf(pod)} ${way}`,
          object: nameOf(pod),
          vanishes: `no NetworkPolicy restricts it any more: everything may ${from}`,
          appears: `a NetworkPolicy restricts it: only what is allowed may ${from}`,
          scope: `namespace ${namespace!}`,
        });
      }
    }
    return findings;
  },
};

/** Without `policyTypes`: ingress always, egress where there are rules for it. */
function restricts(policy: WorldObject, way: "Ingress" | "Egress"): boolean {
  const spec: Json = policy.body?.["spec"] ?? {};
  const types: Json = spec["policyTypes"];
  return Array.isArray(types) ? types.includes(way) : way === "Ingress" || Array.isArray(spec["egress"]);
}
