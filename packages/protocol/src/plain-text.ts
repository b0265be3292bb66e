import { z } from "zod";

/** Control characters but white space, and the bidirectional controls with which text can be made to read otherwise than it is (Trojan Source). */
const DECEIVING = /(?![\t-\r])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;
const LINE_ENDS = /[\t-\r\u2028\u2029]/;

/** Whether everybody reads a text as it is: well-formed, without characters that hide or reorder others. */
export function readsAsItIs(text: string): boolean {
  return text.isWellFormed() && !DECEIVING.test(text);
}

const MESSAGE = "must not hold control characters or ones that change how text is displayed";

/** Words of a person, possibly of several lines. `max` counts UTF-16 units. */
export const plainText = (max: number) => z.string().max(max).refine(readsAsItIs, MESSAGE);

/** A title or a name: one line, not only white space, which is cut off at both ends. */
export const plainLine = (max: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => readsAsItIs(text) && !LINE_ENDS.test(text), MESSAGE);
