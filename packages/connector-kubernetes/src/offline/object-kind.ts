import { isRecord, type Json, type Manifest } from "@interlock/kube-model";
import { builtinKind, type BuiltinKind } from "@interlock/kube-model/schema";
import { REMOVED_APIS } from "./removed-apis.data.ts";

/** What is known of a manifest's kind where no cluster is asked. */
export interface ObjectKind {
  group: string;
  version: string;
  kind: string;
  /** As in paths; guessed of a kind that nothing here defines. */
  plural: string;
  /** Undefined where nothing says. */
  namespaced: boolean | undefined;
  /** Of kinds that kube-apiserver itself serves. */
  builtin?: BuiltinKind;
  /** No longer served, and since when. */
  removed?: { since: string; instead: string };
}

/** Kinds by what kube-apiserver serves, and by the definitions among the manifests themselves. */
export function kindsOf(manifests: readonly Manifest[]): (apiVersion: string, kind: string) => ObjectKind {
  const defined = new Map<string, { plural: string; namespaced: boolean }>();
  for (const { object } of manifests) {
    const spec: Json = object["spec"];
    const names: Json = isRecord(spec) ? spec["names"] : undefined;
    if (object.kind !== "CustomResourceDefinition" || !isRecord(names) || typeof names["plural"] !== "string") continue;
    defined.set(`${String(spec["group"])} ${String(names["kind"])}`, { plural: names["plural"], namespaced: spec["scope"] !== "Cluster" });
  }
  return (apiVersion, kind) => {
    const slash = apiVersion.indexOf("/");
    const [group, version] = slash === -1 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
    const builtin = builtinKind(apiVersion, kind);
    const custom = defined.get(`${group} ${kind}`);
    const removed = builtin === undefined ? (REMOVED_APIS[`${apiVersion} ${kind}`] ?? REMOVED_APIS[`${apiVersion} *`]) : undefined;
    return {
      group,
      version,
      kind,
      plural: builtin?.plural ?? custom?.plural ?? guessedPlural(kind),
      namespaced: builtin?.namespaced ?? custom?.namespaced,
      ...(builtin !== undefined && { builtin }),
      ...(removed !== undefined && { removed }),
    };
  };
}

/** As `kubectl` guesses where discovery is not asked (meta.UnsafeGuessKindToResource). */
function guessedPlural(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("s")) return `${lower}es`;
  return lower.endsWith("y") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
