import type { Cluster } from "../cluster.ts";
import type { KubeObject } from "../object.ts";
import type { PrinterColumn, Resource } from "../registry/resource.ts";
import { AGE, age, type Column, NAME } from "./column.ts";
import { COLUMNS } from "./columns.ts";
import { jsonPath } from "./json-path.ts";

/** How much of each object a row carries. */
export type Include = "None" | "Metadata" | "Object";

export const columnsOf = (resource: Resource): readonly Column[] =>
  resource.custom === undefined ? (COLUMNS[resource.storage] ?? [NAME, AGE]) : customColumns(resource.custom.columns);

function customColumns(given: readonly PrinterColumn[]): Column[] {
  const columns: Column[] = given.map((one) => ({
    name: one.name,
    type: one.type as Column["type"],
    ...(one.format === undefined ? {} : { format: one.format }),
    priority: one.priority === undefined || one.priority === 0 ? 0 : 1,
    value: (object, cluster) => {
      const found = jsonPath(object, one.jsonPath);
      if (found.length === 0) return one.type === "string" || one.type === "date" ? "" : null;
      if (one.type === "date") return age(String(found[0]), cluster);
      if (one.type !== "string") return found[0];
      return found.map((value) => (typeof value === "object" ? JSON.stringify(value) : String(value))).join(",");
    },
  }));
  return columns.length === 0 ? [NAME, AGE] : [NAME, ...columns];
}

export function table(
  cluster: Cluster,
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: Record<string, unknown>,
  options: { version: string; include: Include; columns: boolean },
): Record<string, unknown> {
  const columns = columnsOf(resource);
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata,
    columnDefinitions: options.columns
      ? columns.map(({ name, type, format, priority }) => ({
          name,
          type,
          format: format ?? "",
          description: `${name} of the ${resource.kind}.`,
          priority,
        }))
      : null,
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.value(object, cluster)),
      ...(options.include === "None" ? {} : { object: options.include === "Object" ? object : partial(object, options.version) }),
    })),
  };
}

/** An object without all but its metadata. */
export const partial = (object: KubeObject, version: string): Record<string, unknown> => ({
  kind: "PartialObjectMetadata",
  apiVersion: `meta.k8s.io/${version}`,
  metadata: object.metadata,
});
