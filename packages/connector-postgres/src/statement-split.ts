import { isComment, scanTokens } from "./grammar.ts";
import { textPositions } from "./text-position.ts";

/** A piece of text between top-level separators; UTF-16 units, comments and blanks around it left out. */
export interface Piece {
  start: number;
  end: number;
  text: string;
}

/**
 * Splits at top-level semicolons with PostgreSQL's scanner, so that one broken statement does not hide the others. Text behind an
 * unterminated quote or comment is one last piece.
 */
export function splitStatements(text: string): Piece[] {
  const { head, tail } = scannable(text);
  const tokens = scanTokens(head) ?? [];
  const at = textPositions(head);
  const pieces: Piece[] = [];
  let first: number | undefined;
  let last = 0;
  let depth = 0;
  let atomic = 0;
  const words: string[] = [];
  const close = () => {
    if (first !== undefined) pieces.push({ start: first, end: last, text: text.slice(first, last) });
    first = undefined;
    depth = 0;
    atomic = 0;
    words.length = 0;
  };
  for (const token of tokens) {
    if (isComment(token)) continue;
    const word = token.text.toLowerCase();
    if (token.text === "(") depth++;
    else if (token.text === ")") depth = Math.max(0, depth - 1);
    // A body between BEGIN ATOMIC and END holds semicolons of its own; CASE … END nests in it.
    else if (word === "atomic" && words.at(-1) === "begin") atomic = 1;
    else if (atomic > 0 && word === "case") atomic++;
    else if (atomic > 0 && word === "end") atomic--;
    if (token.text === ";" && depth === 0 && atomic === 0) {
      close();
      continue;
    }
    words.push(word);
    first ??= at.ofByte(token.start);
    last = at.ofByte(token.end);
  }
  if (tail < text.length) {
    first ??= tail;
    last = text.trimEnd().length;
  }
  close();
  return pieces;
}

/** The longest head, ending at a semicolon or line, that the scanner accepts; all of it in the ordinary case. */
function scannable(text: string): { head: string; tail: number } {
  if (scanTokens(text)) return { head: text, tail: text.length };
  let low = 0;
  const cuts = [...text.matchAll(/[;\n]/g)].map((match) => match.index + 1);
  // From the back: the first cut the scanner accepts. Bounded, since every try scans again.
  for (let i = cuts.length - 1, tries = 0; i >= 0 && tries < 200; i--, tries++) {
    if (scanTokens(text.slice(0, cuts[i]))) {
      low = cuts[i]!;
      break;
    }
  }
  while (low < text.length && /\s/.test(text[low]!)) low++;
  return { head: text.slice(0, low), tail: low };
}
