import { names, unwrap, type Node } from "./tree.ts";

const VERBS: Record<string, string> = {
  SelectStmt: "SELECT",
  InsertStmt: "INSERT",
  UpdateStmt: "UPDATE",
  DeleteStmt: "DELETE",
  MergeStmt: "MERGE",
  TruncateStmt: "TRUNCATE",
  CopyStmt: "COPY",
  CreateStmt: "CREATE TABLE",
  CreateTableAsStmt: "CREATE TABLE AS",
  IndexStmt: "CREATE INDEX",
  ViewStmt: "CREATE VIEW",
  CreateSchemaStmt: "CREATE SCHEMA",
  CreateSeqStmt: "CREATE SEQUENCE",
  AlterSeqStmt: "ALTER SEQUENCE",
  CreateTrigStmt: "CREATE TRIGGER",
  CreateEnumStmt: "CREATE TYPE",
  CompositeTypeStmt: "CREATE TYPE",
  AlterEnumStmt: "ALTER TYPE",
  CreateDomainStmt: "CREATE DOMAIN",
  CreateRoleStmt: "CREATE ROLE",
  AlterRoleStmt: "ALTER ROLE",
  DropRoleStmt: "DROP ROLE",
  GrantStmt: "GRANT",
  GrantRoleStmt: "GRANT",
  CreateExtensionStmt: "CREATE EXTENSION",
  RefreshMatViewStmt: "REFRESH MATERIALIZED VIEW",
  ExplainStmt: "EXPLAIN",
  DoStmt: "DO",
  CallStmt: "CALL",
  PrepareStmt: "PREPARE",
  ExecuteStmt: "EXECUTE",
  DeallocateStmt: "DEALLOCATE",
  DeclareCursorStmt: "DECLARE",
  FetchStmt: "FETCH",
  ClosePortalStmt: "CLOSE",
  LockStmt: "LOCK",
  NotifyStmt: "NOTIFY",
  ListenStmt: "LISTEN",
  UnlistenStmt: "UNLISTEN",
  VacuumStmt: "VACUUM",
  ClusterStmt: "CLUSTER",
  ReindexStmt: "REINDEX",
  AlterSystemStmt: "ALTER SYSTEM",
  CheckPointStmt: "CHECKPOINT",
  CommentStmt: "COMMENT",
  CreatedbStmt: "CREATE DATABASE",
  DropdbStmt: "DROP DATABASE",
  RuleStmt: "CREATE RULE",
  LoadStmt: "LOAD",
  DiscardStmt: "DISCARD",
  SecLabelStmt: "SECURITY LABEL",
};

const TRANSACTIONS: Record<string, string> = {
  TRANS_STMT_BEGIN: "BEGIN",
  TRANS_STMT_START: "START TRANSACTION",
  TRANS_STMT_COMMIT: "COMMIT",
  TRANS_STMT_ROLLBACK: "ROLLBACK",
  TRANS_STMT_SAVEPOINT: "SAVEPOINT",
  TRANS_STMT_RELEASE: "RELEASE",
  TRANS_STMT_ROLLBACK_TO: "ROLLBACK TO",
  TRANS_STMT_PREPARE: "PREPARE TRANSACTION",
  TRANS_STMT_COMMIT_PREPARED: "COMMIT PREPARED",
  TRANS_STMT_ROLLBACK_PREPARED: "ROLLBACK PREPARED",
};

/** `OBJECT_TABLE` → `TABLE`. */
const objectWord = (type: string | undefined): string => (type ?? "").replace(/^OBJECT_/, "").replaceAll("_", " ");

/** Short label of a statement, e.g. `DELETE orders`; names only, never values. */
export function titleOf(tree: Node | undefined): string {
  const wrapped = tree && unwrap(tree);
  if (!wrapped) return "SQL";
  const [type, body] = wrapped;
  switch (type) {
    case "SelectStmt":
      if (body.intoClause) return `SELECT INTO ${body.intoClause.rel?.relname ?? ""}`.trim();
      return body.valuesLists ? "VALUES" : `SELECT ${sourceOf(body) ?? ""}`.trim();
    case "TransactionStmt":
      return TRANSACTIONS[body.kind] ?? "TRANSACTION";
    case "VariableSetStmt":
      return `${body.kind?.startsWith("VAR_RESET") ? "RESET" : "SET"} ${body.name ?? "ALL"}`;
    case "VariableShowStmt":
      return `SHOW ${body.name ?? ""}`.trim();
    case "DropStmt":
      return `DROP ${objectWord(body.removeType)} ${dropName(body.objects?.[0])}`.trim();
    case "AlterTableStmt":
      return `ALTER ${objectWord(body.objtype) || "TABLE"} ${body.relation?.relname ?? ""}`.trim();
    case "RenameStmt":
      return `RENAME ${objectWord(body.renameType)} ${body.relation?.relname ?? body.subname ?? ""}`.trim();
    case "TruncateStmt":
      return `TRUNCATE ${(body.relations ?? []).map((range: Node) => range.RangeVar?.relname).join(", ")}`;
    case "CreateFunctionStmt":
      return `CREATE ${body.is_procedure ? "PROCEDURE" : "FUNCTION"} ${names(body.funcname).at(-1) ?? ""}`;
    case "CallStmt":
      return `CALL ${names(body.funccall?.funcname).at(-1) ?? ""}`;
    case "GrantStmt":
    case "GrantRoleStmt":
      return body.is_grant ? "GRANT" : "REVOKE";
    case "CopyStmt":
      return `COPY ${body.relation?.relname ?? ""} ${body.is_from ? "FROM" : "TO"}`.replace("  ", " ");
    case "IndexStmt":
      return `CREATE INDEX ${body.idxname ?? ""} ON ${body.relation?.relname ?? ""}`.replace("  ", " ");
    case "CreateTableAsStmt":
      return `CREATE ${objectWord(body.objtype) || "TABLE"} ${body.into?.rel?.relname ?? ""}`.trim();
  }
  const verb =
    VERBS[type] ??
    type
      .replace(/Stmt$/, "")
      .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
      .toUpperCase();
  const target = body.relation?.relname ?? body.view?.relname ?? body.sequence?.relname ?? body.schemaname ?? body.extname ?? body.role;
  return typeof target === "string" ? `${verb} ${target}` : verb;
}

/** The relation or function a query reads first; undefined when it reads none. */
function sourceOf(select: Node): string | undefined {
  if (select.larg) return sourceOf(select.larg);
  const wrapped = unwrap(select.fromClause?.[0]);
  return wrapped && fromName(...wrapped);
}

function fromName(type: string, body: Node): string | undefined {
  switch (type) {
    case "RangeVar":
      return body.relname;
    case "JoinExpr": {
      const left = unwrap(body.larg);
      return left && fromName(...left);
    }
    case "RangeSubselect":
      return sourceOf(body.subquery?.SelectStmt ?? {}) ?? body.alias?.aliasname;
    case "RangeFunction":
      return names(body.functions?.[0]?.List?.items?.[0]?.FuncCall?.funcname).at(-1);
    default:
      return undefined;
  }
}

function dropName(object: Node | undefined): string {
  if (!object) return "";
  if (object.List) return names(object.List.items).at(-1) ?? "";
  if (object.String) return object.String.sval ?? "";
  if (object.ObjectWithArgs) return names(object.ObjectWithArgs.objname).at(-1) ?? "";
  if (object.TypeName) return names(object.TypeName.names).at(-1) ?? "";
  return "";
}
