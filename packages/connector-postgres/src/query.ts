/** Runs one catalogue query in whichever session the caller owns; resolves with its rows, keyed by column name. */
export type Query = (sql: string, params?: readonly unknown[]) => Promise<Record<string, any>[]>;

/** Double-quoted form of an identifier, always quoted. */
export const quoteIdent = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Single-quoted form of a literal; backslashes stand for themselves, as in the parser. */
export const quoteLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;
