import { strongest, type Effect } from "@interlock/protocol";
import { nothing, type Classification } from "./classification.ts";
import { isNonVolatileBuiltin, reviewedFunction } from "./reviewed-functions.ts";
import { settingEffect } from "./settings.ts";
import { calledInstead } from "./syntax.data.ts";
import { followedText } from "./text-arguments.ts";
import { constant, isCatalogName, nameOf, names, walk, type Node } from "./tree.ts";

/** Nodes a query may be made of. Anything else makes it `unknown`: new grammar must be looked at first. */
const KNOWN = new Set(
  `SelectStmt InsertStmt UpdateStmt DeleteStmt MergeStmt MergeWhenClause WithClause CommonTableExpr ResTarget ColumnRef A_Star A_Const A_Expr
BoolExpr NullTest BooleanTest FuncCall SubLink CaseExpr CaseWhen CoalesceExpr MinMaxExpr TypeCast TypeName CollateClause A_ArrayExpr
A_Indirection A_Indices RowExpr List String Integer Float Boolean BitString RangeVar RangeSubselect RangeFunction RangeTableSample
RangeTableFunc RangeTableFuncCol JoinExpr Alias SortBy WindowDef GroupingSet GroupingFunc LockingClause IntoClause SetToDefault
MultiAssignRef ParamRef NamedArgExpr SQLValueFunction XmlExpr XmlSerialize OnConflictClause InferClause IndexElem ReturningClause
ReturningOption MergeSupportFunc CurrentOfExpr CTESearchClause CTECycleClause JsonFuncExpr JsonTable JsonTableColumn JsonTablePathSpec
JsonValueExpr JsonFormat JsonOutput JsonReturning JsonBehavior JsonArgument JsonKeyValue JsonParseExpr JsonScalarExpr JsonSerializeExpr
JsonObjectConstructor JsonArrayConstructor JsonArrayQueryConstructor JsonAggConstructor JsonObjectAgg JsonArrayAgg JsonIsPredicate DefElem ColumnDef`
    .trim()
    .split(/\s+/),
);

const WRITES = new Set(["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"]);
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
    if (WRITES.has(type) && isCatalogName(body.relation)) effects.push("privilege");
    const called = calledInstead(type, body);
    if (called !== undefined) found.builtins.push(called);
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
      case "ColumnRef": {
        // `alias.name` that is no column is a call of `name` on the row.
        const parts = names(body.fields);
        if (parts.length > 1 && parts.at(-1) !== "*") found.attributes.push(parts.at(-1)!);
        break;
      }
      case "A_Indirection":
        found.attributes.push(...names(body.indirection).filter((name) => name !== "" && name !== "*"));
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
  const followed = review.effect === "unknown" ? followedText(ref.name, call.args ?? []) : undefined;
  if (followed) {
    found.followed.push(...followed.map(({ tree }) => tree));
    return strongest(followed.map(({ inside }) => merge(found, inside)));
  }
  if (review.effect === "unknown") found.notes.push(`${ref.name} runs what it is given as text`);
  const effect = ref.name === "set_config" ? settingEffect(argumentName("set_config", call)) : review.effect;
  if (effect !== "read") found.sideEffects.push({ kind: review.kind, name: argumentName(ref.name, call), effect });
  return effect;
}

/** Adds what an inner text does to what is found already; its effect. */
function merge(found: Classification, inside: Classification): Effect {
  found.sideEffects.push(...inside.sideEffects);
  found.calls.push(...inside.calls);
  found.builtins.push(...inside.builtins);
  found.operators.push(...inside.operators);
  found.types.push(...inside.types);
  found.attributes.push(...inside.attributes);
  found.followed.push(...inside.followed);
  found.notes.push(...inside.notes);
  return inside.effect;
}

/** Sequences and settings are worth naming; arguments of anything else may be values. A setting named by an expression may be any: `role`. */
function argumentName(name: string, call: Node): string {
  if (name !== "nextval" && name !== "setval" && name !== "set_config") return name;
  const first = call.args?.[0];
  const written = constant(first?.TypeCast?.arg ?? first);
  return name === "set_config" ? (written?.toLowerCase() ?? "role") : (written ?? name);
}
