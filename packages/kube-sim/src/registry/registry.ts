import { typeOfCustomResource } from "@interlock/kube-model/schema";
import type { Fields, KubeObject } from "../object.ts";
import type { Store } from "../store/store.ts";
import { BUILTIN_RESOURCES } from "./builtin-resources.ts";
import { FULL_VERBS, type Resource, type Subresource } from "./resource.ts";

export const DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";

/** What the server serves right now: the built-in resources and those that CustomResourceDefinitions add. */
export class Registry {
  #store: Store;
  #all: readonly Resource[] | undefined;

  constructor(store: Store) {
    this.#store = store;
    store.onChange((change) => {
      if (change.storage === DEFINITIONS) this.#all = undefined;
    });
  }

  all(): readonly Resource[] {
    this.#all ??= [...BUILTIN_RESOURCES, ...this.#store.list(DEFINITIONS).flatMap(customResources)];
    return this.#all;
  }

  /** By the names in a request's path. */
  find(group: string, version: string, plural: string): Resource | undefined {
    return this.all().find((one) => one.plural === plural && one.group === group && one.version === version);
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    const [group, version] = apiVersion.includes("/") ? (apiVersion.split("/") as [string, string]) : ["", apiVersion];
    return this.all().find((one) => one.kind === kind && one.group === group && one.version === version);
  }

  /** The version in which a storage keeps its objects. */
  stored(storage: string): Resource | undefined {
    return this.all().find((one) => one.storage === storage && one.conversion === undefined);
  }

  /** One resource for every storage whose objects can be listed. */
  storages(): Resource[] {
    const found = new Map<string, Resource>();
    for (const one of this.all()) {
      if (one.verbs.includes("list") && one.conversion === undefined && !found.has(one.storage)) found.set(one.storage, one);
    }
    return [...found.values()];
  }
}

/** The resources of one definition, the preferred version first: by how stable a version is, then by its number. */
export function customResources(definition: KubeObject): Resource[] {
  const spec: Fields = definition["spec"];
  const served: Fields[] = spec["versions"].filter((version: Fields) => version["served"] === true);
  const sorted = served.toSorted((a, b) => rank(b["name"]) - rank(a["name"]));
  const storageVersion = spec["versions"].find((version: Fields) => version["storage"] === true)?.name;
  return sorted.map((version) => customResource(definition, version, storageVersion));
}

function customResource(definition: KubeObject, version: Fields, storageVersion: string): Resource {
  const spec: Fields = definition["spec"];
  const names: Fields = spec["names"];
  const kind: string = names["kind"];
  const subresources: Subresource[] = [];
  const readWrite = ["get", "patch", "update"];
  if (version["subresources"]?.status !== undefined) subresources.push({ name: "status", kind, verbs: readWrite });
  const scale = version["subresources"]?.scale;
  if (scale !== undefined) subresources.push({ name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs: readWrite });
  const apiVersion = (of: string): string => `${spec["group"]}/${of}`;
  const resource: Resource = {
    group: spec["group"],
    version: version["name"],
    kind,
    plural: names["plural"],
    singular: names["singular"] ?? kind.toLowerCase(),
    shortNames: names["shortNames"] ?? [],
    categories: names["categories"] ?? [],
    namespaced: spec["scope"] === "Namespaced",
    verbs: FULL_VERBS,
    subresources,
    type: typeOfCustomResource(version["schema"]?.openAPIV3Schema, `${definition.metadata.name}.${version["name"]}.${kind}`),
    storage: `${spec["group"]}/${names["plural"]}`,
    custom: {
      definition: definition.metadata.name,
      columns: version["additionalPrinterColumns"] ?? [],
      hasStatus: subresources.some((one) => one.name === "status"),
      ...(scale === undefined ? {} : { scale }),
    },
  };
  if (version["name"] !== storageVersion) {
    // Strategy None: versions differ in their name alone. A conversion webhook could not be called from here.
    resource.conversion = {
      fromStored: (object) => ({ ...object, apiVersion: apiVersion(version["name"]) }),
      toStored: (object) => ({ ...object, apiVersion: apiVersion(storageVersion) }),
    };
  }
  return resource;
}

/** v2 before v1 before v1beta2 before v1alpha1 before anything else, as the API conventions order versions. */
function rank(version: string): number {
  const parts = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (parts === null) return 0;
  const stability = parts[2] === undefined ? 3 : parts[2] === "beta" ? 2 : 1;
  return stability * 1e6 + Number(parts[1]) * 1e3 + Number(parts[3] ?? 0);
}
