import { parseGrammar, type RawStatement } from "../grammar.ts";
import { quoteIdent } from "../query.ts";
import type { ErrorCode } from "@interlock/protocol";

/** What the executor does with one statement of a text. */
export interface PlannedStatement {
  /** Index in the text, as in ParsedStatement. */
  index: number;
  text: string;
  /** `run` sends it; `own` is answered by our own transaction (BEGIN at the start, COMMIT at the end); `rollback` ends it without a commit. */
  act: "run" | "own" | "rollback";
}

export interface TransactionPlan {
  statements: PlannedStatement[];
  /** False: the only statement cannot run in a transaction block. */
  transactional: boolean;
  /** Options for our own BEGIN, taken from the text's. Empty or e.g. `ISOLATION LEVEL SERIALIZABLE`. */
  beginOptions: string;
  /** The text holds a TRUNCATE: it removes rows without the server counting them, so the guard counts them before. */
  truncates: boolean;
  /** Names of relations and schemas whose definition the text itself changes; only those may get new storage without more ado. */
  defines: { relations: string[]; schemas: string[] };
}

export type PlanResult = { ok: true; plan: TransactionPlan } | { ok: false; code: ErrorCode; message: string; statement?: number };

const ISOLATION = new Set(["read uncommitted", "read committed", "repeatable read", "serializable"]);

/**
 * Reads the explicit transaction control of a text. The text never gets to end our transaction: whatever could is understood here or
 * refused before anything is sent.
 */
export function planTransaction(text: string): PlanResult {
  const grammar = parseGrammar(text);
  if (!grammar.ok) return { ok: false, code: "syntax_error", message: grammar.message };
  const raw = grammar.statements;
  if (raw.length === 0) return { ok: false, code: "empty_command", message: "the text holds no statement" };
  const bytes = Buffer.from(text, "utf8");
  const plan: TransactionPlan = {
    statements: [],
    transactional: true,
    beginOptions: "",
    truncates: false,
    defines: { relations: [], schemas: [] },
  };
  for (const [index, statement] of raw.entries()) {
    const [type = "", body = {}] = Object.entries(statement.stmt as Record<string, Node>)[0] ?? [];
    const refusal = refusalOf(type, body, index, raw.length);
    if (refusal !== undefined) return { ok: false, code: "statement_failed", message: refusal, statement: index };
    if (cannotRunInTransaction(type, body)) plan.transactional = false;
    if (type === "TruncateStmt") plan.truncates = true;
    collectDefined(type, body, plan.defines);
    const act = type === "TransactionStmt" ? transactionAct(body) : "run";
    if (index === 0 && act === "own") plan.beginOptions = beginOptions(body);
    plan.statements.push({ index, text: slice(bytes, statement), act });
  }
  return { ok: true, plan };
}

type Node = Record<string, unknown>;

function slice(bytes: Buffer, { stmt_location: start = 0, stmt_len: length = 0 }: RawStatement): string {
  return bytes.toString("utf8", start, length === 0 ? bytes.length : start + length).trim();
}

