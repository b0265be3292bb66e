import { isRecord, type Json, type KubeObject } from "../json.ts";
import { labelsOf, selects, type Labels } from "../label-selector.ts";
import type { Manifest, Place } from "../manifests/manifests.ts";
import { Selector } from "../network/compiled-selector.ts";
import { alikeOf, MADE_BY_CONTROLLERS, namedBy, openIn } from "../network/controller-labels.ts";
import { Rights, withBuiltinRoles } from "../rights/rights.ts";
import type { Path } from "./check.ts";
import { workloadsOf, type Workload } from "./workload.ts";

/** One object, and for a manifest where its fields are written. */
export interface Source {
  object: KubeObject;
  placeOf?(path: Path): Place;
}

/** What could not be read, and why, in words. `kind` as `group/Kind`. */
export interface Unread {
  kind: string;
  why: string;
}

export interface InventoryOptions {
  sources: Iterable<Source>;
  /** `manifests`: there may be more in the cluster than in the files. */
  from: "cluster" | "manifests";
  unread?: readonly Unread[];
  /** Label that says which environment a namespace belongs to. Default `env`. */
  environmentLabel?: string;
}

/** Namespaces that Kubernetes makes for itself. */
export const SYSTEM_NAMESPACES: ReadonlySet<string> = new Set(["kube-system", "kube-public", "kube-node-lease"]);

export const namespaceOf = ({ metadata }: KubeObject): string | undefined =>
  typeof metadata?.namespace === "string" && metadata.namespace !== "" ? metadata.namespace : undefined;
export const nameOf = (object: KubeObject): string => String(object.metadata?.name ?? object.metadata?.generateName ?? "");

/** `group/Kind`, the same in every version; `/Pod` in the core group. */
export function kindOf({ apiVersion, kind }: KubeObject): string {
  const version = String(apiVersion);
  return `${version.includes("/") ? version.slice(0, version.indexOf("/")) : ""}/${String(kind)}`;
}

/** Everything the checks look at, found by kind, by name and by label. */
export class Inventory {
  readonly from: "cluster" | "manifests";
  readonly environmentLabel: string;
  readonly unread: readonly Unread[];
  readonly #byKind: Map<string, Source[]>;
  readonly #named = new Map<string, Source>();
  #workloads: Workload[] | undefined;
  #rights: Rights | undefined;
  readonly #labelsIn = new Map<string, readonly Labels[]>();
  readonly #byNamespace = new Map<string, Map<string, Source[]>>();
  #workloadsIn: Map<string, Workload[]> | undefined;

