import type { Json } from "../../json.ts";
import { removalOf } from "../../schema/removed-apis.data.ts";
import type { Check } from "../check.ts";
import { decide } from "../fix.ts";
import { draft } from "../rules.ts";

/** Who still writes an object in an old version, by the server's own record. */
function writers(managed: Json): { index: number; apiVersion: string; manager: string }[] {
  if (!Array.isArray(managed)) return [];
  return managed.map((entry, index) => ({ index, apiVersion: String(entry?.["apiVersion"]), manager: String(entry?.["manager"]) }));
}

export const DEPRECATED_APIS: readonly Check[] = [
  {
    id: "deprecated-api",
    title: "API versions that are gone",
    severity: "medium",
    area: "namespaces",
    why: "A manifest of such a version is refused by newer servers: a rebuild of the cluster, or the next upgrade, fails on it.",
    reads: [],
    *find(inventory) {
      if (inventory.unread.length > 0) yield { unknown: "What could not be read may be written in such versions, too." };
      for (const source of inventory.everything()) {
        const { object } = source;
        const own = removalOf(String(object.apiVersion), String(object.kind));
        if (inventory.from === "manifests") {
          if (own !== undefined)
            yield draft(
              source,
              `${object.apiVersion} ${object.kind} is not served from Kubernetes 1.${own.removed} on.`,
              [{ path: ["apiVersion"] }],
              decide(`Write it as ${own.use}; some fields have other names there (kubectl convert shows it).`),
            );
          continue;
        }
        // A cluster tells an object in a version that it serves; in which one somebody writes it, the field managers say.
        const old = writers(object.metadata?.managedFields).find(
          ({ apiVersion }) => removalOf(apiVersion, String(object.kind)) !== undefined,
        );
        if (old === undefined) continue;
        const { removed, use } = removalOf(old.apiVersion, String(object.kind))!;
        yield draft(
          source,
          `${old.manager} writes it as ${old.apiVersion}, which is not served from Kubernetes 1.${removed} on.`,
          [{ path: ["metadata", "managedFields", old.index, "apiVersion"] }],
          decide(`Let ${old.manager} write it as ${use}.`),
        );
      }
    },
  },
];
