import { builtin } from "./builtin.ts";
import RESOURCES from "./data/resources.data.ts";
import type { StructType } from "./type.ts";

/** Names of the groups in `data/`. */
const TYPE_GROUP: Readonly<Record<string, string>> = {
  v1: "core",
  "apps/v1": "apps",
  "batch/v1": "batch",
  "autoscaling/v1": "autoscaling1",
  "autoscaling/v2": "autoscaling2",
  "policy/v1": "policy",
  "networking.k8s.io/v1": "networking",
  "rbac.authorization.k8s.io/v1": "rbac",
  "storage.k8s.io/v1": "storage",
  "admissionregistration.k8s.io/v1": "admission",
  "authentication.k8s.io/v1": "authentication",
  "authorization.k8s.io/v1": "authorization",
  "certificates.k8s.io/v1": "certificates",
  "coordination.k8s.io/v1": "coordination",
  "discovery.k8s.io/v1": "discovery",
  "events.k8s.io/v1": "events",
  "scheduling.k8s.io/v1": "scheduling",
  "node.k8s.io/v1": "node",
  "apiextensions.k8s.io/v1": "apiextensions",
  "apiregistration.k8s.io/v1": "apiregistration",
};

/** A kind that kube-apiserver itself serves, in one version. */
export interface BuiltinKind {
  /** Empty for the core group. */
  group: string;
  version: string;
  kind: string;
  plural: string;
  namespaced: boolean;
  type: StructType;
  /** What else its line says, e.g. `short` → `po`. */
  words: ReadonlyMap<string, string>;
}

/** In the order of discovery; of two versions of one resource the preferred one comes first. */
export const BUILTIN_KINDS: readonly BuiltinKind[] = RESOURCES.split("\n")
  .filter((line) => line !== "")
  .map((line) => {
    const [gv, kind, plural, scope, ...rest] = line.split(" ") as [string, string, string, string, ...string[]];
    const [group, version] = gv.includes("/") ? (gv.split("/") as [string, string]) : ["", gv];
    const words = new Map(rest.map((word) => word.split("=") as [string, string]));
    return { group, version, kind, plural, namespaced: scope === "ns", type: builtin(`${TYPE_GROUP[gv]!}.${kind}`), words };
  });

const byKind = new Map(BUILTIN_KINDS.map((one) => [`${one.group}/${one.version} ${one.kind}`, one]));

/** By `apiVersion` and `kind` as a manifest says them; undefined for what is not served by kube-apiserver 1.32 itself. */
export function builtinKind(apiVersion: string, kind: string): BuiltinKind | undefined {
  return byKind.get(`${apiVersion.includes("/") ? apiVersion : `/${apiVersion}`} ${kind}`);
}

/** Whether kube-apiserver itself serves a group, in whatever version. */
export const isBuiltinGroup = (group: string): boolean => BUILTIN_KINDS.some((one) => one.group === group);