function transactionAct({ kind }: Node): PlannedStatement["act"] {
  if (kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START" || kind === "TRANS_STMT_COMMIT") return "own";
  return kind === "TRANS_STMT_ROLLBACK" ? "rollback" : "run";
}

/** Why a statement is not run at all; undefined when it is. */
function refusalOf(type: string, body: Node, index: number, count: number): string | undefined {
  if (cannotRunInTransaction(type, body) && count > 1)
    return "this statement cannot run in a transaction, so it must be the only one of its command";
  if (type === "CopyStmt" && body["filename"] === undefined && body["is_program"] !== true)
    return "COPY to or from the client is not carried; write a SELECT or an INSERT";
  if (type !== "TransactionStmt") return undefined;
  const last = index === count - 1;
  switch (body["kind"]) {
    case "TRANS_STMT_BEGIN":
    case "TRANS_STMT_START":
      return index === 0 ? undefined : "BEGIN is understood at the start of a command only; the whole command is one transaction";
    case "TRANS_STMT_COMMIT":
    case "TRANS_STMT_ROLLBACK":
      if (body["chain"] === true) return "AND CHAIN is refused: a command is one transaction";
      return last ? undefined : "COMMIT and ROLLBACK are understood at the end of a command only; propose the rest as its own command";
    case "TRANS_STMT_SAVEPOINT":
    case "TRANS_STMT_RELEASE":
    case "TRANS_STMT_ROLLBACK_TO":
      return undefined;
    default:
      return "two-phase commit is refused: it would leave the command's own transaction";
  }
}

function beginOptions(body: Node): string {
  const words: string[] = [];
  for (const option of (body["options"] as Record<string, Node>[] | undefined) ?? []) {
    const { defname, arg } = (option["DefElem"] ?? {}) as { defname?: string; arg?: { A_Const?: Record<string, Record<string, unknown>> } };
    const level = arg?.A_Const?.["sval"]?.["sval"];
    const on = arg?.A_Const?.["ival"]?.["ival"] === 1;
    if (defname === "transaction_isolation" && typeof level === "string" && ISOLATION.has(level))
      words.push(`ISOLATION LEVEL ${level.toUpperCase()}`);
    else if (defname === "transaction_read_only" && on) words.push("READ ONLY");
    else if (defname === "transaction_deferrable" && on) words.push("DEFERRABLE");
  }
  return words.join(", ");
}

/** Quoted names of what ALTER TABLE, DROP, REFRESH and CLUSTER define anew. */
function collectDefined(type: string, body: Node, defines: TransactionPlan["defines"]): void {
  const relation = body["relation"] as { schemaname?: string; relname?: string } | undefined;
  if (["AlterTableStmt", "RefreshMatViewStmt", "ClusterStmt"].includes(type) && relation?.relname !== undefined)
    defines.relations.push(quoteName([relation.schemaname, relation.relname].filter((part) => part !== undefined)));
  if (type !== "DropStmt") return;
  for (const object of (body["objects"] as Record<string, Node>[] | undefined) ?? []) {
    const items = (object["List"]?.["items"] as Record<string, Node>[] | undefined) ?? [object];
    const name = items.map((item) => item["String"]?.["sval"]).filter((part) => typeof part === "string");
    if (body["removeType"] === "OBJECT_SCHEMA") defines.schemas.push(...name);
    else if (name.length > 0) defines.relations.push(quoteName(name));
  }
}

const quoteName = (parts: string[]): string => parts.map(quoteIdent).join(".");

const hasParam = (body: Node, name: string): boolean =>
  ((body["params"] as Record<string, Node>[] | undefined) ?? []).some((param) => param["DefElem"]?.["defname"] === name);

/** Statements that PostgreSQL refuses inside a transaction block (PreventInTransactionBlock in its source, as of 18). */
export function cannotRunInTransaction(type: string, body: Node): boolean {
  switch (type) {
    case "IndexStmt":
    case "DropStmt":
      return body["concurrent"] === true;
    case "ReindexStmt":
      return (
        hasParam(body, "concurrently") ||
        ["REINDEX_OBJECT_SCHEMA", "REINDEX_OBJECT_DATABASE", "REINDEX_OBJECT_SYSTEM"].includes(String(body["kind"]))
      );
    case "VacuumStmt":
      return body["is_vacuumcmd"] === true;
    case "ClusterStmt":
      return body["relation"] === undefined;
    case "AlterTableStmt":
      return ((body["cmds"] as Record<string, Node>[] | undefined) ?? []).some(
        (cmd) => (cmd["AlterTableCmd"]?.["def"] as Record<string, Node> | undefined)?.["PartitionCmd"]?.["concurrent"] === true,
      );
    case "AlterDatabaseStmt":
      return ((body["options"] as Record<string, Node>[] | undefined) ?? []).some(
        (option) => option["DefElem"]?.["defname"] === "tablespace",
      );
    case "CreatedbStmt":
    case "DropdbStmt":
    case "CreateTableSpaceStmt":
    case "DropTableSpaceStmt":
    case "AlterSystemStmt":
    case "CreateSubscriptionStmt":
    case "DropSubscriptionStmt":
      return true;
    case "AlterSubscriptionStmt":
      return body["kind"] === "ALTER_SUBSCRIPTION_REFRESH";
    default:
      return false;
  }
}
