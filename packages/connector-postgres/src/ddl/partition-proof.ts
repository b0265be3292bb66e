import type { AnalysisContext } from "../analysis-context.ts";
import { constant, names, type Node } from "../tree.ts";
import { conjuncts, provenNotNull } from "./alteration.ts";
import type { RelationFacts } from "./relation-facts.ts";

/**
 * Whether the checks of a table already say that all its rows belong to a partition's bound, so that ATTACH need not read it
 * (PartConstraintImpliedByRelConstraint in tablecmds.c). Proven are single columns: a list of values within the list, a range within the
 * range. What is not proven here is said to be read.
 */
export async function provesBound(context: AnalysisContext, parent: RelationFacts, child: RelationFacts, bound: Node): Promise<boolean> {
  if (parent.partitionColumns.length !== 1) return false;
  const column = parent.columns.find((item) => item.attnum === parent.partitionColumns[0])?.name;
  const own = child.columns.find((item) => item.name === column);
  if (column === undefined || !own || !provenNotNull(child, column)) return false;
  const checks = child.constraints
    .filter((item) => item.type === "c" && item.validated && item.enforced)
    .flatMap((item) => conjuncts(item.expression ?? ""));
  if (parent.strategy === "l") {
    const allowed = values(bound.listdatums);
    return allowed !== undefined && checks.some((check) => within(listed(check, column), allowed));
  }
  if (parent.strategy !== "r") return false;
  const [low, high] = [edge(bound.lowerdatums), edge(bound.upperdatums)];
  if (low === undefined || high === undefined) return false;
  const limits = checks.flatMap((check) => limit(check, column) ?? []);
  const above =
    low === "open" ||
    (await anyHolds(
      context,
      own.type,
      limits.filter((item) => item.operator === ">=" || item.operator === ">"),
      ">=",
      low,
    ));
  return (
    above &&
    (high === "open" ||
      (await anyHolds(
        context,
        own.type,
        limits.filter((item) => item.operator === "<"),
        "<=",
        high,
      )))
  );
}

const bare = (node: Node | undefined): Node | undefined => (node?.TypeCast ? bare(node.TypeCast.arg) : node);
const isColumn = (node: Node | undefined, column: string): boolean => names(bare(node)?.ColumnRef?.fields).at(-1) === column;

function values(list: readonly Node[] | undefined): string[] | undefined {
  const all = (list ?? []).map((item) => constant(bare(item)));
  return all.every((value) => value !== undefined) ? (all as string[]) : undefined;
}

/** The values a check leaves a column: `c = 'x'`, `c = ANY (ARRAY['x', …])`. */
function listed(check: Node, column: string): string[] | undefined {
  const expression: Node | undefined = check.A_Expr;
  if (!expression || names(expression.name).at(-1) !== "=" || !isColumn(expression.lexpr, column)) return undefined;
  const right = bare(expression.rexpr);
  return values(right?.A_ArrayExpr?.elements ?? right?.List?.items ?? (right ? [right] : []));
}

const within = (some: string[] | undefined, all: string[]): boolean =>
  some !== undefined && some.length > 0 && some.every((value) => all.includes(value));

function edge(list: readonly Node[] | undefined): string | undefined {
  const [datum] = list ?? [];
  const word = names(datum?.ColumnRef?.fields).at(-1);
  if (word === "minvalue" || word === "maxvalue") return "open";
  return constant(bare(datum));
}

interface Limit {
  operator: string;
  value: string;
}

function limit(check: Node, column: string): Limit | undefined {
  const expression: Node | undefined = check.A_Expr;
  const value = constant(bare(expression?.rexpr));
  if (!expression || value === undefined || !isColumn(expression.lexpr, column)) return undefined;
  return { operator: names(expression.name).at(-1) ?? "", value };
}

/** Types whose literals the server compares without anybody's own code. */
const COMPARED: Record<number, string> = {
  20: "int8",
  21: "int2",
  23: "int4",
  1082: "date",
  1114: "timestamp",
  1184: "timestamptz",
  1700: "numeric",
};

async function anyHolds(
  { session }: AnalysisContext,
  type: number,
  limits: readonly Limit[],
  operator: ">=" | "<=",
  edgeValue: string,
): Promise<boolean> {
  const cast = COMPARED[type];
  if (cast === undefined || limits.length === 0) return false;
  const compared = await session.attempt(1_000, () =>
    session.query(`select bool_or(value::${cast} ${operator} $2::${cast}) as holds from unnest($1::text[]) as value`, [
      limits.map((item) => item.value),
      edgeValue,
    ]),
  );
  return compared.ok && compared.value[0]?.holds === true;
}
