import type { CatalogColumn } from "../catalog-model.ts";
import type { Session } from "../execute/session.ts";
import { quoteIdent } from "../query.ts";
import type { Values } from "./hidden-columns.ts";
import type { KeyedTable } from "./undo-plan.ts";

export const ident = ({ relation }: KeyedTable): string => `${quoteIdent(relation.schema)}.${quoteIdent(relation.name)}`;

export const columnList = (columns: readonly { name: string }[], of = "x."): string =>
  columns.map(({ name }) => `${of}${quoteIdent(name)}`).join(", ");

/** The values of its key. */
export const keyValues = (keyed: KeyedTable, row: Values): Values =>
  keyed.key.map(({ name }) => row[keyed.columns.findIndex((column) => column.name === name)]!);

/** Its key as one string. */
export const keyOf = (keyed: KeyedTable, row: Values): string => JSON.stringify(keyValues(keyed, row));

export const sameValues = (a: Values, b: Values): boolean => a.length === b.length && a.every((value, i) => value === b[i]);

/**
 * Rows of text handed over as one array per column: its parameters from `first` on, the functions that unfold them for `ROWS FROM`, the names
 * `<prefix>0 …` they get in `u`, and those cast to the columns' types.
 */
export function given(columns: readonly CatalogColumn[], rows: readonly Values[], first = 1, prefix = "c") {
  const names = columns.map((_, i) => `${prefix}${i}`);
  return {
    sets: columns.map((_, i) => `pg_catalog.unnest($${first + i}::pg_catalog.text[])`),
    names,
    casts: columns.map(({ type }, i) => `CAST(u.${names[i]} AS ${type})`),
    parameters: columns.map((_, i) => rows.map((row) => row[i] ?? null)),
  };
}

/** The rows with these keys as they are now; `lock` keeps others from changing them until the transaction ends. */
export async function rowsByKey(session: Session, keyed: KeyedTable, keys: Values[], lock: boolean): Promise<Map<string, Values>> {
  if (keys.length === 0) return new Map();
  const { sets, names, casts, parameters } = given(keyed.key, keys);
  const rows = await session.texts(
    `SELECT ${columnList(keyed.columns)} FROM ${ident(keyed)} x WHERE (${columnList(keyed.key)}) IN
       (SELECT ${casts.join(", ")} FROM ROWS FROM (${sets.join(", ")}) AS u(${names.join(", ")}))${lock ? " FOR UPDATE OF x" : ""}`,
    parameters,
  );
  return new Map(rows.map((row) => [keyOf(keyed, row), row]));
}
