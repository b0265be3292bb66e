import type { Row } from "./result-store.ts";

export type CopyFormat = "tsv" | "csv" | "json";
/** Most cells that are copied at once: beyond it the clipboard is the wrong way, an export the right one. */
export const COPY_CELLS = 500_000;

/** Rows as text for the clipboard. NULL is an empty field in TSV and CSV, `null` in JSON. JSON values stay text: a number may exceed JavaScript's. */
export function copyText(format: CopyFormat, columns: readonly string[], rows: readonly Row[], header: boolean): string {
  switch (format) {
    case "json":
      return JSON.stringify(
        rows.map((row) => named(columns, row)),
        null,
        2,
      );
    case "csv":
      return [...(header ? [columns] : []), ...rows].map((row) => row.map(csvField).join(",")).join("\r\n");
    case "tsv":
      return [...(header ? [columns] : []), ...rows].map((row) => row.map(tsvField).join("\t")).join("\n");
  }
}

/** Two columns of one name must not swallow each other. */
function named(columns: readonly string[], row: Row): Record<string, string | null> {
  const out: Record<string, string | null> = {};
  for (const [i, column] of columns.entries()) {
    let name = column;
    for (let n = 2; Object.hasOwn(out, name); n++) name = `${column}_${n}`;
    out[name] = row[i] ?? null;
  }
  return out;
}

function csvField(value: string | null): string {
  if (value === null) return "";
  const safe = withoutFormula(value);
  return safe === "" || /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tsvField(value: string | null): string {
  if (value === null) return "";
  const safe = withoutFormula(value);
  return /[\t\r\n"]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/iu;

/** A spreadsheet takes a field that starts so for a formula (OWASP, CSV injection); an apostrophe makes it text. Plain numbers stay numbers. */
function withoutFormula(value: string): string {
  return /^[=+\-@\t\r]/u.test(value) && !NUMBER.test(value) ? `'${value}` : value;
}
