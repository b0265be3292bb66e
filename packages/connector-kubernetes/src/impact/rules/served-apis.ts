import { whyUnanswered } from "../endpoints.ts";
import { nameOf } from "../world.ts";
import type { Finding, Rule } from "./rule.ts";

const APIS = "apiregistration.k8s.io/apiservices";
const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

/** Aggregated APIs and conversions of custom resources whose server nobody answers. */
export const servedApis: Rule = {
  name: "served APIs",
  gone: ["/services", "/pods", "/namespaces"],
  made: ["/services", "/pods", APIS, DEFINITIONS],
  reads: [APIS, DEFINITIONS, "/services", "/pods", "discovery.k8s.io/endpointslices"],
  per: "cluster",
  find: (world) => {
    const findings: Finding[] = [];
    for (const api of world.all(APIS)) {
      const spec = api.body?.["spec"];
      const service = spec?.["service"];
      if (service === undefined || service === null) continue;
      const why = whyUnanswered(world, service.namespace, service.name);
      if (why === undefined) continue;
      findings.push({
        key: nameOf(api),
        object: nameOf(api),
        appears: `API ${spec.group}/${spec.version} is not served: ${why}. Until it is, namespaces that are deleted stay Terminating and owned objects are not collected`,
        scope: "cluster",
      });
    }
    for (const definition of world.all(DEFINITIONS)) {
      const conversion = definition.body?.["spec"]?.["conversion"];
      const service = conversion?.["webhook"]?.["clientConfig"]?.["service"];
      if (conversion?.["strategy"] !== "Webhook" || service === undefined) continue;
      const why = whyUnanswered(world, service.namespace, service.name);
      if (why === undefined) continue;
      findings.push({
        key: nameOf(definition),
        object: nameOf(definition),
        appears: `${definition.name} cannot be converted between its versions, so reads and writes of those not stored fail: ${why}`,
        scope: "cluster",
      });
    }
    return findings;
  },
};
