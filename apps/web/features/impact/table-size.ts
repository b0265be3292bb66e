import type { RelationSize, Statement } from "@interlock/protocol";
import { bytesInWords, certainty, rowsInWords } from "./figures.ts";
import { blocks, worstFirst } from "./lock-words.ts";

/** What is known of how large a table is that a statement goes through as a whole. */
const sizeOf = ({ sizes }: Pick<Statement, "sizes">, object: string): RelationSize | undefined =>
  sizes?.find((size) => size.object === object);

/** `≈ 200,000 rows · 25 MB`; of several tables together. Empty where nothing is known of them. */
export function sizeInWords(statements: readonly Pick<Statement, "sizes">[], objects: readonly string[]): string {
  const sizes = objects.flatMap((object) => statements.map((statement) => sizeOf(statement, object)).find(Boolean) ?? []);
  const [first] = sizes;
  if (first === undefined || sizes.length < objects.length) return "";
  const known = sizes.every(({ rows }) => rows.kind !== "unknown");
  const rows = { value: sizes.reduce((sum, size) => sum + size.rows.value, 0), kind: known ? first.rows.kind : ("unknown" as const) };
  const measured = sizes.every(({ bytes }) => bytes !== undefined);
  return [rowsInWords(rows), ...(measured ? [bytesInWords(sizes.reduce((sum, { bytes = 0 }) => sum + bytes, 0))] : [])].join(" · ");
}

/** Whom the statement keeps away from the table meanwhile: `blocks reads and writes`. */
function blocksMeanwhile({ locks }: Pick<Statement, "locks">, object: string): string {
  const [worst] = worstFirst(locks.filter((lock) => lock.object === object));
  return worst ? blocks(worst) : "";
}

/** The notes beside such a table: rows and bytes, who is kept away, and how sure the rows are. */
export function wholeTable(statement: Pick<Statement, "sizes" | "locks">, object: string): { figure: string; notes: string[] } {
  const size = sizeOf(statement, object);
  return {
    figure: sizeInWords([statement], [object]),
    notes: [blocksMeanwhile(statement, object), size && size.rows.kind !== "unknown" ? certainty(size.rows) : ""].filter(Boolean),
  };
}
