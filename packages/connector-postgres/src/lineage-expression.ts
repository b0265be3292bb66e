import { isUserFunction } from "./lineage-names.ts";
import { lookUp, NO_SOURCES, unite, type Columns, type Scope, type Sources } from "./lineage-sources.ts";
import { reviewedFunction } from "./reviewed-functions.ts";
import { names, unwrap, type Node } from "./tree.ts";

export interface ExpressionContext {
  own: ReadonlySet<string>;
  /** Columns of a subquery that sees `scope`. */
  subquery(select: Node, scope: Scope): Columns;
}

/** Numbers that count rows and carry no value of theirs. */
const COUNTS = new Set(["count", "row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"]);

/** Nodes that only combine what stands inside them. */
const COMBINING = new Set([
  "BoolExpr",
  "NullTest",
  "BooleanTest",
  "CoalesceExpr",
  "MinMaxExpr",
  "A_ArrayExpr",
  "RowExpr",
  "CollateClause",
  "NamedArgExpr",
  "List",
  "CaseExpr",
  "CaseWhen",
  "XmlExpr",
  "XmlSerialize",
  "ResTarget",
  "A_Indices",
  "SortBy",
  "JsonObjectConstructor",
  "JsonArrayConstructor",
  "JsonKeyValue",
  "JsonValueExpr",
  "JsonFuncExpr",
  "JsonArgument",
  "JsonBehavior",
  "JsonParseExpr",
  "JsonScalarExpr",
  "JsonSerializeExpr",
  "JsonIsPredicate",
  "JsonAggConstructor",
  "JsonObjectAgg",
  "JsonArrayAgg",
  "JsonOutput",
  "JsonFormat",
  "JsonReturning",
]);

const WITHOUT_SOURCES = new Set([
  "A_Const",
  "SetToDefault",
  "SQLValueFunction",
  "ParamRef",
  "GroupingFunc",
  "TypeName",
  "CurrentOfExpr",
  "MergeSupportFunc",
]);

/** What stored columns the value of an expression can derive from. Anything it does not know is `unknown`. */
export function expressionSources(node: unknown, scope: Scope | undefined, context: ExpressionContext): Sources {
  if (node === undefined || node === null || typeof node !== "object") return NO_SOURCES;
  const of = (inner: unknown): Sources => expressionSources(inner, scope, context);
  if (Array.isArray(node)) return unite(node.map(of));
  const wrapped = unwrap(node);
  if (!wrapped) return Object.keys(node).length === 0 ? NO_SOURCES : fields(node as Node, of);
  const [type, body] = wrapped;
  if (WITHOUT_SOURCES.has(type)) return NO_SOURCES;
  if (COMBINING.has(type)) return fields(body, of);
  switch (type) {
    case "ColumnRef":
      return lookUp(names(body.fields), scope);
    case "A_Expr":
      return context.own.has(`o:${names(body.name).at(-1)}`) ? "unknown" : unite([of(body.lexpr), of(body.rexpr)]);
    case "TypeCast":
      return context.own.has(`t:${names(body.typeName?.names).at(-1)}`) ? "unknown" : of(body.arg);
    case "A_Indirection":
      // `(row).name` calls a function of that name when there is no such field.
      if (names(body.indirection).some((name) => context.own.has(`exists:${name}`))) return "unknown";
      return unite([of(body.arg), of((body.indirection ?? []).filter((part: Node) => part.A_Indices))]);
    case "MultiAssignRef":
      return of(body.source);
    case "FuncCall":
      return callSources(body, of, context);
    case "SubLink": {
      if (body.subLinkType === "EXISTS_SUBLINK") return NO_SOURCES;
      if (body.operName && context.own.has(`o:${names(body.operName).at(-1)}`)) return "unknown";
      const columns = context.subquery(body.subselect, scope ?? { items: [] });
      return columns === "unknown" ? "unknown" : unite([of(body.testexpr), ...columns.map((column) => column.sources)]);
    }
    default:
      return "unknown";
  }
}

function fields(body: Node, of: (inner: unknown) => Sources): Sources {
  return unite(Object.values(body).map((value) => (typeof value === "object" ? of(value) : NO_SOURCES)));
}

function callSources(call: Node, of: (inner: unknown) => Sources, context: ExpressionContext): Sources {
  const name = names(call.funcname).at(-1) ?? "";
  if (isUserFunction(context.own, call)) return "unknown";
  const review = reviewedFunction(name);
  if (!review || review.opaque || review.effect === "unknown" || review.effect === "privilege") return "unknown";
  if (COUNTS.has(name)) return NO_SOURCES;
  return unite([of(call.args), of(call.agg_order)]);
}
