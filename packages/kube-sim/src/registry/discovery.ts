import { groupVersion, type Resource } from "./resource.ts";

/** `APIVersions`, at `/api`. */
export const coreVersions = (address: string): unknown => ({
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: address }],
});

interface Group {
  name: string;
  versions: string[];
}

function groupsOf(resources: readonly Resource[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { group, version } of resources) {
    const found = groups.get(group) ?? { name: group, versions: [] };
    if (!found.versions.includes(version)) found.versions.push(version);
    groups.set(group, found);
  }
  return [...groups.values()];
}

const shownGroup = ({ name, versions }: Group): Record<string, unknown> => {
  const shown = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: shown, preferredVersion: shown[0] };
};

/** `APIGroupList`, at `/apis`. */
export const groupList = (resources: readonly Resource[]): unknown => ({
  kind: "APIGroupList",
  apiVersion: "v1",
  groups: groupsOf(resources)
    .filter(({ name }) => name !== "")
    .map(shownGroup),
});

/** `APIGroup`, at `/apis/<group>`; `undefined` for a group that is not served. */
export function oneGroup(resources: readonly Resource[], name: string): unknown {
  const group = groupsOf(resources).find((one) => one.name === name);
  return group === undefined || name === "" ? undefined : { kind: "APIGroup", apiVersion: "v1", ...shownGroup(group) };
}

/** `APIResourceList` of one version; `undefined` for one that is not served. */
export function resourceList(resources: readonly Resource[], apiVersion: string): unknown {
  const own = resources.filter((one) => groupVersion(one) === apiVersion);
  if (own.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    ...(apiVersion === "v1" ? {} : { apiVersion: "v1" }),
    groupVersion: apiVersion,
    resources: own.flatMap((one) => [
      {
        name: one.plural,
        singularName: one.singular,
        namespaced: one.namespaced,
        kind: one.kind,
        verbs: one.verbs,
        ...(one.shortNames.length > 0 ? { shortNames: one.shortNames } : {}),
        ...(one.categories.length > 0 ? { categories: one.categories } : {}),
      },
      ...one.subresources.map((sub) => ({
        name: `${one.plural}/${sub.name}`,
        singularName: "",
        namespaced: one.namespaced,
        ...(sub.group === undefined ? {} : { group: sub.group, version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  };
}

/** `APIGroupDiscoveryList`: all of it in one answer. `core` for `/api`, the named groups for `/apis`. `stale` versions have no server behind. */
export function aggregated(
  resources: readonly Resource[],
  core: boolean,
  version: "v2" | "v2beta1",
  stale: readonly { group: string; version: string }[],
): unknown {
  const groups = groupsOf(resources.filter((one) => (one.group === "") === core));
  const missing = core ? [] : stale;
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: [
      ...groups.map(({ name, versions }) => ({
        metadata: { creationTimestamp: null, ...(name === "" ? {} : { name }) },
        versions: versions.map((one) => ({
          version: one,
          resources: resources.filter((resource) => resource.group === name && resource.version === one).map(discovered),
          freshness: "Current",
        })),
      })),
      ...missing.map((one) => ({
        metadata: { creationTimestamp: null, name: one.group },
        versions: [{ version: one.version, freshness: "Stale" }],
      })),
    ],
  };
}

const discovered = (one: Resource): Record<string, unknown> => ({
  resource: one.plural,
  responseKind: { group: one.group, version: one.version, kind: one.kind },
  scope: one.namespaced ? "Namespaced" : "Cluster",
  singularResource: one.singular,
  verbs: one.verbs,
  ...(one.shortNames.length > 0 ? { shortNames: one.shortNames } : {}),
  ...(one.categories.length > 0 ? { categories: one.categories } : {}),
  ...(one.subresources.length > 0
    ? {
        subresources: one.subresources.map((sub) => ({
          subresource: sub.name,
          responseKind: { group: sub.group ?? one.group, version: sub.version ?? one.version, kind: sub.kind },
          verbs: sub.verbs,
        })),
      }
    : {}),
});
