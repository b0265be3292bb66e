import type { AnalysisContext } from "./analysis-context.ts";
import { findRelation } from "./catalog.ts";
import type { Catalog, CatalogColumn, CatalogRelation, ForeignKey, SessionFacts } from "./catalog-model.ts";
import type { Classification } from "./classification.ts";
import { creationSchema } from "./ddl/subject.ts";
import { isDefinition } from "./ddl/definitions.ts";
import type { Judgement } from "./judge.ts";
import { tableReferences } from "./table-references.ts";
import { rangeName, unwrap, type NameRef, type Node } from "./tree.ts";

/** Definitions that leave tables as they were made, keys and code included. */
const HARMLESS = new Set(["CreateStmt", "CreateTableAsStmt", "IndexStmt", "CommentStmt", "TruncateStmt", "CreateSeqStmt"]);
const TEMPORARY = "pg_temp";

/** Tables that a text makes for itself, known by its words alone: what follows in it finds them under their names, temporary ones first. */
export class MadeTables {
  #relations: CatalogRelation[] = [];
  #keys: ForeignKey[] = [];

  /** Takes note of a finished statement, which changed nothing but tables. */
  async follow(context: AnalysisContext, type: string, body: Node): Promise<void> {
    const into: Node | undefined = body.intoClause ?? body.into;
    const made = type === "CreateStmt" ? body.relation : ["CreateTableAsStmt", "SelectStmt"].includes(type) ? into?.rel : undefined;
    const settled = context.after.left === "shaped" && context.catalog.eventTriggers.length === 0;
    if (made && settled && !body.if_not_exists && !body.partspec && !this.#finds(rangeName(made))) return this.#add(context, made, body);
    const ends = type === "TransactionStmt" || (isDefinition(type) && !HARMLESS.has(type));
    if (made || ends || ["renamed", "lost"].includes(context.after.left)) this.#forget();
  }

  /** What a query finds that uses such tables and, where it writes, nothing else: no code is met on the way that may find others. */
  seenBy({ catalog, facts }: AnalysisContext, tree: Node, found: Classification, judged: Judgement): Seen | undefined {
    const type = unwrap(tree)?.[0] ?? "";
    if (this.#relations.length === 0 || !["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"].includes(type))
      return undefined;
    if (judged.ownCode || found.calls.length > 0) return undefined;
    const references = tableReferences(tree);
    const others = references.filter(({ ref }) => !this.#finds(ref));
    const plain = others.every(({ ref, statement }) => {
      const relation = findRelation(catalog, facts, ref);
      return statement === undefined && relation && ["r", "p", "m"].includes(relation.kind) && !relation.rowSecurity;
    });
    if (!plain || others.length === references.length) return undefined;
    return {
      facts: { ...facts, path: [TEMPORARY, ...facts.path] },
      catalog: {
        ...catalog,
        relations: new Map([...catalog.relations, ...this.#relations.map((relation) => [relation.oid, relation] as const)]),
        byName: new Map([
          ...catalog.byName,
          ...this.#relations.map((relation) => [`${relation.schema}.${relation.name}`, relation] as const),
        ]),
        foreignKeys: [...catalog.foreignKeys, ...this.#keys],
      },
    };
  }

  #finds(ref: NameRef): boolean {
    return this.#relations.some(({ schema, name }) => name === ref.name && (ref.schema === undefined || ref.schema === schema));
  }

  #forget(): void {
    this.#relations = [];
    this.#keys = [];
  }

  async #add(context: AnalysisContext, made: Node, body: Node): Promise<void> {
    const temporary = made.relpersistence === "t" || made.schemaname === TEMPORARY;
    // Named in the path they come where they stand there, perhaps after others.
    if (temporary && (await namesTemporary(context))) return this.#forget();
    // No OID of the server's own is negative.
    const oid = -1 - this.#relations.length;
    const columns = columnsOf(body.tableElts ?? []);
    const keys = keysOf(context, oid, columns, body.tableElts ?? []);
    if (!keys) return this.#forget();
    const schema = temporary ? TEMPORARY : creationSchema(context, rangeName(made));
    this.#relations.push({ ...EMPTY, oid, schema, name: made.relname, columns });
    this.#keys.push(...keys);
  }
}

export interface Seen {
  catalog: Catalog;
  facts: SessionFacts;
}

const EMPTY = {
  kind: "r",
  tuples: -1,
  pages: 0,
  rowSecurity: false,
  partition: false,
  defaultPartition: false,
  system: false,
  partitionKey: [],
  invoker: false,
};

async function namesTemporary({ session }: AnalysisContext): Promise<boolean> {
  const rows = await session.query("SELECT current_setting('search_path') ~ 'pg_temp' AS named", []);
  return rows[0]?.["named"] !== false;
}

const constraintsOf = (column: Node): Node[] => (column.constraints ?? []).map((item: Node) => item.Constraint);

/** Types are left open: nothing that is counted is asked of a table that is not there. */
const columnsOf = (elements: readonly Node[]): CatalogColumn[] =>
  elements
    .flatMap((item): Node[] => (item.ColumnDef ? [item.ColumnDef] : []))
    .map((column, at) => {
      const kinds = constraintsOf(column).map(({ contype }) => contype as string);
      const type: string = column.typeName?.names?.at(-1)?.String?.sval ?? "";
      const generated = kinds.includes("CONSTR_GENERATED");
      // A type of somebody's own may have a default.
      const builtin = column.typeName?.names?.length > 1 && column.typeName.names[0].String?.sval === "pg_catalog";
      return {
        name: column.colname,
        attnum: at + 1,
        type,
        typeOid: 0,
        notNull: kinds.includes("CONSTR_NOTNULL") || kinds.includes("CONSTR_PRIMARY"),
        ...(generated || kinds.includes("CONSTR_DEFAULT") || !builtin ? { expression: "(of its own)" } : {}),
        generated,
        identity: kinds.includes("CONSTR_IDENTITY"),
      };
    });

/** Keys to tables that are there; undefined where one leads elsewhere. */
function keysOf(
  { catalog, facts }: AnalysisContext,
  child: number,
  columns: CatalogColumn[],
  elements: readonly Node[],
): ForeignKey[] | undefined {
  const keys: ForeignKey[] = [];
  const attnum = (name: string): number => columns.find((column) => column.name === name)?.attnum ?? 0;
  for (const item of elements) {
    const own = item.ColumnDef ? constraintsOf(item.ColumnDef) : [item.Constraint];
    for (const constraint of own) {
      if (!constraint?.pktable) continue;
      const parent = findRelation(catalog, facts, rangeName(constraint.pktable));
      const names: string[] = item.ColumnDef
        ? [item.ColumnDef.colname]
        : (constraint.fk_attrs ?? []).map(({ String: text }: Node) => text.sval);
      if (!parent || own.some((other) => other?.contype === "CONSTR_ATTR_NOT_ENFORCED") || names.some((name) => attnum(name) === 0))
        return undefined;
      keys.push({
        oid: child * 100 - keys.length,
        name: constraint.conname ?? names.join("_"),
        child,
        parent: parent.oid,
        childColumns: names.map(attnum),
        parentColumns: [],
        onDelete: constraint.fk_del_action ?? "a",
        onUpdate: constraint.fk_upd_action ?? "a",
        deferrable: false,
        setColumns: [],
        temporal: false,
        acts: true,
        checks: true,
        enforced: true,
      });
    }
  }
  return keys;
}
