import { hashName } from "../random.ts";
import type { Controller } from "./controller.ts";

const FINALIZER = "service.kubernetes.io/load-balancer-cleanup";

/** Gives Services of type LoadBalancer an address in the manner of a cloud, and takes it back. */
export const loadBalancers: Controller = {
  name: "service-controller",
  watches: ["services"],
  reconcile(hands, namespace) {
    for (const service of namespace === "" ? [] : hands.list("services", namespace)) {
      const held = (service.metadata.finalizers ?? []).includes(FINALIZER);
      const wanted = service["spec"].type === "LoadBalancer" && service.metadata.deletionTimestamp === undefined;
      if (wanted && !held) {
        hands.put("services", {
          ...service,
          metadata: { ...service.metadata, finalizers: [...(service.metadata.finalizers ?? []), FINALIZER] },
        });
      } else if (wanted && service["status"]?.loadBalancer?.ingress === undefined) {
        // A name of its own, as clouds give it: another object of the same name would get another address.
        const hostname = `a${service.metadata.uid.replaceAll("-", "")}-${hashName(service.metadata.uid).slice(0, 10)}.eu-central-1.elb.amazonaws.com`;
        hands.setStatus("services", service, { ...service["status"], loadBalancer: { ingress: [{ hostname }] } });
        hands.record(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
      } else if (!wanted && held) {
        const cleared = hands.setStatus("services", service, { ...service["status"], loadBalancer: {} });
        hands.dropFinalizer("services", cleared, FINALIZER);
      }
    }
  },
};