  constructor({ sources, from, unread = [], environmentLabel = "env" }: InventoryOptions) {
    this.from = from;
    this.environmentLabel = environmentLabel;
    this.unread = unread;
    this.#byKind = Map.groupBy(sources, ({ object }) => kindOf(object));
    for (const [kind, list] of this.#byKind)
      for (const source of list) this.#named.set(`${kind} ${namespaceOf(source.object) ?? ""} ${nameOf(source.object)}`, source);
  }

  all(kind: string): readonly Source[] {
    return this.#byKind.get(kind) ?? [];
  }

  *everything(): Iterable<Source> {
    for (const list of this.#byKind.values()) yield* list;
  }

  find(kind: string, namespace: string | undefined, name: string): Source | undefined {
    return this.#named.get(`${kind} ${namespace ?? ""} ${name}`);
  }

  /**
   * Whether something of a kind that is not here is nowhere. Of a cluster: unless the kind could not be read. Manifests are taken for the whole
   * of what they deploy where they deploy anything; a file with a Service alone says nothing of its pods.
   */
  knows(...kinds: string[]): boolean {
    if (kinds.some((kind) => this.unread.some((one) => one.kind === kind))) return false;
    return this.from === "cluster" || this.workloads.length > 0;
  }

  /** Of one kind, those of one namespace. */
  in(kind: string, namespace: string | undefined): readonly Source[] {
    let byNamespace = this.#byNamespace.get(kind);
    if (byNamespace === undefined) {
      byNamespace = Map.groupBy(this.all(kind), ({ object }) => namespaceOf(object) ?? "");
      this.#byNamespace.set(kind, byNamespace);
    }
    return byNamespace.get(namespace ?? "") ?? [];
  }

  /** What runs pods and is made by nobody else: pods of a Deployment are looked at there. */
  get workloads(): readonly Workload[] {
    return (this.#workloads ??= [...this.everything()].flatMap((source) => workloadsOf(source, this.from)));
  }

  workloadsIn(namespace: string | undefined): readonly Workload[] {
    this.#workloadsIn ??= Map.groupBy(this.workloads, ({ source }) => namespaceOf(source.object) ?? "");
    return this.#workloadsIn.get(namespace ?? "") ?? [];
  }

  /** Different labels of the pods there are in a namespace: of a cluster those that run, and those that its workloads would make. */
  podLabels(namespace: string | undefined): readonly Labels[] {
    const known = this.#labelsIn.get(namespace ?? "");
    if (known !== undefined) return known;
    const all = [
      ...this.in("/Pod", namespace).map(({ object }) => labelsOf(object)),
      ...this.workloadsIn(namespace).map(({ labels }) => labels),
    ];
    // Pods of one workload have the same ones.
    const labels = [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
    this.#labelsIn.set(namespace ?? "", labels);
    return labels;
  }

  selectsAnyPod(selector: Json, namespace: string | undefined): boolean {
    return this.podLabels(namespace).some((labels) => selects(selector, labels)) || this.#maySelect(selector, namespace);
  }

  /** By labels that controllers add, too. Of manifests by any value that only the cluster gives, since nobody can say that none will have it. */
  #maySelect(json: Json, namespace: string | undefined): boolean {
    if (!isRecord(json)) return false;
    const selector = new Selector(json);
    if (!selector.keys.some((key) => MADE_BY_CONTROLLERS.has(key))) return false;
    const named = namedBy([selector]);
    return this.workloadsIn(namespace)
      .flatMap(({ source, labels }) => alikeOf(source.object, labels, named))
      .some(({ labels }) => selector.selects(labels) || (this.from === "manifests" && openIn(selector, labels).length > 0));
  }

  /** Of manifests: namespaces that objects are put into and that are in the cluster, or in other files. */
  get namespacesElsewhere(): string[] {
    const named = new Set(this.workloads.flatMap(({ source }) => namespaceOf(source.object) ?? []));
    return [...named].filter((name) => this.find("/Namespace", undefined, name) === undefined).toSorted();
  }

  /** Of manifests: roles that are bound and are not here. */
  get rolesElsewhere(): string[] {
    const names = [...this.rights.dangling()].map(
      (binding) => `${String(binding["roleRef"]?.["kind"])} ${String(binding["roleRef"]?.["name"])}`,
    );
    return [...new Set(names)].toSorted();
  }

  get rights(): Rights {
    if (this.#rights !== undefined) return this.#rights;
    const objects = [...this.everything()].map(({ object }) => object);
    if (this.from === "cluster") return (this.#rights = new Rights(objects, { aggregated: "stored" }));
    return (this.#rights = new Rights(withBuiltinRoles(objects), { aggregated: "computed" }));
  }

  /** The source that an object came from. */
  sourceOf(object: KubeObject): Source {
    return this.find(kindOf(object), namespaceOf(object), nameOf(object)) ?? { object };
  }
}

/** An inventory of the objects of some manifests. */
export function inventoryOfManifests(manifests: readonly Manifest[], options: { environmentLabel?: string } = {}): Inventory {
  const sources = manifests.map(({ object, placeOf }): Source => ({ object: withoutNulls(object), placeOf }));
  return new Inventory({ sources, from: "manifests", ...options });
}

/** A field that is null is one that is not set (API conventions); items of lists stay in their places. */
function withoutNulls<T extends Json>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutNulls) as T;
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)])) as T;
}

/** Namespaces that the makers of a managed cluster run for themselves. */
const PROVIDERS = /^(openshift(-.+)?|gke-managed-.+|gmp-.+|gke-gmp-system|aks-.+)$/;

export const isSystemNamespace = (namespace: string | undefined): boolean =>
  namespace !== undefined && (SYSTEM_NAMESPACES.has(namespace) || PROVIDERS.test(namespace));
