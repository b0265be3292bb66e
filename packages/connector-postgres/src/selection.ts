import { Deparser } from "pgsql-deparser";
import { parseGrammar } from "./grammar.ts";
import type { Node } from "./tree.ts";

/** SQL of a tree; undefined when what comes out does not parse back to the same tree. */
export function deparse(tree: Node): string | undefined {
  let sql: string;
  try {
    sql = Deparser.deparse(tree as never, { pretty: false });
  } catch {
    // A node the deparser does not know: the caller goes without an exact figure.
    return undefined;
  }
  const back = parseGrammar(sql);
  if (!back.ok || back.statements.length !== 1) return undefined;
  return shape(back.statements[0]!.stmt) === shape(tree) ? sql : undefined;
}

/** A tree without places and without fields that only say their default. */
function shape(tree: unknown): string {
  return JSON.stringify(tree, (key, value) => {
    if (value === undefined || /location$|^stmt_len$|list_(start|end)$/.test(key)) return undefined;
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, inner]) => inner !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    return value;
  });
}

/** Conditions joined by AND, in one list, as the parser makes it. */
export function allOf(conditions: readonly (Node | undefined)[]): Node | undefined {
  const args = conditions.flatMap((item): Node[] => {
    if (!item) return [];
    return item.BoolExpr?.boolop === "AND_EXPR" ? item.BoolExpr.args : [item];
  });
  return args.length > 1 ? { BoolExpr: { boolop: "AND_EXPR", args } } : args[0];
}

const string = (sval: string): Node => ({ String: { sval } });
const column = (alias: string, name: string): Node => ({ ColumnRef: { fields: [string(alias), string(name)] } });
const target = (val: Node, name: string): Node => ({ ResTarget: { name, val } });

/**
 * The rows an UPDATE or DELETE would touch, as a SELECT over its own tree: each row once, by place (`t`, `c`) with the given columns as
 * `k<attnum>`. `rows`: where its table is found, if not by the name in the statement. Undefined when the tree cannot be carried over faithfully.
 */
export function selectionOf(
  body: Node,
  columns: readonly { name: string; attnum: number }[],
  options: { limit: number; rows?: { range: Node; alias: string; column(column: { name: string; attnum: number }): Node } },
): string | undefined {
  const alias: string = options.rows?.alias ?? body.relation.alias?.aliasname ?? body.relation.relname;
  const field = options.rows?.column ?? (({ name }) => column(alias, name));
  const others: Node[] = [...(body.usingClause ?? []), ...(body.fromClause ?? [])];
  return deparse({
    SelectStmt: {
      ...(others.length > 0 ? { distinctClause: [{}] } : {}),
      targetList: [
        target(column(alias, "tableoid"), "t"),
        target(column(alias, "ctid"), "c"),
        ...columns.map((item) => target(field(item), `k${item.attnum}`)),
      ],
      fromClause: [options.rows?.range ?? { RangeVar: body.relation }, ...others],
      ...(body.whereClause ? { whereClause: body.whereClause } : {}),
      limitOption: "LIMIT_OPTION_COUNT",
      limitCount: { A_Const: { ival: { ival: options.limit } } },
      ...(body.withClause ? { withClause: body.withClause } : {}),
      op: "SETOP_NONE",
    },
  });
}
