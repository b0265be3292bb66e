import { sumRows, type Cascade, type Rows } from "@interlock/protocol";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** `12,431`. */
export const count = (value: number) => whole.format(value);

/** `1.2 M`, `31 k`, `840`: for places where size matters and digits do not. */
export function shortCount(value: number): string {
  for (const [size, unit] of [
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "k"],
  ] as const) {
    if (value < size * 0.9995) continue;
    const scaled = value / size;
    return `${scaled < 10 ? trim(scaled.toFixed(1)) : whole.format(scaled)} ${unit}`;
  }
  return whole.format(value);
}

const trim = (text: string) => text.replace(/\.0$/u, "");

/** A figure that shows how sure it is: `12,431`, `≈ 12,400`, `≥ 100,000`, `?`. */
export function figure({ value, kind }: Rows): string {
  switch (kind) {
    case "exact":
      return count(value);
    case "capped":
      return `≥ ${count(value)}`;
    case "estimate":
      return `≈ ${count(rounded(value))}`;
    case "unknown":
      return "?";
  }
}

/** Three leading digits: more would claim what an estimate does not know. */
function rounded(value: number): number {
  if (value < 1_000) return Math.round(value);
  const unit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return Math.round(value / unit) * unit;
}

/** `12,431 rows`, `1 row`, `an unknown number of rows`. */
export function rowsInWords(rows: Rows): string {
  if (rows.kind === "unknown") return "an unknown number of rows";
  return `${figure(rows)} ${Math.round(rows.value) === 1 ? "row" : "rows"}`;
}

/** `a_fkey 9, b_fkey 12`: what each of several constraints takes along; the names alone where nothing more is known. */
export const pathsInWords = (via: readonly string[], paths: Cascade["paths"]): string =>
  (paths && paths.length > 1 ? paths.map(({ constraint, rows }) => `${constraint} ${figure(rows)}`) : via).join(", ");

const CERTAINTY = { exact: "exact count", capped: "at least; counting stopped", estimate: "estimate", unknown: "not known" } as const;
export const certainty = (rows: Rows) => CERTAINTY[rows.kind];

/** Share of a table in per cent; tiny shares are not rounded to nothing, nor nearly-all to all. */
export function share(fraction: number): string {
  if (fraction <= 0) return "0 %";
  if (fraction >= 1) return "all";
  const percent = fraction * 100;
  if (percent < 0.1) return "< 0.1 %";
  if (percent > 99.9) return "> 99.9 %";
  return `${percent.toFixed(1)} %`;
}

const BYTES = ["B", "kB", "MB", "GB", "TB", "PB"] as const;

/** `25 MB`, `1.2 GB`: units of 1,024, as the server's own pg_size_pretty counts them. */
export function bytesInWords(bytes: number): string {
  let size = bytes;
  let unit = 0;
  while (size >= 1_023.5 && unit < BYTES.length - 1) {
    size /= 1_024;
    unit++;
  }
  return `${size < 10 && unit > 0 ? trim(size.toFixed(1)) : whole.format(size)} ${BYTES[unit]}`;
}

/** Milliseconds as people say them: `38 ms`, `2.1 s`, `4 min 10 s`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 1) return "< 1 ms";
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  // Beyond it the tenth would be rounded to a minute.
  if (milliseconds < 59_950) return `${(milliseconds / 1_000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** PostgreSQL's `HH:MM:SS` as people say it: `3 min 12 s`, `49 h 5 min`; what is not of that form stays as it is. */
export function elapsed(clock: string): string {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d)$/u.exec(clock) ?? [];
  if (hours === undefined) return clock;
  if (Number(hours) > 0) return `${Number(hours)} h ${Number(minutes)} min`;
  return Number(minutes) > 0 ? `${Number(minutes)} min ${Number(seconds)} s` : `${Number(seconds)} s`;
}

/** The last part of a qualified name; the whole one where that alone would be unclear belongs into a title. */
export const bareName = (object: string) => object.slice(object.lastIndexOf(".") + 1);

/** Names for a sentence: `orders, order_items and 2 more`. */
export function namesInShort(objects: readonly string[]): string {
  const names = [...new Set(objects)].map(bareName);
  if (names.length <= 2) return names.join(" and ");
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

export const total = (rows: Iterable<Rows>) => sumRows(rows);
