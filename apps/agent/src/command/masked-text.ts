import { maskText } from "@interlock/masking";

/** A target's own words about the command `written`, masked; when that fails nothing of them is shown (I7). */
export function maskedText(text: string, written: string): string {
  try {
    return maskText(text, written);
  } catch {
    return "The target's message is hidden because it could not be masked.";
  }
}
