import { walk, type Node } from "../../tree.ts";
import type { Finding, RiskRule } from "../risk-rule.ts";
import { columnIn, subjectOf } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

export const notInNull: RiskRule = {
  code: "not-in-null",
  severity: "warning",
  about: "NOT IN with a NULL among the values is never true: no row is found.",
  find(input) {
    const findings: Finding[] = [];
    walk(input.tree, (type, body) => {
      if (type === "BoolExpr" && body.boolop === "NOT_EXPR" && body.args[0]?.SubLink?.subLinkType === "ANY_SUBLINK") {
        const link = body.args[0].SubLink;
        const query: Node = link.subselect?.SelectStmt ?? {};
        const value = query.targetList?.length === 1 ? query.targetList[0].ResTarget?.val : undefined;
        const column = columnIn(subjectOf(input, query.fromClause?.length === 1 ? query.fromClause[0].RangeVar : undefined), value);
        if (!column || column.notNull || refused(query.whereClause, column.name)) return;
        findings.push({
          message: `If one ${column.name} of the subquery is NULL, NOT IN finds no row at all`,
          suggestion: {
            text: changed(input, (copy) => leaveOut(copy, link, value)),
            why: "NULLs are left out of the values compared with.",
          },
        });
      }
      if (type === "A_Expr" && body.kind === "AEXPR_IN" && body.name?.[0]?.String?.sval === "<>") {
        const items: Node[] = body.rexpr?.List?.items ?? [];
        if (!items.some((item) => item.A_Const?.isnull)) return;
        findings.push({
          message: "NOT IN with NULL among the values finds no row at all",
          suggestion: {
            text: changed(input, (copy) =>
              eachLike(copy, "A_Expr", body, (found) => {
                found.rexpr.List.items = items.filter((item) => !item.A_Const?.isnull);
              }),
            ),
            why: "NULL is left out of the values compared with.",
          },
        });
      }
    });
    return findings.length > 0 ? findings[0] : undefined;
  },
};

const refused = (where: Node | undefined, column: string): boolean => {
  let found = false;
  walk(where, (type, body) => {
    if (type === "NullTest" && body.nulltesttype === "IS_NOT_NULL" && body.arg?.ColumnRef?.fields?.at(-1)?.String?.sval === column)
      found = true;
  });
  return found;
};

function leaveOut(copy: Node, link: Node, value: Node): void {
  const test: Node = { NullTest: { arg: value, nulltesttype: "IS_NOT_NULL" } };
  eachLike(copy, "SubLink", link, (found) => {
    const query = found.subselect.SelectStmt;
    query.whereClause = query.whereClause ? { BoolExpr: { boolop: "AND_EXPR", args: [query.whereClause, test] } } : test;
  });
}

/** Places differ between any two nodes of one text, so the copy of a node is found by its JSON. */
function eachLike(copy: Node, type: string, original: Node, change: (found: Node) => void): void {
  const wanted = JSON.stringify(original);
  walk(copy, (kind, body) => {
    if (kind !== type || JSON.stringify(body) !== wanted) return;
    change(body);
    return false;
  });
}
