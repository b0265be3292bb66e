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

/**
 * What stands out about a text, worst first, in the order of the statements; what several of them have in common once. What could not be worked
 * out is a warning of its own (I3).
 */
export function attentions(impact: Impact): Attention[] {
  const found: (Attention & { of?: number })[] = [];
  for (const { index: of, willFail, waits, risks } of impact.statements) {
    for (const { reason } of willFail) found.push({ severity: "fails", text: reason, of });
    // Without since when, which the details have: that goes on, and would be read out again and again.
    for (const { object, blockedBy } of waits)
      found.push({ severity: "warning", text: `Would wait now for ${whoBlocks({ ...blockedBy, age: "" })} on ${object}`, of });
    for (const { severity, message, suggestion } of risks)
      found.push({ severity, text: message, of, ...(suggestion ? { suggestion: { statement: of, ...suggestion } } : {}) });
  }
  for (const text of impact.warnings) found.push({ severity: "warning", text });
  if (!impact.complete && impact.warnings.length === 0) found.push({ severity: "warning", text: "Not everything could be worked out" });
  // An edit belongs to its own statement, so what has one stands alone.
  const alike = Map.groupBy(found, ({ severity, text, suggestion }) => `${severity} ${suggestion?.statement ?? ""} ${text}`);
  const all = [...alike.values()].map((same) => {
    const { of: _, ...attention } = same[0]!;
    return { ...attention, text: whichStatements(impact, same) + attention.text };
  });
  return all.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
}

/** `Statement 2: `, `Statements 1, 3, 5 and 13 more: `; nothing where there is but one. */
function whichStatements({ statements }: Impact, same: readonly { of?: number }[]): string {
  const numbers = [...new Set(same.flatMap(({ of }) => (of === undefined ? [] : [of + 1])))];
  if (statements.length < 2 || numbers.length === 0) return "";
  if (numbers.length === 1) return `Statement ${numbers[0]}: `;
  const named = numbers.length > 4 ? numbers.slice(0, 3) : numbers.slice(0, -1);
  return `Statements ${named.join(", ")} and ${numbers.length > 4 ? `${numbers.length - 3} more` : numbers.at(-1)}: `;
}

/** What the key for the safer text means: that of the worst for which there is one. */
export const firstSuggestion = (all: readonly Attention[]): Attention["suggestion"] =>
  all.find(({ suggestion }) => suggestion !== undefined)?.suggestion;
