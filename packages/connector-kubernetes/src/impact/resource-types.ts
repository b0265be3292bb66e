import type { ResourceType } from "@interlock/kube-model";

export type { ResourceType };

/** `<group>/<resource>`, e.g. `apps/deployments`, `/pods`: the same in every version. */
export const keyOfType = (type: Pick<ResourceType, "group" | "resource">): string => `${type.group}/${type.resource}`;

/** Where two groups serve the same objects, the one named first here stands for them. */
const ORDER = ["", "apps", "batch", "networking.k8s.io", "policy", "autoscaling"];
const LAST = new Set(["extensions", "events.k8s.io"]);

function rank(group: string): number {
  const known = ORDER.indexOf(group);
  if (known !== -1) return known;
  return LAST.has(group) ? ORDER.length + 1 : ORDER.length;
}

/** The types of a cluster, each in the version the server prefers, groups that stand for others first. */
export class ResourceTypes {
  readonly all: readonly ResourceType[];
  /** Groups that could not be asked, and why. */
  readonly failed: readonly { group: string; reason: string }[];
  readonly #byKey = new Map<string, ResourceType>();
  readonly #byKind = new Map<string, ResourceType>();

  /** `types`: of one group the preferred version first. */
  constructor(types: Iterable<ResourceType>, failed: readonly { group: string; reason: string }[] = []) {
    for (const type of types) {
      const key = keyOfType(type);
      if (this.#byKey.has(key)) continue;
      this.#byKey.set(key, type);
      const kind = `${type.group}/${type.kind}`;
      if (!this.#byKind.has(kind)) this.#byKind.set(kind, type);
    }
    this.all = [...this.#byKey.values()].toSorted((left, right) => rank(left.group) - rank(right.group));
    this.failed = failed;
  }

  /** By `<group>/<resource>`. */
  find(key: string): ResourceType | undefined {
    return this.#byKey.get(key);
  }

  /** By an object's `apiVersion` (whose version does not matter) and kind. */
  ofKind(apiVersion: string, kind: string): ResourceType | undefined {
    const slash = apiVersion.indexOf("/");
    return this.#byKind.get(`${slash === -1 ? "" : apiVersion.slice(0, slash)}/${kind}`);
  }
}

/** `<group/version> <Kind> <namespace>/<name>`; core group `v1 Pod payments/web-1`, cluster-scoped `v1 Namespace payments`. */
export function objectName(type: Pick<ResourceType, "group" | "version" | "kind">, namespace: string | undefined, name: string): string {
  const version = type.group === "" ? type.version : `${type.group}/${type.version}`;
  return `${version} ${type.kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
