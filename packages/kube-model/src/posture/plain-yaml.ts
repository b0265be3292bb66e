import { isRecord, type Json } from "../json.ts";

/** Texts that YAML reads as something else (YAML 1.1, which Kubernetes' own reader goes by). */
const OTHER = /^(y|n|yes|no|on|off|true|false|null)$/i;
const PLAIN = /^[A-Za-z_][\w./*-]*$/;

/**
 * Block YAML of a JSON value. A whole YAML library takes milliseconds for each of ten thousand patches; this takes microseconds, and writes
 * every text that is not plainly one as JSON, which YAML is a superset of.
 */
export function plainYaml(value: Json, indent = ""): string {
  if (Array.isArray(value) && value.length > 0) return value.map((item) => `${indent}- ${itemOf(item, indent)}`).join("");
  if (isRecord(value) && Object.keys(value).length > 0)
    return Object.entries(value)
      .map(([key, inner]) => `${indent}${scalar(key)}:${isNested(inner) ? `\n${plainYaml(inner, `${indent}  `)}` : ` ${scalar(inner)}\n`}`)
      .join("");
  return `${indent}${scalar(value)}\n`;
}

const isNested = (value: Json): boolean => (Array.isArray(value) ? value.length > 0 : isRecord(value) && Object.keys(value).length > 0);

/** The first line of an item stands behind its dash. */
const itemOf = (item: Json, indent: string): string =>
  isNested(item) ? plainYaml(item, `${indent}  `).slice(indent.length + 2) : `${scalar(item)}\n`;

function scalar(value: Json): string {
  if (typeof value === "string" && PLAIN.test(value) && !OTHER.test(value)) return value;
  return JSON.stringify(value);
}
