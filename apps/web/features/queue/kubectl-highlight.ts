import { KUBECTL_TYPES, KUBECTL_VERBS } from "../editor/kubectl-words.ts";
import type { SqlToken } from "./sql-highlight.ts";

const TOKEN =
  /(?<=^|\s)(#[^\n]*)|('[^']*'?|"(?:[^"\\]|\\.)*"?)|((?<=(?:^|\s)(?:-n|--namespace)(?:=|[ \t]+))[a-z0-9][\w.-]*)|(--?[A-Za-z][\w-]*)|(\b\d+(?=\s|$))|([A-Za-z][\w.:-]*)/gmu;

/** Splits frozen lines of kubectl into tokens that, put together, are the text. For the eye only. */
export function kubectlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  const push = (kind: SqlToken["kind"], piece: string) => {
    const last = tokens.at(-1);
    if (kind === "plain" && last?.kind === "plain") last.text += piece;
    else if (piece !== "") tokens.push({ kind, text: piece });
  };
  for (const match of text.matchAll(TOKEN)) {
    push("plain", text.slice(at, match.index));
    const [all, comment, string, namespace, , number, word] = match;
    const named = word === "kubectl" || (word !== undefined && KUBECTL_VERBS.has(word)) ? "keyword" : undefined;
    const type = word !== undefined && KUBECTL_TYPES.has(word) ? "number" : undefined;
    push(comment ? "comment" : string || namespace ? "string" : number ? "number" : (named ?? type ?? "plain"), all);
    at = match.index + all.length;
  }
  push("plain", text.slice(at));
  return tokens;
}
