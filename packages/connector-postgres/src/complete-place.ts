import { isComment, scanTokens, type Token } from "./grammar.ts";
import { textPositions } from "./text-position.ts";
import type { NameRef } from "./tree.ts";

/** Where a completion would go, and what fits there. UTF-16 units. */
export interface CompletionPlace {
  start: number;
  end: number;
  /** What is typed of the word so far. */
  prefix: string;
  /** Names before the dot the cursor stands behind. */
  qualifier?: string[];
  /** `clause`: right behind a relation or its alias, where the next clause begins more often than anything else. */
  wants: "statement" | "table" | "clause" | "any";
}

interface Word {
  text: string;
  /** The name it stands for: folded to lower case, or unquoted. */
  name: string;
  start: number;
  end: number;
  identifier: boolean;
}

/** After these a relation is named. */
const BEFORE_TABLE = new Set([
  "from",
  "join",
  "into",
  "update",
  "table",
  "truncate",
  "using",
  "view",
  "only",
  "references",
  "copy",
  "lock",
  "analyze",
  "vacuum",
  "index",
]);
/** Words that end a FROM list or an alias position. */
const NOT_ALIAS = new Set(
  `where on using join left right full inner cross natural group order having limit offset union except intersect set values returning select from
as and or not when for window fetch default do conflict into lateral tablesample`.split(/\s+/),
);

/** Undefined inside strings, comments and numbers, where nothing is completed. */
export function contextAt(text: string, offset: number): CompletionPlace | undefined {
  const statement = statementAround(text, offset);
  if (!statement) return undefined;
  const before = statement.words.filter((word) => word.end <= offset || (word.start < offset && word.identifier));
  const last = before.at(-1);
  const typing = last && last.end >= offset && last.identifier ? last : undefined;
  const start = typing?.start ?? offset;
  const prefix = typing ? text.slice(typing.start, offset).replace(/^"/, "") : "";
  const left = typing ? before.slice(0, -1) : before;
  const qualifier: string[] = [];
  let at = left.length - 1;
  while (left[at]?.text === "." && left[at - 1]?.identifier && qualifier.length < 2) {
    qualifier.unshift(left[at - 1]!.name);
    at -= 2;
  }
  const previous = left[at];
  return { start, end: typing?.end ?? offset, prefix, ...(qualifier.length > 0 ? { qualifier } : {}), wants: wanted(left, at, previous) };
}

function wanted(left: readonly Word[], at: number, previous: Word | undefined): CompletionPlace["wants"] {
  if (previous === undefined) return "statement";
  if (wantsTable(left, at)) return "table";
  return isRelation(left, at) || (isRelation(left, at - 1) && previous.identifier && !NOT_ALIAS.has(previous.name)) ? "clause" : "any";
}

/** Whether the word ends the name of a relation in a list of relations. */
function isRelation(words: readonly Word[], at: number): boolean {
  if (!words[at]?.identifier || NOT_ALIAS.has(words[at].name)) return false;
  const before = words[at - 1]?.text === "." ? at - 3 : at - 1;
  return before >= 0 && wantsTable(words, before);
}

/** Behind FROM and its like, also after a comma in a FROM list. */
function wantsTable(words: readonly Word[], at: number): boolean {
  const word = words[at]!;
  if (BEFORE_TABLE.has(word.name) && !(word.name === "using" && words[at + 1]?.text === "(")) return true;
  if (word.text !== ",") return false;
  for (let i = at - 1, depth = 0; i >= 0; i--) {
    const text = words[i]!.text;
    if (text === ")") depth++;
    else if (text === "(" && depth-- === 0) return false;
    else if (depth === 0 && words[i]!.name === "from") return true;
    else if (depth === 0 && ["select", "where", "set", "by", "on", "returning", "values"].includes(words[i]!.name)) return false;
  }
  return false;
}

/** Relations and aliases the statement around the place names, before or behind it. */
export function aliasesAt(text: string, place: CompletionPlace): { alias: string; ref: NameRef }[] {
  const words = statementAround(text, place.start)?.words ?? [];
  const found: { alias: string; ref: NameRef }[] = [];
  for (let i = 0; i < words.length; i++) {
    if (!wantsTable(words, i)) continue;
    let at = i + 1;
    if (words[at]?.name === "only") at++;
    const first = words[at];
    if (!first?.identifier || (first.start <= place.start && place.start < first.end)) continue;
    let ref: NameRef = { name: first.name };
    if (words[at + 1]?.text === "." && words[at + 2]?.identifier) {
      ref = { schema: first.name, name: words[at + 2]!.name };
      at += 2;
    }
    let next = words[at + 1];
    if (next?.name === "as") next = words[at + 2];
    // A word that is being typed is not an alias yet.
    const alias = next?.identifier && next.start !== place.start && !NOT_ALIAS.has(next.name) ? next.name : ref.name;
    found.push({ alias, ref });
  }
  return found;
}

/** Words of the statement the offset stands in; undefined inside a string or a comment. */
function statementAround(text: string, offset: number): { words: Word[] } | undefined {
  const whole = scanTokens(text);
  // An open quote behind the cursor must not silence it: look at what stands before.
  const source = whole ? text : text.slice(0, offset);
  const tokens = whole ?? scanTokens(source);
  if (!tokens) return undefined;
  const at = textPositions(source);
  const words: Word[] = [];
  for (const token of tokens) {
    const start = at.ofByte(token.start);
    const end = at.ofByte(token.end);
    const inside = start < offset && offset < end;
    const lineComment = token.tokenName === "SQL_COMMENT" && start < offset && offset <= end;
    if (lineComment || (inside && (isComment(token) || token.tokenName.endsWith("CONST")))) return undefined;
    if (isComment(token)) continue;
    if (token.text === ";") {
      if (end <= offset) words.length = 0;
      else break;
      continue;
    }
    words.push(wordOf(token, start, end));
  }
  return { words };
}

function wordOf(token: Token, start: number, end: number): Word {
  const quoted = token.text.startsWith('"');
  const identifier =
    token.tokenName === "IDENT" || token.tokenName === "UIDENT" || (token.keywordName !== "NO_KEYWORD" && /^[a-z_]/i.test(token.text));
  const name = quoted ? token.text.slice(1, -1).replaceAll('""', '"') : token.text.toLowerCase();
  return { text: token.text, name, start, end, identifier };
}
