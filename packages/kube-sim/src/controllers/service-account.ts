import type { CertificateAuthority } from "../tls/certificate-authority.ts";
import type { Controller } from "./controller.ts";

/** Every namespace has a service account `default` and the config map `kube-root-ca.crt` with the cluster's certificate authority. */
export const serviceAccounts = (authority: CertificateAuthority): Controller => ({
  name: "serviceaccount-controller",
  watches: ["namespaces", "serviceaccounts", "configmaps"],
  reconcile(hands) {
    for (const home of hands.list("namespaces")) {
      if (home["status"]?.phase === "Terminating") continue;
      const namespace = home.metadata.name;
      if (hands.get("serviceaccounts", namespace, "default") === undefined) {
        hands.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
      }
      if (hands.get("configmaps", namespace, "kube-root-ca.crt") === undefined) {
        const annotations = { "kubernetes.io/description": "The certificate authority of this cluster's API server." };
        hands.create({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "kube-root-ca.crt", namespace, annotations },
          data: { "ca.crt": authority.certificate },
        });
      }
    }
  },
});
