import type { ResultSummary } from "@interlock/protocol";

/** Whether a result is a program's output line by line, and not a table. */
export const isOutput = ({ columns }: Pick<ResultSummary, "columns">): boolean => columns.length === 1 && columns[0]!.name === "output";

/** What results hold so many of, in words: a program's output has lines, everything else rows. */
export function linesOf(results: readonly Pick<ResultSummary, "columns">[], n: number): string {
  const one = results.length > 0 && results.every(isOutput) ? "line" : "row";
  return n === 1 ? one : `${one}s`;
}

/** What the lines are, by how they were asked for: objects fold, everything else is plain. */
export function outputLanguage(text: string): "yaml" | "plaintext" {
  return /(?:^|\s)(?:-o|--output)[=\s]*(?:yaml|json)\b/u.test(text) || /\bkustomize\b/u.test(text) ? "yaml" : "plaintext";
}

/** Lines that are shown; a browser gets slow over more, and all of them are exported. */
export const OUTPUT_LINES = 50_000;
