import type { SourceColumn } from "@interlock/connector";
import { parseGrammar } from "./grammar.ts";
import { LineageWalk, type LineageFacts } from "./lineage-query.ts";
import { calledNames, relationNames, userDefinedNames } from "./lineage-names.ts";
import type { Columns, Sources } from "./lineage-sources.ts";
import type { Query } from "./query.ts";
import { loadRelations, type LoadedRelation } from "./relation-loader.ts";
import { nameKey, type Node } from "./tree.ts";
import { loadTypes } from "./type-search.ts";

/** A column as the server describes it before the first row. OIDs are 0 where the server names no table. */
export interface DescribedField {
  name: string;
  tableOid: number;
  columnAttnum: number;
  typeOid: number;
}

/** Deepest nesting of views that is followed. */
const VIEW_DEPTH = 32;

/**
 * Where the values of one statement's result columns are stored. `query` must run in the session that runs the statement, so that names
 * mean the same. The returned function is called with what the server describes; where the two disagree the sources are `unknown`.
 */
export async function lineageOf(statementText: string, query: Query): Promise<(fields: readonly DescribedField[]) => SourceColumn[]> {
  const typeOf = await loadTypes(query);
  const { columns, origin } = await columnsOf(statementText, query);
  return (fields) => {
    const known = columns !== "unknown" && columns.length === fields.length ? columns : undefined;
    return fields.map((field, i) => {
      const type = typeOf(field.typeOid);
      const sources: Sources = known ? checked(known[i]!.sources, field, origin) : "unknown";
      return {
        name: field.name,
        type: type.name,
        sources: sources === "unknown" ? sources : [...sources].sort(),
        searchable: type.searchable,
        stored: sources !== "unknown" && sources.size === 1 && sources.has(origin(field.tableOid, field.columnAttnum) ?? ""),
      };
    });
  };
}

/** A column the server takes straight from a table must be among the sources; else the walk misread something. */
function checked(sources: Sources, field: DescribedField, origin: (oid: number, attnum: number) => string | undefined): Sources {
  if (sources === "unknown" || field.tableOid === 0 || field.columnAttnum <= 0) return sources;
  const stored = origin(field.tableOid, field.columnAttnum);
  return stored !== undefined && sources.has(stored) ? sources : "unknown";
}

interface StatementColumns {
  columns: Columns;
  origin: (oid: number, attnum: number) => string | undefined;
}

async function columnsOf(text: string, query: Query): Promise<StatementColumns> {
  const nothing: StatementColumns = { columns: "unknown", origin: () => undefined };
  const parsed = parseGrammar(text);
  const tree = parsed.ok && parsed.statements.length === 1 ? parsed.statements[0]!.stmt : undefined;
  if (!tree) return nothing;
  const { facts, relations } = await loadFacts(tree, query);
  const origin = (oid: number, attnum: number) => {
    const relation = relations.find((candidate) => candidate.oid === oid);
    const column = relation?.columns.find((candidate) => candidate.attnum === attnum);
    return relation && column ? `${relation.schema}.${relation.name}.${column.name}`.toLowerCase() : undefined;
  };
  // A tree nested beyond the stack is not followed.
  try {
    return {
      columns: shown(tree) ?? new LineageWalk(facts).statement(tree),
      origin,
    };
  } catch (error) {
    if (error instanceof RangeError) return nothing;
    throw error;
  }
}

/** What SHOW returns; undefined for any other statement. Settings with a dot are free for functions to keep what they like in. */
function shown(tree: Node): Columns | undefined {
  const show = tree["VariableShowStmt"] as { name: string } | undefined;
  if (show === undefined) return undefined;
  return show.name.includes(".") ? "unknown" : [{ name: show.name, sources: new Set() }];
}

/** Loads every relation the statement reaches, views within views included, level by level. */
async function loadFacts(tree: Node, query: Query): Promise<{ facts: LineageFacts; relations: LoadedRelation[] }> {
  const byName = new Map<string, LoadedRelation>();
  const views = new Map<number, Node>();
  const generated = new Map<string, Node>();
  const trees: Node[] = [tree];
  let names = relationNames(tree);
  for (let depth = 0; names.length > 0 && depth < VIEW_DEPTH; depth++) {
    const found = await loadRelations(names, query);
    const below: Node[] = [];
    for (const [key, relation] of found) {
      byName.set(key, relation);
      if (relation.schema === "pg_catalog" || relation.schema === "information_schema") continue;
      if (relation.definition !== undefined && !views.has(relation.oid)) {
        const parsed = parseGrammar(relation.definition);
        if (parsed.ok && parsed.statements.length === 1) {
          views.set(relation.oid, parsed.statements[0]!.stmt);
          below.push(parsed.statements[0]!.stmt);
        }
      }
      for (const column of relation.columns) {
        if (column.generated === undefined) continue;
        const parsed = parseGrammar(`select ${column.generated}`);
        const target = parsed.ok ? parsed.statements[0]?.stmt.SelectStmt?.targetList?.[0]?.ResTarget?.val : undefined;
        if (!target) continue;
        generated.set(`${relation.oid}.${column.name}`, target);
        trees.push(target);
      }
    }
    trees.push(...below);
    names = relationNames(below).filter((ref) => !byName.has(nameKey(ref)));
  }
  const own = await userDefinedNames(trees, query);
  const facts: LineageFacts = {
    relation: (ref) => byName.get(nameKey(ref)),
    view: (relation) => views.get(relation.oid),
    generated: (relation, column) => generated.get(`${relation.oid}.${column}`),
    own,
    sets: calledNames(trees).functions.has("set_config") || [...own].some((name) => name.startsWith("f:")),
  };
  return { facts, relations: [...byName.values()] };
}
