import type { ASTNode } from "@marcbachmann/cel-js";

/** A string of CEL, raw and triple-quoted ones included, or a comment: brackets in there are none. */
const OPAQUE = /(?:[bB]?[rR]|[rR][bB]?)("""|'''|"|')[\s\S]*?\1|[bB]?("""|'''|"|')(?:\\[\s\S]|(?!\2)[\s\S])*\2|\/\/[^\n]*/g;

/**
 * The text of a part of an expression, as it was written. The range of a node ends where its last operand does, so the brackets around the
 * first or the last one are partly outside (`1 - (2 - 3)` would end at the 3): it is widened until every bracket has its other half. The
 * library's own `serialize` leaves such brackets out where they decide.
 */
export function sourceText({ input, start, end }: ASTNode): string {
  let [from, to] = [start, end];
  const pairs = bracketPairs(input);
  for (let widened = true; widened;) {
    widened = false;
    for (const [open, close] of pairs) {
      const [hasOpen, hasClose] = [open >= from && open < to, close >= from && close < to];
      if (hasOpen === hasClose) continue;
      from = Math.min(from, open);
      to = Math.max(to, close + 1);
      widened = true;
    }
  }
  return input.slice(from, to);
}

/** Offsets of brackets and their other halves. */
function bracketPairs(input: string): [open: number, close: number][] {
  const text = input.replaceAll(OPAQUE, (found) => " ".repeat(found.length));
  const pairs: [number, number][] = [];
  const opened: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") opened.push(at);
    else if (text[at] === ")" && opened.length > 0) pairs.push([opened.pop()!, at]);
  }
  return pairs;
}
