import { badRequest } from "../api-error.ts";
import type { KubeObject } from "../object.ts";

export interface FieldRequirement {
  path: string;
  equal: boolean;
  value: string;
}

/** What can be asked for beside `metadata.name` and `metadata.namespace`, by storage. Any other field is refused, as by the server. */
const SELECTABLE: Readonly<Record<string, readonly string[]>> = {
  pods: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.nominatedNodeName",
  ],
  events: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  secrets: ["type"],
  namespaces: ["status.phase"],
  nodes: ["spec.unschedulable"],
  services: ["spec.clusterIP", "spec.type"],
  replicationcontrollers: ["status.replicas"],
  "apps/replicasets": ["status.replicas"],
  "batch/jobs": ["status.successful"],
  "certificates.k8s.io/certificatesigningrequests": ["spec.signerName"],
};

/** Values of fields that are not there; the server compares with the zero value of the type. */
const ZERO: Readonly<Record<string, string>> = { "spec.unschedulable": "false", "spec.hostNetwork": "false", "status.replicas": "0" };

/** Reads the query parameter `fieldSelector` for one storage. Throws 400 for a field that cannot be selected by. */
export function parseFieldSelector(text: string, storage: string): FieldRequirement[] {
  if (text === "") return [];
  return text.split(",").map((item) => {
    const parts = /^([^=!]+?)(==|!=|=)(.*)$/.exec(item.trim());
    if (parts === null) throw badRequest(`invalid selector: '${text}'; can't understand '${item}'`);
    const path = parts[1]!;
    if (path !== "metadata.name" && path !== "metadata.namespace" && !SELECTABLE[storage]?.includes(path)) {
      throw badRequest(
        `Unable to find "${storage}" that match label selector "", field selector "${text}": field label not supported: ${path}`,
      );
    }
    return { path, equal: parts[2] !== "!=", value: parts[3]! };
  });
}

export const matchesFields = (requirements: readonly FieldRequirement[], object: KubeObject): boolean =>
  requirements.every(({ path, equal, value }) => (valueAt(object, path) === value) === equal);

function valueAt(object: KubeObject, path: string): string {
  if (path === "source") return object["source"]?.component ?? "";
  let value: any = object;
  for (const key of path.split(".")) value = value?.[key];
  return value === undefined || value === null ? (ZERO[path] ?? "") : String(value);
}
