import type { Diagnostic } from "@interlock/protocol";
import { isComment, parseGrammar, scanTokens, type RawStatement, type Token } from "./grammar.ts";
import { splitStatements, type Piece } from "./statement-split.ts";
import { textPositions } from "./text-position.ts";
import type { Node } from "./tree.ts";

/** One statement of a text. `tree` is absent when it does not parse. */
export interface StatementTree extends Piece {
  index: number;
  tree?: Node;
}

export interface StatementTrees {
  statements: StatementTree[];
  diagnostics: Diagnostic[];
}

/** Every statement of a text with its tree; broken ones keep their place and carry a diagnostic. Never throws. */
export function statementTrees(text: string): StatementTrees {
  const whole = parseGrammar(text);
  const tokens = whole.ok ? scanTokens(text) : undefined;
  if (whole.ok && tokens) return { statements: located(text, whole.statements, tokens), diagnostics: [] };
  const statements: StatementTree[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const piece of splitStatements(text)) {
    const index = statements.length;
    const parsed = parseGrammar(piece.text);
    if (parsed.ok && parsed.statements.length === 1) statements.push({ index, ...piece, tree: parsed.statements[0]!.stmt });
    else {
      statements.push({ index, ...piece });
      diagnostics.push(
        parsed.ok
          ? { start: piece.start, end: piece.end, message: "This is not one statement", severity: "error" }
          : diagnostic(text, piece, parsed.message, parsed.position),
      );
    }
  }
  // Pieces that parse alone but not together must not look sound.
  if (!whole.ok && diagnostics.length === 0) {
    diagnostics.push(diagnostic(text, { start: 0, end: text.length, text }, whole.message, whole.position));
    for (const statement of statements) delete statement.tree;
  }
  return { statements, diagnostics };
}

function located(text: string, raw: RawStatement[], tokens: Token[]): StatementTree[] {
  const at = textPositions(text);
  const code = tokens.filter((token) => !isComment(token));
  const total = Buffer.byteLength(text);
  let next = 0;
  return raw.map((statement, index) => {
    const from = statement.stmt_location ?? 0;
    const to = statement.stmt_len ? from + statement.stmt_len : total;
    while (next < code.length && (code[next]!.start < from || code[next]!.text === ";")) next++;
    const first = code[next];
    let last = first;
    while (next < code.length && code[next]!.end <= to) last = code[next++];
    const start = at.ofByte(first?.start ?? from);
    const end = at.ofByte(last?.end ?? to);
    return { index, start, end, text: text.slice(start, end), tree: statement.stmt };
  });
}

/** Underlines the token the parser objects to; at the end of a text its last character, so that something is underlined. */
function diagnostic(text: string, piece: Piece, message: string, codePoint: number): Diagnostic {
  let start = piece.start + textPositions(piece.text).ofCodePoint(codePoint);
  if (start >= piece.end) start = Math.max(piece.start, piece.end - 1);
  const near = /at or near "([\s\S]*)"$/.exec(message)?.[1];
  const length =
    near && text.startsWith(near, start) ? near.split("\n")[0]!.length : (/^\w+/.exec(text.slice(start, piece.end))?.[0].length ?? 1);
  return { start, end: Math.min(text.length, start + Math.max(1, length)), message, severity: "error" };
}
