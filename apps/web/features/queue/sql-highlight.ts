/** A piece of SQL for drawing in colour. For the eye only: nothing is decided by it. */
export interface SqlToken {
  kind: "keyword" | "string" | "number" | "comment" | "plain";
  text: string;
}

/** Words drawn as keywords. */
export const SQL_KEYWORDS: ReadonlySet<string> = new Set(
  `add all alter analyze and any array as asc begin between by call cascade case cast check close column commit concurrently conflict constraint copy create
  cross current cursor database deallocate declare default deferrable delete desc distinct do drop else end except execute exists explain extension
  fetch filter first for force foreign from full function generated grant group having if ilike in index inner insert instead intersect into interval is
  join key language last lateral left like limit listen lock materialized merge natural no not notify null nulls of offset on only or order outer over
  partition policy prepare primary procedure publication references refresh reindex release rename replace reset restrict returning revoke right role
  rollback row rows savepoint schema security select sequence session set show table temp temporary then to transaction trigger truncate type
  union unique update using vacuum values view when where window with`.split(/\s+/u),
);

const TOKEN =
  /(--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|('(?:[^']|'')*(?:'|$)|\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\3\$|$))|("(?:[^"]|"")*(?:"|$))|(\b\d+(?:\.\d+)?\b)|([A-Za-z_][\w$]*)/gu;

/** Splits a text into tokens that, put together, are the text. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  const push = (kind: SqlToken["kind"], piece: string) => {
    const last = tokens.at(-1);
    if (kind === "plain" && last?.kind === "plain") last.text += piece;
    else if (piece !== "") tokens.push({ kind, text: piece });
  };
  for (const match of text.matchAll(TOKEN)) {
    push("plain", text.slice(at, match.index));
    const [all, comment, string, , , number, word] = match;
    push(
      comment ? "comment" : string ? "string" : number ? "number" : word && SQL_KEYWORDS.has(word.toLowerCase()) ? "keyword" : "plain",
      all,
    );
    at = match.index + all.length;
  }
  push("plain", text.slice(at));
  return tokens;
}
