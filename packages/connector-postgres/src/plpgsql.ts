import { parseGrammar, parsePlpgsql } from "./grammar.ts";
import { quoteLiteral } from "./query.ts";
import { nameOf, unwrap, walk, type NameRef, type Node } from "./tree.ts";

/** One embedded SQL text of a PL/pgSQL body. `dynamic`: the text is an expression whose value is run. */
export interface EmbeddedSql {
  text: string;
  dynamic: boolean;
  /** Conditions and loops it stands in, as their SQL expressions; `loop` for loops. */
  under: string[];
}

export const TRIGGER_SIGNATURE = "() returns trigger";
export const BLOCK_SIGNATURE = "() returns void";

/** Parses a body as the function it belongs to; see CatalogFunction.signature. Undefined when it cannot be read. */
export function plpgsqlTree(body: string, signature: string): Node | undefined {
  const kind = signature.includes(") returns ") ? "function" : "procedure";
  return parsePlpgsql(`create ${kind} f${signature} language plpgsql as ${quoteLiteral(body)}`)?.[0]?.PLpgSQL_function;
}

/** Statements whose own fields are followed; any other kind makes a body unknowable. */
const KNOWN = new Set(
  `block if case while loop fori fors forc foreach_a exit return return_next return_query raise assert execsql perform assign getdiag open fetch
close call dynexecute dynfors commit rollback`
    .trim()
    .split(/\s+/)
    .map((name) => `PLpgSQL_stmt_${name}`),
);

/** Every SQL text in a body; undefined when it holds a statement that is not known. */
export function embeddedSql(tree: Node): EmbeddedSql[] | undefined {
  const found: EmbeddedSql[] = [];
  let known = true;
  const visit = (node: unknown, under: string[]): void => {
    if (Array.isArray(node)) return node.forEach((item) => visit(item, under));
    if (typeof node !== "object" || node === null) return;
    const wrapped = unwrap(node);
    if (!wrapped) return Object.values(node).forEach((value) => visit(value, under));
    const [type, body] = wrapped;
    if (type === "PLpgSQL_expr") {
      found.push({ text: expressionText(body), dynamic: false, under });
      return;
    }
    if (type.startsWith("PLpgSQL_stmt_") && !KNOWN.has(type)) known = false;
    if (type === "PLpgSQL_stmt_commit" || type === "PLpgSQL_stmt_rollback") known = false;
    if (type === "PLpgSQL_stmt_dynexecute" || type === "PLpgSQL_stmt_dynfors" || body.dynquery)
      found.push({ text: "", dynamic: true, under });
    if (type === "PLpgSQL_stmt_if") {
      visit(body.cond, under);
      const condition = expressionOf(body.cond);
      visit(body.then_body, [...under, condition]);
      const negated = [`not (${condition})`];
      for (const branch of body.elsif_list ?? []) {
        const elsif = branch.PLpgSQL_if_elsif;
        visit(elsif.cond, under);
        visit(elsif.stmts, [...under, ...negated, expressionOf(elsif.cond)]);
        negated.push(`not (${expressionOf(elsif.cond)})`);
      }
      visit(body.else_body, [...under, ...negated]);
      return;
    }
    const loop = /_(while|loop|fori|fors|forc|foreach_a|dynfors)$/.test(type);
    const branching = type === "PLpgSQL_stmt_case" || type === "PLpgSQL_exception_block" || type === "PLpgSQL_exception";
    for (const value of Object.values(body)) visit(value, loop ? [...under, "loop"] : branching ? [...under, "branch"] : under);
  };
  visit(tree.datums, []);
  visit(tree.action, []);
  return known ? found : undefined;
}

/** Stands for the type of a column somewhere (`t.a%TYPE`, `t%ROWTYPE`), which no text tells. */
export const COLUMN_TYPE = "%TYPE";

/** Types that a body declares variables of: their checks run when a value is assigned. */
export function declaredTypes(tree: Node): NameRef[] {
  const found: NameRef[] = [];
  walk(tree, (type, body) => {
    if (type !== "PLpgSQL_type" || typeof body.typname !== "string") return;
    const parsed = parseGrammar(`select null::${body.typname}`);
    const cast = parsed.ok ? parsed.statements[0]?.stmt["SelectStmt"]?.targetList?.[0]?.ResTarget?.val?.TypeCast : undefined;
    found.push(cast && !body.typname.includes("%") ? nameOf(cast.typeName.names) : { name: COLUMN_TYPE });
  });
  return found;
}

const expressionOf = (node: Node | undefined): string => (node?.PLpgSQL_expr ? (node.PLpgSQL_expr.query ?? "") : "true");

/** An expression as a statement: parse modes 0 is a statement, 2 an expression, 3–5 assignments to one to three names. */
function expressionText(body: Node): string {
  const mode: number = body.parseMode ?? 0;
  if (mode === 0) return body.query ?? "";
  if (mode === 2) return `select ${body.query}`;
  const assigned = /:?=/.exec(body.query ?? "");
  if (!assigned) return `select ${body.query}`;
  const left = body.query.slice(0, assigned.index);
  const right = body.query.slice(assigned.index + assigned[0].length);
  // Subscripts on the left are evaluated, too.
  return left.includes("[") ? `select ${left}, ${right}` : `select ${right}`;
}
