import { parseGrammar } from "./grammar.ts";
import { quoteIdent, quoteLiteral } from "./query.ts";
import { names, type Node } from "./tree.ts";

/**
 * The text that an EXECUTE in PL/pgSQL runs, where its expression is built of constants alone: literals, `||`, `format`, `quote_ident`,
 * `quote_literal`, `quote_nullable`, and TG_OP, which is `event`. Undefined where anything is only known when it runs.
 */
export function constantText(expression: string | undefined, event: string): string | undefined {
  const parsed = expression === undefined ? undefined : parseGrammar(`select ${expression}`);
  const targets: Node[] = (parsed?.ok && parsed.statements.length === 1 && parsed.statements[0]!.stmt["SelectStmt"]?.targetList) || [];
  return targets.length === 1 ? value(targets[0]!["ResTarget"]?.val, event) : undefined;
}

function value(node: Node | undefined, event: string): string | undefined {
  if (node?.["A_Const"]?.sval) return node["A_Const"].sval.sval ?? "";
  if (node?.["A_Const"]?.ival) return String(node["A_Const"].ival.ival ?? 0);
  if (node?.["ColumnRef"]) return names(node["ColumnRef"].fields).join(".") === "tg_op" && event !== "" ? event : undefined;
  const operation: Node | undefined = node?.["A_Expr"];
  if (operation) {
    if (operation.kind !== "AEXPR_OP" || names(operation.name).join(".") !== "||") return undefined;
    const [left, right] = [value(operation.lexpr, event), value(operation.rexpr, event)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  const call: Node | undefined = node?.["FuncCall"];
  if (!call || call.func_variadic) return undefined;
  const given = ((call.args ?? []) as Node[]).map((item) => value(item, event));
  if (given.includes(undefined)) return undefined;
  const [first, ...rest] = given as string[];
  if (first === undefined) return undefined;
  const name = names(call.funcname)
    .join(".")
    .replace(/^pg_catalog\./, "");
  if (name === "format") return formatted(first, rest);
  const quote = QUOTES[name];
  return quote && rest.length === 0 ? quote(first) : undefined;
}

const QUOTES: Record<string, (text: string) => string> = {
  quote_ident: quoteIdent,
  quote_literal: quoteLiteral,
  quote_nullable: quoteLiteral,
};

const CONVERSIONS: Record<string, (text: string) => string> = { s: (text) => text, I: quoteIdent, L: quoteLiteral };

/** `format()` of PostgreSQL, without positions and widths (section 9.4.1 of its manual). */
function formatted(pattern: string, given: readonly string[]): string | undefined {
  let next = 0;
  let known = true;
  const text = pattern.replaceAll(/%(.?)/gs, (_, conversion: string) => {
    if (conversion === "%") return "%";
    const convert = CONVERSIONS[conversion];
    const argument = given[next++];
    if (!convert || argument === undefined) known = false;
    return convert && argument !== undefined ? convert(argument) : "";
  });
  return known ? text : undefined;
}
