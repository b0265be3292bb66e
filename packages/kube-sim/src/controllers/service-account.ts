import type { Controller } from "./controller.ts";

/** The certificate authority that pods would trust; of the simulated server, which has none of its own. */
const CA = "-----BEGIN CERTIFICATE-----\nkube-sim\n-----END CERTIFICATE-----\n";

/** Every namespace has a service account `default` and the config map `kube-root-ca.crt`. */
export const serviceAccounts: Controller = {
  name: "serviceaccount-controller",
  watches: ["namespaces", "serviceaccounts", "configmaps"],
  reconcile(hands) {
    for (const { metadata, status } of hands.list("namespaces") as { metadata: any; status?: any }[]) {
      if (status?.phase === "Terminating") continue;
      const namespace: string = metadata.name;
      if (hands.get("serviceaccounts", namespace, "default") === undefined) {
        hands.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
      }
      if (hands.get("configmaps", namespace, "kube-root-ca.crt") === undefined) {
        const annotations = { "kubernetes.io/description": "The certificate authority of this cluster's API server." };
        hands.create({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "kube-root-ca.crt", namespace, annotations },
          data: { "ca.crt": CA },
        });
      }
    }
  },
};
