import type { Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { decide } from "../fix.ts";
import { draft } from "../rules.ts";

/** Versions that are gone or going: `removed` is the Kubernetes minor that serves it no more (Deprecated API Migration Guide). */
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

/** Who still writes an object in an old version, by the server's own record. */
function writers(managed: Json): { index: number; apiVersion: string; manager: string }[] {
  if (!Array.isArray(managed)) return [];
  return managed.map((entry, index) => ({ index, apiVersion: String(entry?.["apiVersion"]), manager: String(entry?.["manager"]) }));
}

export const DEPRECATED_APIS: readonly Check[] = [
  {
    id: "deprecated-api",
    title: "API versions that are gone",
    severity: "medium",
    area: "namespaces",
    why: "A manifest of such a version is refused by newer servers: a rebuild of the cluster, or the next upgrade, fails on it.",
    reads: [],
    *find(inventory) {
      for (const source of inventory.everything()) {
        const { object } = source;
        const own = removalOf(String(object.apiVersion), String(object.kind));
        if (inventory.from === "manifests") {
          if (own !== undefined)
            yield draft(
              source,
              `${object.apiVersion} ${object.kind} is not served from Kubernetes 1.${own.removed} on.`,
              [{ path: ["apiVersion"] }],
              decide(`Write it as ${own.use}; some fields have other names there (kubectl convert shows it).`),
            );
          continue;
        }
        // A cluster tells an object in a version that it serves; in which one somebody writes it, the field managers say.
        const old = writers(object.metadata?.managedFields).find(
          ({ apiVersion }) => removalOf(apiVersion, String(object.kind)) !== undefined,
        );
        if (old === undefined) continue;
        const { removed, use } = removalOf(old.apiVersion, String(object.kind))!;
        yield draft(
          source,
          `${old.manager} writes it as ${old.apiVersion}, which is not served from Kubernetes 1.${removed} on.`,
          [{ path: ["metadata", "managedFields", old.index, "apiVersion"] }],
          decide(`Let ${old.manager} write it as ${use}.`),
        );
      }
    },
  },
];
