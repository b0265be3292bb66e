import type { Node } from "./tree.ts";

/** Something the grammar of PostgreSQL 18 reads and an older server does not. */
export interface Syntax {
  /** First major version that reads it (appendix E of the manual, "Release Notes"; gram.y of the version before). */
  since: number;
  /** As it is called in the sentence "… needs PostgreSQL N". */
  what: string;
  /** SQLSTATE the older server refuses it with; 42601 (syntax error) when absent. */
  code?: string;
  /** Whether this node is a case of it; every node of the type when absent. */
  found?: (body: Node) => boolean;
}

const subtype = (name: string) => (body: Node) => body.subtype === name;
const kind = (field: string, value: string) => (body: Node) => body[field] === value;
const has = (field: string) => (body: Node) => body[field] !== undefined;
const option =
  (field: string, ...names: string[]) =>
  (body: Node) =>
    (body[field] ?? []).some((item: Node) => names.includes(item.DefElem?.defname));
const published = (type: string) => (body: Node) => body.pubobjtype === type;

/** By node type of the parse tree. */
export const SYNTAX: Readonly<Record<string, readonly Syntax[]>> = {
  PartitionCmd: [{ since: 14, what: "DETACH PARTITION … CONCURRENTLY", found: has("concurrent") }],
  AlterTableCmd: [
    { since: 14, what: "DETACH PARTITION … FINALIZE", found: subtype("AT_DetachPartitionFinalize") },
    { since: 14, what: "SET COMPRESSION", found: subtype("AT_SetCompression") },
    { since: 15, what: "SET ACCESS METHOD", found: subtype("AT_SetAccessMethod") },
    { since: 17, what: "SET ACCESS METHOD DEFAULT", found: (cmd) => cmd.subtype === "AT_SetAccessMethod" && cmd.name === undefined },
    { since: 17, what: "SET EXPRESSION", found: subtype("AT_SetExpression") },
    {
      since: 16,
      what: "SET STORAGE DEFAULT",
      found: (cmd) => cmd.subtype === "AT_SetStorage" && cmd.def?.String?.sval?.toLowerCase() === "default",
    },
  ],
  ColumnDef: [
    { since: 14, what: "COMPRESSION of a column", found: has("compression") },
    { since: 16, what: "STORAGE in a column's definition", found: has("storage_name") },
  ],
  Constraint: [
    { since: 15, what: "NULLS NOT DISTINCT", found: has("nulls_not_distinct") },
    { since: 15, what: "SET NULL or SET DEFAULT of some columns", found: has("fk_del_set_cols") },
    { since: 18, what: "VIRTUAL generated columns", found: (item) => item.contype === "CONSTR_GENERATED" && item.generated_kind === "v" },
    {
      since: 18,
      what: "NOT ENFORCED",
      found: (item) => ["CONSTR_CHECK", "CONSTR_FOREIGN"].includes(item.contype) && item.is_enforced !== true,
    },
    { since: 18, what: "[NOT] ENFORCED", found: (item) => /^CONSTR_ATTR_(NOT_)?ENFORCED$/.test(item.contype) },
    { since: 18, what: "NOT NULL as a table's constraint", found: (item) => item.contype === "CONSTR_NOTNULL" && item.keys !== undefined },
    { since: 18, what: "NOT NULL … NO INHERIT", found: (item) => item.contype === "CONSTR_NOTNULL" && item.is_no_inherit === true },
    { since: 18, what: "WITHOUT OVERLAPS", found: has("without_overlaps") },
    { since: 18, what: "PERIOD in a foreign key", found: has("fk_with_period") },
  ],
  ATAlterConstraint: [
    { since: 18, what: "ALTER CONSTRAINT … [NOT] ENFORCED", found: has("alterEnforceability") },
    { since: 18, what: "ALTER CONSTRAINT … [NO] INHERIT", code: "0A000", found: has("alterInheritability") },
  ],
  IndexStmt: [{ since: 15, what: "NULLS NOT DISTINCT", found: has("nulls_not_distinct") }],
  CreateFunctionStmt: [{ since: 14, what: "a function body in standard SQL", found: has("sql_body") }],
  CTESearchClause: [{ since: 14, what: "SEARCH in WITH" }],
  CTECycleClause: [{ since: 14, what: "CYCLE in WITH" }],
  SelectStmt: [{ since: 14, what: "GROUP BY DISTINCT", found: has("groupDistinct") }],
  JoinExpr: [{ since: 14, what: "a name for JOIN USING", found: has("join_using_alias") }],
  CreateTrigStmt: [{ since: 14, what: "CREATE OR REPLACE TRIGGER", found: has("replace") }],
  StatsElem: [{ since: 14, what: "statistics on expressions", code: "0A000", found: has("expr") }],
  CreateStatsStmt: [{ since: 16, what: "statistics without a name", found: (body) => body.defnames === undefined }],
  AlterSubscriptionStmt: [
    { since: 14, what: "ADD PUBLICATION of a subscription", found: kind("kind", "ALTER_SUBSCRIPTION_ADD_PUBLICATION") },
    { since: 14, what: "DROP PUBLICATION of a subscription", found: kind("kind", "ALTER_SUBSCRIPTION_DROP_PUBLICATION") },
    { since: 15, what: "SKIP of a subscription", found: kind("kind", "ALTER_SUBSCRIPTION_SKIP") },
  ],
  ReindexStmt: [
    { since: 14, what: "TABLESPACE of REINDEX", found: option("params", "tablespace") },
    {
      since: 16,
      what: "REINDEX of a database without its name",
      found: (body) => ["REINDEX_OBJECT_DATABASE", "REINDEX_OBJECT_SYSTEM"].includes(body.kind) && body.name === undefined,
    },
  ],
  VacuumStmt: [
    { since: 14, what: "PROCESS_TOAST of VACUUM", found: option("options", "process_toast") },
    {
      since: 16,
      what: "PROCESS_MAIN, SKIP_DATABASE_STATS, ONLY_DATABASE_STATS and BUFFER_USAGE_LIMIT of VACUUM",
      found: option("options", "process_main", "skip_database_stats", "only_database_stats", "buffer_usage_limit"),
    },
  ],
  VacuumRelation: [
    { since: 18, what: "ONLY of VACUUM and ANALYZE", found: (body) => body.relation !== undefined && body.relation.inh !== true },
  ],
  ExplainStmt: [
    { since: 16, what: "GENERIC_PLAN of EXPLAIN", found: option("options", "generic_plan") },
    { since: 17, what: "SERIALIZE and MEMORY of EXPLAIN", found: option("options", "serialize", "memory") },
  ],
  CopyStmt: [
    { since: 16, what: "DEFAULT of COPY", found: option("options", "default") },
    { since: 17, what: "ON_ERROR and LOG_VERBOSITY of COPY", found: option("options", "on_error", "log_verbosity") },
    { since: 18, what: "REJECT_LIMIT of COPY", found: option("options", "reject_limit") },
  ],
  MergeStmt: [
    { since: 15, what: "MERGE" },
    { since: 17, what: "RETURNING of MERGE", found: has("returningClause") },
  ],
  MergeWhenClause: [{ since: 17, what: "WHEN NOT MATCHED BY SOURCE", found: kind("matchKind", "MERGE_WHEN_NOT_MATCHED_BY_SOURCE") }],
  ReturningClause: [{ since: 18, what: "RETURNING WITH", found: has("options") }],
  RangeSubselect: [{ since: 16, what: "a query in FROM without a name", found: (body) => body.alias === undefined }],
  PublicationObjSpec: [
    { since: 15, what: "TABLES IN SCHEMA of a publication", found: published("PUBLICATIONOBJ_TABLES_IN_SCHEMA") },
    { since: 15, what: "TABLES IN SCHEMA of a publication", found: published("PUBLICATIONOBJ_TABLES_IN_CUR_SCHEMA") },
    {
      since: 15,
      what: "columns and WHERE of a publication",
      found: (body) => body.pubtable?.columns !== undefined || body.pubtable?.whereClause !== undefined,
    },
  ],
  AlterDatabaseRefreshCollStmt: [{ since: 15, what: "ALTER DATABASE … REFRESH COLLATION VERSION" }],
  GrantStmt: [{ since: 15, what: "GRANT … ON PARAMETER", found: kind("objtype", "OBJECT_PARAMETER_ACL") }],
  AccessPriv: [{ since: 17, what: "the right MAINTAIN", found: kind("priv_name", "maintain") }],
  GrantRoleStmt: [{ since: 16, what: "INHERIT and SET of a membership", found: option("opt", "inherit", "set") }],
  CreateSeqStmt: [{ since: 15, what: "UNLOGGED sequences", code: "0A000", found: (body) => body.sequence?.relpersistence === "u" }],
  ViewStmt: [{ since: 15, what: "security_invoker of a view", code: "22023", found: option("options", "security_invoker") }],
  JsonIsPredicate: [{ since: 16, what: "IS JSON" }],
  JsonObjectConstructor: [{ since: 16, what: "JSON_OBJECT in standard SQL", found: has("exprs") }],
  JsonArrayQueryConstructor: [{ since: 16, what: "JSON_ARRAY" }],
  JsonObjectAgg: [{ since: 16, what: "JSON_OBJECTAGG" }],
  JsonTable: [{ since: 17, what: "JSON_TABLE" }],
};

/**
 * Calls of standard SQL that have nodes of their own since 16 and 17. To an older server the same words are calls of ordinary functions, so
 * somebody's own may be meant; where there is none it says so when it plans.
 */
const JSON_CALLS: Readonly<Record<string, string>> = {
  JsonObjectConstructor: "json_object",
  JsonArrayConstructor: "json_array",
  JsonArrayAgg: "json_arrayagg",
  JsonParseExpr: "json",
  JsonScalarExpr: "json_scalar",
  JsonSerializeExpr: "json_serialize",
};

/** The function an older server would call where 18 reads a node of the grammar. */
export function calledInstead(type: string, body: Node): string | undefined {
  if (type === "JsonFuncExpr") return String(body.op).replace(/_OP$/, "").toLowerCase();
  return JSON_CALLS[type];
}
