import type { CommandState, ResultSummary } from "@interlock/protocol";

/** Why there are not all rows, in a few words. */
export interface ResultRemark {
  text: string;
  tone: "warn" | "bad";
}

const ENDS: Partial<Record<CommandState, string>> = {
  failed: "failed",
  cancelled: "cancelled",
  rolled_back: "rolled back",
  unknown: "outcome unknown",
};

/** Says what is missing of a result, once: how the command ended explains rows that did not come. */
export function resultRemark(
  state: CommandState,
  { done, truncated }: Pick<ResultSummary, "done" | "truncated">,
): ResultRemark | undefined {
  const end = ENDS[state];
  if (end !== undefined && (truncated || !done)) return { text: `${end}: not all rows came`, tone: "bad" };
  if (end !== undefined) return { text: end, tone: "bad" };
  return truncated ? { text: "cut off: there were more rows", tone: "warn" } : undefined;
}

/** What stands in place of rows where there are none. */
export function noRowsWords(state: CommandState): string {
  const end = ENDS[state];
  return end === undefined ? "No rows." : "No row came before the command ended.";
}
