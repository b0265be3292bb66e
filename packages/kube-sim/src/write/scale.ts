import { badRequest, noSuchPath, notFound } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { clone, type Fields, isFields, type KubeObject } from "../object.ts";
import type { Resource } from "../registry/resource.ts";
import { selectorText } from "../store/label-selector.ts";
import type { WriteOptions } from "./options.ts";
import { update } from "./update.ts";

interface Paths {
  spec: string[];
  status: string[];
  selector: string[] | undefined;
}

function pathsOf(resource: Resource): Paths {
  const scale = resource.custom?.scale;
  if (scale === undefined) return { spec: ["spec", "replicas"], status: ["status", "replicas"], selector: undefined };
  const split = (path: string): string[] => path.replace(/^\./, "").split(".");
  return {
    spec: split(scale.specReplicasPath),
    status: split(scale.statusReplicasPath),
    selector: scale.labelSelectorPath === undefined ? undefined : split(scale.labelSelectorPath),
  };
}

const at = (object: Fields, path: readonly string[]): any => path.reduce<any>((value, key) => value?.[key], object);

/** The Scale that stands for an object. */
export function scaleOf(resource: Resource, object: KubeObject): KubeObject {
  const paths = pathsOf(resource);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = object["spec"]?.selector;
  const text =
    paths.selector !== undefined
      ? at(object, paths.selector)
      : resource.custom !== undefined
        ? undefined
        : resource.storage === "replicationcontrollers"
          ? selectorText({ matchLabels: selector })
          : selectorText(selector);
  const replicas = at(object, paths.spec);
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject["metadata"],
    spec: replicas ? { replicas } : {},
    status: { replicas: at(object, paths.status) ?? 0, ...(text === undefined ? {} : { selector: text }) },
  };
}

export function readScale(cluster: Cluster, resource: Resource, namespace: string | undefined, name: string): KubeObject {
  if (!resource.subresources.some((one) => one.name === "scale")) throw noSuchPath();
  const object = cluster.store.get(resource.storage, namespace, name);
  if (object === undefined) throw notFound(resource, name);
  return scaleOf(resource, object);
}

/** Changes the number of replicas. `change` gets the Scale and returns the new one. */
export function writeScale(
  cluster: Cluster,
  resource: Resource,
  namespace: string | undefined,
  name: string,
  change: (scale: KubeObject) => unknown,
  options: WriteOptions,
): KubeObject {
  const paths = pathsOf(resource);
  const object = update(
    cluster,
    resource,
    namespace,
    name,
    (current) => {
      const scale = change(scaleOf(resource, current));
      if (!isFields(scale)) throw badRequest("the object provided is no Scale");
      const replicas = scale["spec"]?.replicas ?? 0;
      if (!Number.isInteger(replicas) || replicas < 0) {
        throw badRequest(
          `Scale.autoscaling "${name}" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`,
        );
      }
      const body: Fields = clone(current);
      const parent = paths.spec.slice(0, -1).reduce<any>((value, key) => (value[key] ??= {}), body);
      parent[paths.spec.at(-1)!] = replicas;
      const { uid, resourceVersion } = scale["metadata"] ?? {};
      body["metadata"] = { ...body["metadata"], ...(uid && { uid }), resourceVersion: resourceVersion ?? "" };
      return { body };
    },
    { ...options, subresource: "scale" },
  );
  return scaleOf(resource, object);
}
