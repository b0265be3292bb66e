import type { Reason } from "./line.ts";

/** Characters of a title, so that it stays one line beside the text. */
const LONGEST = 140;

/** One sentence for people from the facts, most consequential first: what it does, and how much else of that weight. */
export function titleOf(reasons: readonly Reason[], runsAs: string | undefined): string {
  const first = reasons[0];
  if (!first) return "Does nothing";
  const texts = new Set(reasons.filter((reason) => reason.effect === first.effect).map((reason) => reason.text));
  // Of reading the first program says what it is about; of anything else each fact counts.
  const more = first.effect === "read" ? 0 : texts.size - 1;
  const who = runsAs === undefined ? "" : `, as ${runsAs}`;
  const text = first.text.length > LONGEST ? `${first.text.slice(0, LONGEST - 1)}…` : first.text;
  return `${text}${who}${more > 0 ? `, and ${more} more` : ""}`;
}
