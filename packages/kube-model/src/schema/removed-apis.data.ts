/** Versions that are gone or going: `removed` is the Kubernetes minor that serves it no more (Kubernetes documentation, "Deprecated API Migration Guide"). */
const REMOVED: Readonly<Record<string, { kinds?: readonly string[]; removed: number; use: string }[]>> = {
  "extensions/v1beta1": [
    { kinds: ["Deployment", "DaemonSet", "ReplicaSet"], removed: 16, use: "apps/v1" },
    { kinds: ["NetworkPolicy"], removed: 16, use: "networking.k8s.io/v1" },
    { kinds: ["PodSecurityPolicy"], removed: 16, use: "Pod Security admission" },
    { kinds: ["Ingress"], removed: 22, use: "networking.k8s.io/v1" },
  ],
  "apps/v1beta1": [{ removed: 16, use: "apps/v1" }],
  "apps/v1beta2": [{ removed: 16, use: "apps/v1" }],
  "admissionregistration.k8s.io/v1beta1": [
    { kinds: ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"], removed: 22, use: "admissionregistration.k8s.io/v1" },
    { kinds: ["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"], removed: 34, use: "admissionregistration.k8s.io/v1" },
  ],
  "apiextensions.k8s.io/v1beta1": [{ removed: 22, use: "apiextensions.k8s.io/v1" }],
  "apiregistration.k8s.io/v1beta1": [{ removed: 22, use: "apiregistration.k8s.io/v1" }],
  "certificates.k8s.io/v1beta1": [{ kinds: ["CertificateSigningRequest"], removed: 22, use: "certificates.k8s.io/v1" }],
  "coordination.k8s.io/v1beta1": [{ kinds: ["Lease"], removed: 22, use: "coordination.k8s.io/v1" }],
  "networking.k8s.io/v1beta1": [{ kinds: ["Ingress", "IngressClass"], removed: 22, use: "networking.k8s.io/v1" }],
  "rbac.authorization.k8s.io/v1beta1": [{ removed: 22, use: "rbac.authorization.k8s.io/v1" }],
  "rbac.authorization.k8s.io/v1alpha1": [{ removed: 22, use: "rbac.authorization.k8s.io/v1" }],
  "scheduling.k8s.io/v1beta1": [{ removed: 22, use: "scheduling.k8s.io/v1" }],
  "storage.k8s.io/v1beta1": [
    { kinds: ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], removed: 22, use: "storage.k8s.io/v1" },
    { kinds: ["CSIStorageCapacity"], removed: 27, use: "storage.k8s.io/v1" },
  ],
  "batch/v1beta1": [{ kinds: ["CronJob"], removed: 25, use: "batch/v1" }],
  "batch/v2alpha1": [{ kinds: ["CronJob"], removed: 21, use: "batch/v1" }],
  "discovery.k8s.io/v1beta1": [{ kinds: ["EndpointSlice"], removed: 25, use: "discovery.k8s.io/v1" }],
  "events.k8s.io/v1beta1": [{ kinds: ["Event"], removed: 25, use: "events.k8s.io/v1" }],
  "autoscaling/v2beta1": [{ kinds: ["HorizontalPodAutoscaler"], removed: 25, use: "autoscaling/v2" }],
  "autoscaling/v2beta2": [{ kinds: ["HorizontalPodAutoscaler"], removed: 26, use: "autoscaling/v2" }],
  "policy/v1beta1": [
    { kinds: ["PodDisruptionBudget"], removed: 25, use: "policy/v1" },
    { kinds: ["PodSecurityPolicy"], removed: 25, use: "Pod Security admission" },
  ],
  "node.k8s.io/v1beta1": [{ kinds: ["RuntimeClass"], removed: 25, use: "node.k8s.io/v1" }],
  "flowcontrol.apiserver.k8s.io/v1beta1": [{ removed: 26, use: "flowcontrol.apiserver.k8s.io/v1" }],
  "flowcontrol.apiserver.k8s.io/v1beta2": [{ removed: 29, use: "flowcontrol.apiserver.k8s.io/v1" }],
  "flowcontrol.apiserver.k8s.io/v1beta3": [{ removed: 32, use: "flowcontrol.apiserver.k8s.io/v1" }],
};

/** Until when a version of a kind is served; undefined for one that stays. */
export function removalOf(apiVersion: string, kind: string): { removed: number; use: string } | undefined {
  return REMOVED[apiVersion]?.find(({ kinds }) => kinds === undefined || kinds.includes(kind));
}
