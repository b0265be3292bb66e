import { isComment, scanTokens } from "../grammar.ts";
import { quoteIdent } from "../query.ts";
import { deparse } from "../selection.ts";
import type { Node } from "../tree.ts";
import type { RiskInput } from "./risk-rule.ts";

/** The statement with its tree changed; undefined where the tree cannot be written down faithfully. */
export function changed(input: RiskInput, change: (body: Node) => void): string | undefined {
  const body = structuredClone(input.body);
  change(body);
  return deparse({ [input.type]: body });
}

/** ALTER TABLE with other sub-commands in place of one. */
export const withCommands = (input: RiskInput, cmd: Node, instead: readonly Node[]): string | undefined =>
  changed(input, (body) => {
    const at = input.body.cmds.findIndex((item: Node) => item.AlterTableCmd === cmd);
    body.cmds.splice(at, 1, ...instead.map((item) => ({ AlterTableCmd: item })));
  });

/** The text as it was written, with words put behind the first of these keywords that stands in it. */
export function afterKeyword(text: string, keywords: readonly string[], words: string): string | undefined {
  const token = scanTokens(text)?.find((item) => !isComment(item) && keywords.includes(item.text.toLowerCase()));
  if (!token) return undefined;
  const bytes = Buffer.from(text);
  return `${bytes.toString("utf8", 0, token.end)} ${words}${bytes.toString("utf8", token.end)}`;
}

/** What follows cannot be part of the same command, so it waits in a comment, which a semicolon behind it does not change. */
export const andLater = (text: string | undefined, ...steps: readonly (string | undefined)[]): string | undefined =>
  text === undefined || steps.includes(undefined)
    ? undefined
    : `${text}\n/* ${steps.length > 1 ? "Then, each as a command of its own" : "Then, as a command of its own"}:\n   ${steps.join(";\n   ")}; */`;

/** An identifier, quoted where it must be. */
export function ident(name: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) return quoteIdent(name);
  const kind = scanTokens(name)?.[0]?.keywordName;
  return kind === undefined || kind === "RESERVED_KEYWORD" || kind === "TYPE_FUNC_NAME_KEYWORD" ? quoteIdent(name) : name;
}

/** A relation's name as it was written, quoted where it must be. */
export const rangeText = (range: Node): string => (range.schemaname ? `${ident(range.schemaname)}.` : "") + ident(range.relname);

/** An expression as SQL. */
export const expressionText = (node: Node): string | undefined =>
  deparse({ SelectStmt: { targetList: [{ ResTarget: { val: node } }], limitOption: "LIMIT_OPTION_DEFAULT", op: "SETOP_NONE" } })?.replace(
    /^SELECT\s+/,
    "",
  );

/** Name of a new constraint as PostgreSQL would choose it, cut to what a name may hold. */
export const constraintName = (relation: string, columns: readonly string[], ending: string): string =>
  [...[relation, ...columns].join("_").slice(0, 62 - ending.length), "_", ending].join("");
