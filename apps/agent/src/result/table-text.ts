import type { Row } from "./result-service.ts";

/** What spreadsheets take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const QUOTED = /[",\r\n]/;

/**
 * One line of RFC 4180, without its line end. NULL is an empty field, an empty text is `""`. A cell that a spreadsheet would take for a
 * formula gets an apostrophe in front, unless it is a plain number.
 */
export function csvLine(row: Row): string {
  return row.map((cell) => (cell === null ? "" : csvCell(cell))).join(",");
}

function csvCell(cell: string): string {
  const safe = FORMULA.test(cell) && !NUMBER.test(cell) ? `'${cell}` : cell;
  return safe === "" || QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Names for JSON objects: a second column of the same name becomes `name_2`. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let n = 2; taken.has(unique); n++) unique = `${name}_${n}`;
    taken.add(unique);
    return unique;
  });
}
