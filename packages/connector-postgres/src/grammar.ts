import * as pgQuery from "libpg-query";
import type { Node } from "./tree.ts";

// The parser is WebAssembly and `parse` is synchronous, so it is loaded with this module.
await pgQuery.loadModule();

/** A token of PostgreSQL's scanner; `start`/`end` count UTF-8 bytes. */
export interface Token {
  start: number;
  end: number;
  text: string;
  tokenType: number;
  tokenName: string;
  keywordName: string;
}

export interface RawStatement {
  stmt: Node;
  /** UTF-8 byte offset. */
  stmt_location?: number;
  /** UTF-8 bytes; 0 or absent: to the end of the text. */
  stmt_len?: number;
}

export type GrammarResult = { ok: true; statements: RawStatement[] } | { ok: false; message: string; /** Code points. */ position: number };

/** Parses with PostgreSQL's own grammar. Never throws. */
export function parseGrammar(text: string): GrammarResult {
  if (text === "") return { ok: true, statements: [] };
  // The parser reads a C string and would judge only what stands before a NUL.
  const nul = text.indexOf("\0");
  if (nul >= 0) return { ok: false, message: "A NUL character cannot be part of a statement", position: [...text.slice(0, nul)].length };
  try {
    const result = pgQuery.parseSync(text);
    return { ok: true, statements: (result.stmts ?? []) as unknown as RawStatement[] };
  } catch (error) {
    const details = pgQuery.hasSqlDetails(error) ? error.sqlDetails : undefined;
    const message = error instanceof Error ? error.message : "The text cannot be parsed";
    // Text nested beyond the stack of the parser or of its JSON reader.
    return { ok: false, message: error instanceof RangeError ? "Nested too deeply" : message, position: details?.cursorPosition ?? 0 };
  }
}

/** PL/pgSQL functions of a CREATE FUNCTION text; undefined when it cannot be parsed. */
export function parsePlpgsql(createFunction: string): Node[] | undefined {
  if (createFunction.includes("\0")) return undefined;
  try {
    return (pgQuery.parsePlPgSQLSync(createFunction) as unknown as { plpgsql_funcs?: Node[] }).plpgsql_funcs;
  } catch {
    // The parser reports by message only, and every caller treats "cannot be parsed" as unknown.
    return undefined;
  }
}

/** Tokens with comments; undefined when the scanner meets an unterminated quote or comment. */
export function scanTokens(text: string): Token[] | undefined {
  if (text === "") return [];
  if (text.includes("\0")) return undefined;
  try {
    return pgQuery.scanSync(text).tokens;
  } catch {
    return undefined;
  }
}

export const isComment = (token: Token): boolean => token.tokenName === "SQL_COMMENT" || token.tokenName === "C_COMMENT";
