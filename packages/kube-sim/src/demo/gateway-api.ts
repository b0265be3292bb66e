import type { Fields, NewObject } from "../object.ts";
import { object } from "./manifest.ts";

const text = { type: "string" };
const open: Fields = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const list = (items: Fields): Fields => ({ type: "array", items });
const fields = (properties: Fields, required: string[] = []): Fields => ({
  type: "object",
  properties,
  ...(required.length > 0 ? { required } : {}),
});

const reference = (more: Fields = {}): Fields => fields({ group: text, kind: text, namespace: text, name: text, ...more }, ["name"]);
const port: Fields = { type: "integer", format: "int32" };

const ROUTE = fields({
  parentRefs: list(reference({ sectionName: text, port })),
  hostnames: list(text),
  rules: list(fields({ matches: list(open), filters: list(open), backendRefs: list(reference({ port, weight: port })), timeouts: open })),
});

const GATEWAY = fields(
  {
    gatewayClassName: text,
    addresses: list(open),
    listeners: {
      ...list(fields({ name: text, hostname: text, port, protocol: text, tls: open, allowedRoutes: open }, ["name", "port", "protocol"])),
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
    },
  },
  ["gatewayClassName", "listeners"],
);

const GRANT = fields(
  { from: list(fields({ group: text, kind: text, namespace: text })), to: list(fields({ group: text, kind: text, name: text })) },
  ["from", "to"],
);

function definition(
  kind: string,
  plural: string,
  version: string,
  scope: "Namespaced" | "Cluster",
  spec: Fields,
  names: Fields,
  columns: Fields[],
): NewObject {
  return object("apiextensions.k8s.io/v1", "CustomResourceDefinition", undefined, `${plural}.gateway.networking.k8s.io`, {
    spec: {
      group: "gateway.networking.k8s.io",
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase(), categories: ["gateway-api"], ...names },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [...columns, { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" }],
          schema: { openAPIV3Schema: fields({ apiVersion: text, kind: text, metadata: { type: "object" }, spec, status: open }, ["spec"]) },
        },
      ],
    },
  });
}

/** As much of the Gateway API as the demo's routes need. */
export const GATEWAY_API: readonly NewObject[] = [
  definition(
    "GatewayClass",
    "gatewayclasses",
    "v1",
    "Cluster",
    fields({ controllerName: text, description: text, parametersRef: open }, ["controllerName"]),
    { shortNames: ["gc"] },
    [{ name: "Controller", type: "string", jsonPath: ".spec.controllerName" }],
  ),
  definition("Gateway", "gateways", "v1", "Namespaced", GATEWAY, { shortNames: ["gtw"] }, [
    { name: "Class", type: "string", jsonPath: ".spec.gatewayClassName" },
    { name: "Address", type: "string", jsonPath: ".status.addresses[*].value" },
    { name: "Programmed", type: "string", jsonPath: '.status.conditions[?(@.type=="Programmed")].status' },
  ]),
  definition("HTTPRoute", "httproutes", "v1", "Namespaced", ROUTE, {}, [
    { name: "Hostnames", type: "string", jsonPath: ".spec.hostnames" },
  ]),
  definition("ReferenceGrant", "referencegrants", "v1beta1", "Namespaced", GRANT, { shortNames: ["refgrant"] }, []),
];
