/** What has to be there before others can be: the order in which types are put back; what is not named comes after the workloads. */
const RANKS: readonly (readonly string[])[] = [
  ["/namespaces"],
  ["apiextensions.k8s.io/customresourcedefinitions"],
  [
    "scheduling.k8s.io/priorityclasses",
    "storage.k8s.io/storageclasses",
    "storage.k8s.io/csidrivers",
    "snapshot.storage.k8s.io/volumesnapshotclasses",
    "node.k8s.io/runtimeclasses",
    "networking.k8s.io/ingressclasses",
    "gateway.networking.k8s.io/gatewayclasses",
  ],
  ["/resourcequotas", "/limitranges", "networking.k8s.io/networkpolicies"],
  ["/serviceaccounts"],
  ["rbac.authorization.k8s.io/clusterroles", "rbac.authorization.k8s.io/roles"],
  ["rbac.authorization.k8s.io/clusterrolebindings", "rbac.authorization.k8s.io/rolebindings"],
  ["/configmaps", "/secrets"],
  ["/persistentvolumes"],
  ["/persistentvolumeclaims"],
  ["/services"],
  ["/endpoints", "discovery.k8s.io/endpointslices"],
  [
    "apps/daemonsets",
    "apps/deployments",
    "apps/statefulsets",
    "apps/replicasets",
    "/replicationcontrollers",
    "/pods",
    "batch/cronjobs",
    "batch/jobs",
  ],
];
/** Last: they act on, or stand in the way of, all that comes before. */
const LAST: readonly (readonly string[])[] = [
  ["policy/poddisruptionbudgets", "autoscaling/horizontalpodautoscalers"],
  ["networking.k8s.io/ingresses"],
  ["apiregistration.k8s.io/apiservices"],
  [
    "admissionregistration.k8s.io/mutatingwebhookconfigurations",
    "admissionregistration.k8s.io/validatingwebhookconfigurations",
    "admissionregistration.k8s.io/mutatingadmissionpolicies",
    "admissionregistration.k8s.io/validatingadmissionpolicies",
  ],
  ["admissionregistration.k8s.io/mutatingadmissionpolicybindings", "admissionregistration.k8s.io/validatingadmissionpolicybindings"],
];

/** Smaller is put back earlier. */
export function rankOf(key: string): number {
  const first = RANKS.findIndex((keys) => keys.includes(key));
  if (first !== -1) return first;
  const last = LAST.findIndex((keys) => keys.includes(key));
  return last === -1 ? RANKS.length : RANKS.length + 1 + last;
}
