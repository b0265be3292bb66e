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

const string = (sval: string): Node => ({ String: { sval } });
const column = (alias: string, name: string, as?: string): Node => ({
  ResTarget: { ...(as ? { name: as } : {}), val: { ColumnRef: { fields: [string(alias), string(name)] } } },
});

/**
 * The rows an UPDATE or DELETE would touch, as a SELECT over its own tree: each row once, by place (`t`, `c`) with the given columns as
 * `k<attnum>`. A view has no places, so it is selected without. Undefined when the tree cannot be carried over faithfully.
 */
export function selectionOf(
  body: Node,
  columns: readonly { name: string; attnum: number }[],
  options: { placed: boolean; limit: number },
): string | undefined {
  const alias: string = body.relation.alias?.aliasname ?? body.relation.relname;
  const others: Node[] = [...(body.usingClause ?? []), ...(body.fromClause ?? [])];
  if (!options.placed && others.length > 0) return undefined;
  const places = options.placed
    ? [column(alias, "tableoid", "t"), column(alias, "ctid", "c")]
    : [column(alias, columns[0]?.name ?? "ctid", "t")];
  return deparse({
    SelectStmt: {
      ...(others.length > 0 ? { distinctClause: [{}] } : {}),
      targetList: [...places, ...columns.map(({ name, attnum }) => column(alias, name, `k${attnum}`))],
      fromClause: [{ RangeVar: body.relation }, ...others],
      ...(body.whereClause ? { whereClause: body.whereClause } : {}),
      limitOption: "LIMIT_OPTION_COUNT",
      limitCount: { A_Const: { ival: { ival: options.limit } } },
      ...(body.withClause ? { withClause: body.withClause } : {}),
      op: "SETOP_NONE",
    },
  });
}
