import { strongest, type Effect } from "@interlock/protocol";
import { nothing, type Classification } from "./classification.ts";
import { isNonVolatileBuiltin, reviewedFunction } from "./reviewed-functions.ts";
import { settingEffect } from "./settings.ts";
import { constant, nameOf, names, walk, type Node } from "./tree.ts";

/** Nodes a query may be made of. Anything else makes it `unknown`: new grammar must be looked at first. */
const KNOWN = new Set(
  `SelectStmt InsertStmt UpdateStmt DeleteStmt MergeStmt MergeWhenClause WithClause CommonTableExpr ResTarget ColumnRef A_Star A_Const A_Expr
BoolExpr NullTest BooleanTest FuncCall SubLink CaseExpr CaseWhen CoalesceExpr MinMaxExpr TypeCast TypeName CollateClause A_ArrayExpr
A_Indirection A_Indices RowExpr List String Integer Float Boolean BitString RangeVar RangeSubselect RangeFunction RangeTableSample
RangeTableFunc RangeTableFuncCol JoinExpr Alias SortBy WindowDef GroupingSet GroupingFunc LockingClause IntoClause SetToDefault
MultiAssignRef ParamRef NamedArgExpr SQLValueFunction XmlExpr XmlSerialize OnConflictClause InferClause IndexElem ReturningClause
ReturningOption MergeSupportFunc CurrentOfExpr CTESearchClause CTECycleClause JsonFuncExpr JsonTable JsonTableColumn JsonTablePathSpec
JsonValueExpr JsonFormat JsonOutput JsonReturning JsonBehavior JsonArgument JsonKeyValue JsonParseExpr JsonScalarExpr JsonSerializeExpr
JsonObjectConstructor JsonArrayConstructor JsonArrayQueryConstructor JsonAggConstructor JsonObjectAgg JsonArrayAgg JsonIsPredicate DefElem`
    .trim()
    .split(/\s+/),
);

const MERGE_EFFECTS: Record<string, Effect> = { CMD_INSERT: "append", CMD_UPDATE: "modify", CMD_DELETE: "delete", CMD_NOTHING: "read" };

/**
 * The consequences of a query or of an expression, wherever they hide: data-modifying CTEs, row locks, SELECT INTO, calls.
 */
export function classifyQuery(tree: unknown): Classification {
  const found = nothing();
  const effects: Effect[] = [];
  walk(tree, (type, body) => {
    if (!KNOWN.has(type)) {
      effects.push("unknown");
      found.notes.push(`${type} is not understood`);
      return;
    }
    switch (type) {
      case "InsertStmt":
        effects.push(body.onConflictClause?.action === "ONCONFLICT_UPDATE" ? "modify" : "append");
        break;
      case "UpdateStmt":
        effects.push("modify");
        break;
      case "DeleteStmt":
        effects.push("delete");
        break;
      case "MergeWhenClause":
        effects.push(MERGE_EFFECTS[body.commandType] ?? "unknown");
        break;
      case "IntoClause":
        effects.push("schema");
        break;
      case "LockingClause":
        effects.push("session");
        break;
      case "FuncCall":
        effects.push(classifyCall(body, found));
        break;
      case "A_Expr":
        if (/BETWEEN/.test(body.kind)) found.operators.push({ name: ">=" }, { name: "<=" }, { name: "<" }, { name: ">" });
        else if (body.name) found.operators.push(nameOf(body.name));
        break;
      case "SubLink":
        if (body.operName) found.operators.push(nameOf(body.operName));
        else if (body.testexpr) found.operators.push({ name: "=" });
        break;
      case "CaseExpr":
        // `CASE a WHEN b` asks whether a = b.
        if (body.arg) found.operators.push({ name: "=" });
        break;
      case "JoinExpr":
        if (body.isNatural || body.usingClause) found.operators.push({ name: "=" });
        break;
      case "SortBy":
        if (body.useOp) found.operators.push(nameOf(body.useOp));
        break;
      case "TypeName":
        found.types.push(nameOf(body.names));
        break;
      case "RangeTableSample":
        if (!["system", "bernoulli"].includes(names(body.method).at(-1) ?? "")) found.calls.push(nameOf(body.method));
        break;
    }
  });
  return { ...found, effect: strongest(effects) };
}

function classifyCall(call: Node, found: Classification): Effect {
  const ref = nameOf(call.funcname);
  const review = ref.schema === undefined || ref.schema === "pg_catalog" ? reviewedFunction(ref.name) : undefined;
  if (!review) {
    found.calls.push(ref);
    found.volatile = true;
    return "read";
  }
  if (ref.schema === undefined) found.builtins.push(ref.name);
  if (!isNonVolatileBuiltin(ref.name)) found.volatile = true;
  if (review.effect === "unknown") found.notes.push(`${ref.name} runs what it is given as text`);
  const effect = ref.name === "set_config" ? setConfigEffect(call) : review.effect;
  if (effect !== "read") found.sideEffects.push({ kind: review.kind, name: argumentName(ref.name, call), effect });
  return effect;
}

/** A setting named by an expression may be any setting. */
function setConfigEffect(call: Node): Effect {
  const name = constant(call.args?.[0]);
  return name === undefined ? "privilege" : settingEffect(name);
}

/** Sequences and channels are worth naming; arguments of anything else may be values. */
function argumentName(name: string, call: Node): string {
  if (name !== "nextval" && name !== "setval") return name;
  const first = call.args?.[0];
  return constant(first?.TypeCast?.arg ?? first) ?? name;
}
