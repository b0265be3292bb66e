import { CAME_WITH } from "./settings-versions.data.ts";
import { has, kind, subtype, type Syntax } from "./syntax-case.ts";
import { names, walk, type Node } from "./tree.ts";

const published = (type: string) => (body: Node) => body.pubobjtype === type;

/** CURSOR_OPT_ASENSITIVE in parsenodes.h. */
const ASENSITIVE = 0x0010;
/** CREATE_TABLE_LIKE_COMPRESSION, and the bits of INCLUDING ALL that stand for no option of its own. */
const COMPRESSION = 0x0002;
const ALL = 0x7fff0000;

const isNotNull = (item: Node | undefined): boolean => item?.Constraint?.contype === "CONSTR_NOTNULL";

/** Named by itself, or left out of all. */
const namesCompression = (bits: number): boolean => ((bits & ALL) !== 0) !== ((bits & COMPRESSION) !== 0);

/** Words of standard SQL for a call of one of the server's own functions, with so many arguments. */
const isSpelled = (name: string, count: number) => (call: Node) =>
  call.funcformat === "COERCE_SQL_SYNTAX" && names(call.funcname).at(-1) === name && (call.args ?? []).length === count;

function hasOddScale(type: Node): boolean {
  if (names(type.names).at(-1) !== "numeric" || type.typmods?.length !== 2) return false;
  const [precision, scale] = type.typmods.map((item: Node) => item.A_Const?.ival?.ival ?? 0);
  return scale < 0 || scale > precision;
}

const SETTINGS: readonly Syntax[] = [...CAME_WITH].map(([name, since]) => ({
  since,
  what: `the setting ${name}`,
  code: "42704",
  found: (body) => String(body.name ?? "").toLowerCase() === name,
}));

/** `old` and `new` in RETURNING, where nothing else is called so. */
function returnsImages(body: Node): boolean {
  const images = new Set(["old", "new"]);
  const found: string[] = [];
  walk(body.returningClause?.exprs ?? body.returningList, (type, item) => {
    const parts = type === "ColumnRef" ? (item.fields ?? []) : [];
    const first = parts.length > 1 ? String(parts[0].String?.sval ?? "") : "";
    if (images.has(first)) found.push(first);
  });
  if (found.length === 0) return false;
  const called = new Set<string>();
  walk(body, (type, item) => {
    if (type === "RangeVar") called.add(item.alias?.aliasname ?? item.relname);
    if (type === "Alias") called.add(item.aliasname);
  });
  return found.some((name) => !called.has(name));
}
const RETURNS_IMAGES: readonly Syntax[] = [{ since: 18, what: "OLD and NEW in RETURNING", code: "42P01", found: returnsImages }];

