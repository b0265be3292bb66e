import { maskedLines } from "../objects/masked-lines.ts";

/** An answer with what the detectors find masked in all its texts (I7). One line of JSON stays JSON: what they find has no quotes in it. */
export function maskedAnswer<T>(answer: T, detectors: readonly string[]): T {
  return JSON.parse(maskedLines(JSON.stringify(answer), detectors)) as T;
}
