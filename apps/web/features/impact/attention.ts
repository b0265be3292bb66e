import type { Impact, Risk } from "@interlock/protocol";
import { whoBlocks } from "./wait-words.ts";

/** One thing that one should know before it runs. `fails`: the target would refuse it. */
export interface Attention {
  severity: "fails" | Risk["severity"];
  text: string;
  /** A safer text for one statement, and why it is safer. */
  suggestion?: { statement: number; text: string; why: string };
}

const WEIGHT = { fails: 0, danger: 1, warning: 2, info: 3 } as const satisfies Record<Attention["severity"], number>;

/** What stands out about a text, worst first, in the order of the statements. What could not be worked out is a warning of its own (I3). */
export function attentions(impact: Impact): Attention[] {
  const all: Attention[] = [];
  for (const { index, willFail, waits, risks } of impact.statements) {
    const where = impact.statements.length > 1 ? `Statement ${index + 1}: ` : "";
    for (const { reason } of willFail) all.push({ severity: "fails", text: where + reason });
    for (const { object, blockedBy } of waits)
      all.push({
        severity: "warning",
        text: `${where}Would wait now for ${whoBlocks(blockedBy)} on ${object}`,
      });
    for (const { severity, message, suggestion } of risks)
      all.push({ severity, text: where + message, ...(suggestion ? { suggestion: { statement: index, ...suggestion } } : {}) });
  }
  for (const text of impact.warnings) all.push({ severity: "warning", text });
  if (!impact.complete && impact.warnings.length === 0) all.push({ severity: "warning", text: "Not everything could be worked out" });
  return all.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

/** What the key for the safer text means: that of the worst for which there is one. */
export const firstSuggestion = (all: readonly Attention[]): Attention["suggestion"] =>
  all.find(({ suggestion }) => suggestion !== undefined)?.suggestion;
