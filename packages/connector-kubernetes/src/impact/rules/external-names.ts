import { nameOf } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

/** `<service>.<namespace>.svc`, with or without the cluster's domain. */
const INSIDE = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(\.[a-z0-9.-]*)?$/;

/** Services that are another name for one of the cluster that does not exist. */
export const externalNames: Rule = {
  name: "external names",
  gone: ["/services"],
  made: ["/services"],
  reads: ["/services"],
  per: "cluster",
  find: (world) => {
    const findings: Finding[] = [];
    for (const service of world.all("/services")) {
      const spec = service.body?.["spec"];
      if (spec?.["type"] !== "ExternalName") continue;
      const [, name, namespace] = INSIDE.exec(String(spec["externalName"])) ?? [];
      if (name === undefined || !world.lacks("/services", namespace, name)) continue;
      findings.push({
        key: `${nameOf(service)} ${namespace}/${name}`,
        object: nameOf(service),
        appears: `its name no longer resolves: it stands for Service ${namespace}/${name}, which does not exist`,
        scope: `namespace ${service.namespace!}`,
      });
    }
    return findings;
  },
};
