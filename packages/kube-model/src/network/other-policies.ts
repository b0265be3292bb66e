import type { KubeObject } from "../json.ts";

/** A type that decides about connections besides NetworkPolicy. */
export interface OtherPolicyType {
  group: string;
  kind: string;
  /** Plural, as in paths. */
  resource: string;
  namespaced: boolean;
}

const type = (group: string, kind: string, resource: string, namespaced: boolean): OtherPolicyType => ({
  group,
  kind,
  resource,
  namespaced,
});

/**
 * What else may let connections through or block them, by the documentation of network plugins and meshes. `extensions` is where NetworkPolicy
 * was before networking.k8s.io/v1; no server has taken it there since 1.16.
 */
export const OTHER_POLICIES: readonly OtherPolicyType[] = [
  type("policy.networking.k8s.io", "AdminNetworkPolicy", "adminnetworkpolicies", false),
  type("policy.networking.k8s.io", "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies", false),
  type("policy.networking.k8s.io", "ClusterNetworkPolicy", "clusternetworkpolicies", false),
  type("cilium.io", "CiliumNetworkPolicy", "ciliumnetworkpolicies", true),
  type("cilium.io", "CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies", false),
  type("crd.projectcalico.org", "NetworkPolicy", "networkpolicies", true),
  type("crd.projectcalico.org", "GlobalNetworkPolicy", "globalnetworkpolicies", false),
  type("projectcalico.org", "NetworkPolicy", "networkpolicies", true),
  type("projectcalico.org", "GlobalNetworkPolicy", "globalnetworkpolicies", false),
  type("crd.antrea.io", "NetworkPolicy", "networkpolicies", true),
  type("crd.antrea.io", "ClusterNetworkPolicy", "clusternetworkpolicies", false),
  type("security.istio.io", "AuthorizationPolicy", "authorizationpolicies", true),
  type("policy.linkerd.io", "AuthorizationPolicy", "authorizationpolicies", true),
  type("networking.gke.io", "FQDNNetworkPolicy", "fqdnnetworkpolicies", true),
  type("vpcresources.k8s.aws", "SecurityGroupPolicy", "securitygrouppolicies", true),
  type("k8s.ovn.org", "EgressFirewall", "egressfirewalls", true),
  type("k8s.ovn.org", "AdminPolicyBasedExternalRoute", "adminpolicybasedexternalroutes", false),
  type("network.openshift.io", "EgressNetworkPolicy", "egressnetworkpolicies", true),
  type("extensions", "NetworkPolicy", "networkpolicies", true),
];

/** Names that one sentence lists. */
const NAMED = 3;

/**
 * Sentences about objects that decide besides NetworkPolicies and that are not taken into account: those of the whole cluster, and those of
 * the namespaces at the ends of a connection.
 */
export function otherPoliciesAmong(objects: Iterable<KubeObject>, namespaces: readonly string[]): string[] {
  const found = new Map<OtherPolicyType, string[]>();
  for (const { apiVersion, kind, metadata } of objects) {
    const group = String(apiVersion).split("/")[0]!;
    const decides = OTHER_POLICIES.find((one) => one.group === group && one.kind === kind);
    if (decides === undefined) continue;
    const namespace = String(metadata?.namespace || "default");
    if (decides.namespaced && !namespaces.includes(namespace)) continue;
    const name = decides.namespaced ? `${namespace}/${String(metadata?.name)}` : String(metadata?.name);
    found.set(decides, [...(found.get(decides) ?? []), name]);
  }
  return [...found].map(([{ group, kind }, names]) => {
    const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
    return `${kind} ${names.slice(0, NAMED).join(", ")}${more} (${group}) is not taken into account: only NetworkPolicies of networking.k8s.io/v1 are.`;
  });
}
