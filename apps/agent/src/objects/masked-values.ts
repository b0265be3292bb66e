import { maskedLines } from "./masked-lines.ts";

/**
 * How any of these texts is shown, with what the detectors find in its lines masked. All at once: making ready to mask takes longer than
 * masking. Throws where that fails (I7).
 */
export function maskedTexts(texts: Iterable<string>, detectors: readonly string[]): (text: string) => string {
  const lines = [...new Set([...texts].flatMap((text) => text.split("\n")))];
  if (detectors.length === 0 || lines.length === 0) return (text) => text;
  const shown = maskedLines(lines.join("\n"), detectors).split("\n");
  const known = new Map(lines.map((line, index) => [line, shown[index]!]));
  return (text) =>
    text
      .split("\n")
      .map((line) => known.get(line)!)
      .join("\n");
}

/** A value of JSON with each of its texts as it is shown, names of fields too: what is around a text is none of the detectors' business. */
export function maskedValues<T>(value: T, detectors: readonly string[]): T {
  const texts = new Set<string>();
  mapTexts(value, (text) => {
    texts.add(text);
    return text;
  });
  return mapTexts(value, maskedTexts(texts, detectors)) as T;
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [map(key), mapTexts(one, map)]));
}
