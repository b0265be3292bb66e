import type { ErrorCode } from "@interlock/protocol";
import { ERRORS } from "@interlock/protocol";
import { TargetError } from "@interlock/connector";

/** The fields of an ErrorResponse or NoticeResponse, by their letter (PostgreSQL protocol, "Error and Notice Message Fields"). */
export type ServerFields = ReadonlyMap<string, string>;

export function readFields(body: Buffer): ServerFields {
  const fields = new Map<string, string>();
  for (let at = 0; at < body.length && body[at] !== 0;) {
    const end = body.indexOf(0, at + 1);
    if (end < 0) break;
    fields.set(String.fromCharCode(body[at]!), body.toString("utf8", at + 1, end));
    at = end + 1;
  }
  return fields;
}

/** Routines and files in which code in the database speaks for itself: PL/pgSQL's RAISE and ASSERT, and other languages' own. */
const RAISING = /^exec_stmt_(?:raise|assert)$/;
const LANGUAGES = /^pl(?:perl|py|tcl|v8|lua|java|rust|r\b)/;

/** A last line that says so where the words are not the server's own: they can be row values. A server that does not say counts as such. */
function location(fields: ServerFields): string {
  const routine = fields.get("R");
  const file = fields.get("F") ?? "";
  return routine === undefined || RAISING.test(routine) || LANGUAGES.test(file) ? `\nLOCATION: ${routine ?? "unknown"}, ${file}` : "";
}

/** A NoticeResponse. */
export const noticeText = (fields: ServerFields): string => fieldsText(fields) + location(fields);

/** What the server said, as people know it from psql. Unmasked: details carry row values. */
function fieldsText(fields: ServerFields): string {
  const lines = [`${fields.get("S") ?? "ERROR"}: ${fields.get("M") ?? ""}`];
  if (fields.has("D")) lines.push(`DETAIL: ${fields.get("D")}`);
  if (fields.has("H")) lines.push(`HINT: ${fields.get("H")}`);
  return lines.join("\n");
}

/** An ErrorResponse. */
export class ServerError extends Error {
  readonly sqlState: string;
  constructor(fields: ServerFields) {
    super(`${fieldsText(fields)}\nSQLSTATE: ${fields.get("C") ?? ""}${location(fields)}`);
    this.name = "ServerError";
    this.sqlState = fields.get("C") ?? "";
  }
}

/** The socket ended, or never opened, while something was expected of the server. */
export class ConnectionLost extends Error {
  override name = "ConnectionLost";
}

/** SQLSTATEs that mean the server is not there to be asked: shutting down, starting up, out of connections. */
const DOWN = new Set(["57P01", "57P02", "57P03", "53300", "3D000"]);

/** The stable code and message of any fault met on the way. */
export function failureOf(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof TargetError) return { code: error.code, message: error.message };
  if (error instanceof ServerError) return { code: codeOfState(error.sqlState), message: error.message };
  if (error instanceof ConnectionLost) return { code: "target_down", message: error.message };
  const code = (error as { code?: unknown } | undefined)?.code;
  const message = error instanceof Error ? error.message : String(error);
  return { code: typeof code === "string" && code in ERRORS ? (code as ErrorCode) : "internal", message };
}

/** 57014 is answered by whoever asked for the cancel; left alone it is the server's own statement_timeout. */
function codeOfState(sqlState: string): ErrorCode {
  if (DOWN.has(sqlState)) return "target_down";
  if (sqlState === "57014") return "statement_timeout";
  if (sqlState === "28P01" || sqlState === "28000") return "wrong_password";
  return "statement_failed";
}

/** The tag of a CommandComplete, e.g. `DELETE 5`. */
export const readTag = (body: Buffer): string => body.toString("utf8", 0, body.length - 1);

/** Rows that a tag says were written; 0 for everything that writes no rows. */
export function rowsWritten(tag: string): number {
  const match = /^(?:INSERT \d+|UPDATE|DELETE|MERGE) (\d+)$/.exec(tag);
  return match === null ? 0 : Number(match[1]);
}

/** One column of a RowDescription. */
export interface Field {
  name: string;
  tableOid: number;
  columnAttnum: number;
  typeOid: number;
}

export function readRowDescription(body: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 2;
  for (let left = body.readUInt16BE(0); left > 0; left--) {
    const end = body.indexOf(0, at);
    fields.push({
      name: body.toString("utf8", at, end),
      tableOid: body.readUInt32BE(end + 1),
      columnAttnum: body.readInt16BE(end + 5),
      typeOid: body.readUInt32BE(end + 7),
    });
    at = end + 19;
  }
  return fields;
}
