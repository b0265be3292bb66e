import type { KubeObject } from "@interlock/kube-model";
import type { WriteResource } from "./gate/planned-write.ts";
import { objectName } from "./impact/resource-types.ts";

/** The name of what a write is about; of a new object without one, what it begins with. */
export const writtenObject = (resource: WriteResource, object?: KubeObject): string =>
  objectName(resource, resource.namespace, resource.name ?? object?.metadata?.name ?? `${object?.metadata?.["generateName"] ?? ""}*`);