/** By node type of the parse tree; see syntax-options.data.ts for options within statements. */
export const SYNTAX: Readonly<Record<string, readonly Syntax[]>> = {
  PartitionCmd: [{ since: 14, what: "DETACH PARTITION … CONCURRENTLY", found: has("concurrent") }],
  AlterDomainStmt: [{ since: 17, what: "ADD NOT NULL of a domain", found: (body) => isNotNull(body.def) }],
  AlterStatsStmt: [{ since: 17, what: "SET STATISTICS DEFAULT", found: (body) => body.stxstattarget === undefined }],
  AlterTableCmd: [
    { since: 17, what: "SET STATISTICS DEFAULT", found: (cmd) => cmd.subtype === "AT_SetStatistics" && cmd.def === undefined },
    { since: 18, what: "NOT NULL as a table's constraint", found: (cmd) => cmd.subtype === "AT_AddConstraint" && isNotNull(cmd.def) },
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
    { since: 18, what: "NOT NULL … NO INHERIT", found: (item) => item.contype === "CONSTR_NOTNULL" && item.is_no_inherit === true },
    { since: 18, what: "WITHOUT OVERLAPS", found: has("without_overlaps") },
    { since: 18, what: "PERIOD in a foreign key", found: has("fk_with_period") },
  ],
  ATAlterConstraint: [
    { since: 18, what: "ALTER CONSTRAINT … [NOT] ENFORCED", found: has("alterEnforceability") },
    { since: 18, what: "ALTER CONSTRAINT … [NO] INHERIT", code: "0A000", found: has("alterInheritability") },
  ],
  CreateStmt: [
    { since: 18, what: "NOT NULL as a table's constraint", found: (body) => (body.tableElts ?? []).some(isNotNull) },
    {
      since: 17,
      what: "EXCLUDE of a partitioned table",
      code: "0A000",
      found: (body) =>
        body.partspec !== undefined && (body.tableElts ?? []).some((item: Node) => item.Constraint?.contype === "CONSTR_EXCLUSION"),
    },
  ],
  CreateForeignTableStmt: [
    {
      since: 18,
      what: "LIKE of a foreign table",
      code: "0A000",
      found: (body) => (body.base?.tableElts ?? []).some((item: Node) => item.TableLikeClause !== undefined),
    },
  ],
  TableLikeClause: [{ since: 14, what: "COMPRESSION in LIKE", found: (body) => namesCompression(body.options ?? 0) }],
  DeclareCursorStmt: [{ since: 14, what: "ASENSITIVE cursors", found: (body) => (body.options & ASENSITIVE) !== 0 }],
  RoleSpec: [{ since: 14, what: "CURRENT_ROLE as a role", found: kind("roletype", "ROLESPEC_CURRENT_ROLE") }],
  VariableSetStmt: SETTINGS,
  VariableShowStmt: SETTINGS,
  TypeName: [{ since: 15, what: "a scale outside the precision", code: "22023", found: hasOddScale }],
  XmlSerialize: [{ since: 16, what: "INDENT of XMLSERIALIZE", found: has("indent") }],
  FuncCall: [
    { since: 16, what: "SYSTEM_USER", code: "42703", found: isSpelled("system_user", 0) },
    { since: 17, what: "AT LOCAL", found: isSpelled("timezone", 1) },
  ],
  IndexStmt: [
    {
      since: 14,
      what: "INCLUDE of an SP-GiST index",
      code: "0A000",
      found: (body) => body.accessMethod === "spgist" && body.indexIncludingParams !== undefined,
    },
    { since: 15, what: "NULLS NOT DISTINCT", found: has("nulls_not_distinct") },
  ],
  CreateFunctionStmt: [
    { since: 14, what: "a function body in standard SQL", found: has("sql_body") },
    {
      since: 14,
      what: "OUT of a procedure",
      code: "0A000",
      found: (body) =>
        body.is_procedure === true && (body.parameters ?? []).some((item: Node) => item.FunctionParameter?.mode === "FUNC_PARAM_OUT"),
    },
  ],
  CTESearchClause: [{ since: 14, what: "SEARCH in WITH" }],
  CTECycleClause: [{ since: 14, what: "CYCLE in WITH" }],
  SelectStmt: [{ since: 14, what: "GROUP BY DISTINCT", found: has("groupDistinct") }],
  JoinExpr: [{ since: 14, what: "a name for JOIN USING", found: has("join_using_alias") }],
  CreateTrigStmt: [{ since: 14, what: "CREATE OR REPLACE TRIGGER", found: has("replace") }],
  StatsElem: [{ since: 14, what: "statistics on expressions", code: "0A000", found: has("expr") }],
  CreateStatsStmt: [{ since: 16, what: "statistics without a name", found: (body) => body.defnames === undefined }],
  ReindexStmt: [
    {
      since: 16,
      what: "REINDEX of a database without its name",
      found: (body) => ["REINDEX_OBJECT_DATABASE", "REINDEX_OBJECT_SYSTEM"].includes(body.kind) && body.name === undefined,
    },
  ],
  VacuumRelation: [
    { since: 18, what: "ONLY of VACUUM and ANALYZE", found: (body) => body.relation !== undefined && body.relation.inh !== true },
  ],
  DeleteStmt: RETURNS_IMAGES,
  InsertStmt: RETURNS_IMAGES,
  UpdateStmt: RETURNS_IMAGES,
  MergeStmt: [...RETURNS_IMAGES, { since: 15, what: "MERGE" }, { since: 17, what: "RETURNING of MERGE", found: has("returningClause") }],
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
  AccessPriv: [{ since: 17, what: "the right MAINTAIN", found: kind("priv_name", "maintain") }],
  CreateSeqStmt: [{ since: 15, what: "UNLOGGED sequences", code: "0A000", found: (body) => body.sequence?.relpersistence === "u" }],
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
