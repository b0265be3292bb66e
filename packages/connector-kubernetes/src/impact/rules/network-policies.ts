import { type Json, selectorText, selects, selectsAll } from "@interlock/kube-model";
import { nameOf, type World, type WorldObject } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";
import { NETWORK_POLICIES as POLICIES } from "../connections.ts";
import { namespaceLabels } from "./webhooks.ts";

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
