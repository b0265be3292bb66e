import type { KubeObject } from "./gate/json.ts";
import type { WriteResource } from "./gate/planned-write.ts";

/** `<group/version> <Kind> <namespace>/<name>`, e.g. `apps/v1 Deployment payments/checkout`; of a new object without a name, what it begins with. */
export function objectName({ group, version, kind, namespace, name }: WriteResource, object?: KubeObject): string {
  const own = name ?? object?.metadata?.name ?? `${object?.metadata?.["generateName"] ?? ""}*`;
  return `${group === "" ? "" : `${group}/`}${version} ${kind} ${namespace === undefined ? "" : `${namespace}/`}${own}`;
}
