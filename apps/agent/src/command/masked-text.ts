import { plainLines } from "@interlock/connector";
import { maskText, maskWords } from "@interlock/masking";

/** What is known of a target's message. */
export interface Said {
  /** The command's own text: what it says itself need not be hidden. */
  written: string;
  /** What the target puts in quotes; see the connector interface. */
  quotes: "values" | "names";
}

/**
 * A target's own words about a command, masked; when that fails nothing of them is shown (I7). Whoever wrote them may mean a terminal to obey
 * them, or to split what would be masked: control sequences go first.
 */
export function maskedText(text: string, { written, quotes }: Said): string {
  const plain = plainLines(text);
  try {
    return quotes === "names" ? maskWords(plain) : maskText(plain, written);
  } catch {
    return "The target's message is hidden because it could not be masked.";
  }
}
