import { names, unwrap, type Node } from "./tree.ts";

/** Expressions that the server names by what they are. */
const NAMED: Readonly<Record<string, string>> = {
  A_ArrayExpr: "array",
  RowExpr: "row",
  CoalesceExpr: "coalesce",
  GroupingFunc: "grouping",
};

/** Expressions that have no name of their own. */
const NAMELESS = new Set(["A_Const", "BoolExpr", "NullTest", "BooleanTest", "ParamRef"]);

/**
 * The name the server gives a result column without an alias (`FigureColname` in PostgreSQL's parse_target.c); undefined where that is not
 * known for sure.
 */
export function columnName(value: Node | undefined): string | undefined {
  return figured(value)?.name;
}

/** `weak`: an outer expression's name is preferred to this one. */
function figured(value: Node | undefined): { name: string; weak: boolean } | undefined {
  const [type, body] = unwrap(value) ?? ["", {}];
  const strong = (name: string | undefined) => (name === undefined || name === "" ? undefined : { name, weak: false });
  if (NAMED[type] !== undefined) return strong(NAMED[type]);
  if (NAMELESS.has(type)) return { name: "?column?", weak: true };
  switch (type) {
    case "ColumnRef":
      return strong(names(body.fields).at(-1));
    case "FuncCall":
      return strong(names(body.funcname).at(-1));
    case "A_Expr":
      return body.kind === "AEXPR_NULLIF" ? strong("nullif") : { name: "?column?", weak: true };
    case "CollateClause":
      return figured(body.arg);
    case "TypeCast": {
      const inner = figured(body.arg);
      const cast = names(body.typeName?.names).at(-1);
      return inner?.weak === true && cast !== undefined ? { name: cast, weak: true } : inner;
    }
    case "CaseExpr": {
      const inner = body.defresult === undefined ? { name: "?column?", weak: true } : figured(body.defresult);
      return inner?.weak === true ? { name: "case", weak: true } : inner;
    }
    default:
      return undefined;
  }
}
