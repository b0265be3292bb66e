import { isRecord, removalOf, type Json, type Manifest } from "@interlock/kube-model";
import { builtinKind, typeOfCustomResource, type StructType } from "@interlock/kube-model/schema";

/** What is known of a manifest's kind where no cluster is asked. */
export interface ObjectKind {
  group: string;
  version: string;
  kind: string;
  /** As in paths; guessed of a kind that nothing here defines. */
  plural: string;
  /** Undefined where nothing says. */
  namespaced: boolean | undefined;
  /** Of what kube-apiserver itself serves, and of what a definition among the manifests describes. */
  type?: StructType;
  /** No longer served, from which minor on, and what is written instead. */
  removed?: { removed: number; use: string };
}

interface Definition {
  plural: string;
  namespaced: boolean;
  /** By version. */
  schemas: ReadonlyMap<string, Json>;
}

/** Kinds by what kube-apiserver serves, and by the definitions among the manifests themselves. */
export function kindsOf(manifests: readonly Manifest[]): (apiVersion: string, kind: string) => ObjectKind {
  const defined = new Map(manifests.flatMap(({ object }) => definitionOf(object)));
  const known = new Map<string, ObjectKind>();
  return (apiVersion, kind) => {
    const name = `${apiVersion} ${kind}`;
    const found = known.get(name) ?? kindOf(apiVersion, kind, defined);
    known.set(name, found);
    return found;
  };
}

function kindOf(apiVersion: string, kind: string, defined: ReadonlyMap<string, Definition>): ObjectKind {
  const slash = apiVersion.indexOf("/");
  const [group, version] = slash === -1 ? ["", apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  const builtin = builtinKind(apiVersion, kind);
  const custom = defined.get(`${group} ${kind}`);
  const removed = builtin === undefined ? removalOf(apiVersion, kind) : undefined;
  const type = builtin?.type ?? (custom?.schemas.has(version) === true ? describedType(custom.schemas.get(version), kind) : undefined);
  return {
    group,
    version,
    kind,
    plural: builtin?.plural ?? custom?.plural ?? guessedPlural(kind),
    namespaced: builtin?.namespaced ?? custom?.namespaced,
    ...(type !== undefined && { type }),
    ...(removed !== undefined && { removed }),
  };
}

function definitionOf(object: Manifest["object"]): [string, Definition][] {
  const spec: Json = object["spec"];
  const names: Json = isRecord(spec) ? spec["names"] : undefined;
  if (object.kind !== "CustomResourceDefinition" || !isRecord(names) || typeof names["plural"] !== "string") return [];
  const versions: Json[] = Array.isArray(spec["versions"]) ? spec["versions"].filter(isRecord) : [];
  const schemas = new Map(versions.map((one) => [String(one["name"]), one["schema"]?.["openAPIV3Schema"]]));
  return [
    [`${String(spec["group"])} ${String(names["kind"])}`, { plural: names["plural"], namespaced: spec["scope"] !== "Cluster", schemas }],
  ];
}

/** Undefined for a schema that is none: the definition itself has a finding of its own then, and says nothing of its objects. */
function describedType(schema: Json, kind: string): StructType | undefined {
  try {
    return isRecord(schema) ? typeOfCustomResource(schema, kind) : undefined;
  } catch {
    return undefined;
  }
}

/** As `kubectl` guesses where discovery is not asked (meta.UnsafeGuessKindToResource). */
function guessedPlural(kind: string): string {
  const lower = kind.toLowerCase();
  if (lower.endsWith("s")) return `${lower}es`;
  return lower.endsWith("y") ? `${lower.slice(0, -1)}ies` : `${lower}s`;
}
