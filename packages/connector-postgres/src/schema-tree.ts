import type { SchemaTree } from "@interlock/protocol";
import { qualified } from "./catalog.ts";
import type { Catalog } from "./catalog-model.ts";
import { matchesMask } from "./masked-columns.ts";

type ObjectKind = SchemaTree["schemas"][number]["objects"][number]["kind"];

const KINDS: Record<string, ObjectKind> = { r: "table", p: "partitioned", v: "view", m: "materialized", f: "foreign", S: "sequence" };

/** The catalogue for people: their own schemas first by name, partitions left to their parents, functions after relations. */
export function schemaTree(catalog: Catalog, masked: readonly string[]): SchemaTree {
  const schemas = catalog.schemas.filter((name) => name !== "pg_catalog" && name !== "information_schema");
  const trees = schemas.map((name): SchemaTree["schemas"][number] => ({ name, objects: [] }));
  const bySchema = new Map(trees.map((tree) => [tree.name, tree.objects]));
  for (const relation of catalog.relations.values()) {
    const kind = KINDS[relation.kind];
    if (!kind || relation.partition) continue;
    bySchema.get(relation.schema)?.push({
      name: relation.name,
      kind,
      ...(rowsOf(catalog, relation.oid) >= 0 && kind !== "view" && kind !== "sequence"
        ? { rows: Math.round(rowsOf(catalog, relation.oid)) }
        : {}),
      columns:
        kind === "sequence"
          ? []
          : relation.columns.map((column) => ({
              name: column.name,
              type: column.type,
              nullable: !column.notNull,
              masked: matchesMask(`${qualified(relation)}.${column.name}`, masked),
            })),
    });
  }
  for (const fn of catalog.functions.values())
    if (!fn.extension) bySchema.get(fn.schema)?.push({ name: fn.name, kind: "function", columns: [] });
  const rank = (kind: ObjectKind) =>
    ["table", "partitioned", "foreign", "view", "materialized", "sequence", "type", "function"].indexOf(kind);
  for (const tree of trees) tree.objects.sort((a, b) => rank(a.kind) - rank(b.kind) || (a.name < b.name ? -1 : 1));
  return { schemas: trees };
}

/** A partitioned table has as many rows as its partitions. */
function rowsOf(catalog: Catalog, oid: number): number {
  const relation = catalog.relations.get(oid);
  if (relation?.kind !== "p") return relation?.tuples ?? -1;
  return (catalog.children.get(oid) ?? []).reduce((sum, child) => sum + Math.max(0, rowsOf(catalog, child)), 0);
}
