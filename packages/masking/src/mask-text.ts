import { DETECTORS, drawnBytes, drawSpans, findSpans, mayHold, readDetectors } from "./detectors.ts";

const ALL = readDetectors(DETECTORS);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Masks a server's notice or error. Besides what the detectors find, the places where PostgreSQL quotes row values are masked whole,
 * because an error must not tell what the result would have hidden: `SELECT full_name::int …` names the value in its error, and
 * `full_name::regclass` calls it a relation that does not exist. Such names stay readable where the command's own text, `written`, has
 * them. Greedy on purpose: values may hold quotes, brackets and line ends.
 */
export function maskText(text: string, written = ""): string {
  const quoted = text
    .replace(/(=|contains )\([\s\S]*(?:\)|$)/, "$1(••••)")
    .replace(/(: |value |literal |string )"[\s\S]*"/, '$1"••••"')
    .replace(/"([\s\S]*)" (?=does not exist|is not)/, (match, name: string) => (written.includes(name) ? match : '"••••" '));
  const bytes = encoder.encode(quoted);
  if (!mayHold(bytes, 0, bytes.length, ALL)) return quoted;
  const out = new Uint8Array(drawnBytes(bytes.length));
  return decoder.decode(out.subarray(0, drawSpans(bytes, 0, bytes.length, findSpans(bytes, 0, bytes.length, ALL), out, 0)));
}
