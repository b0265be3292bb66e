import { names, type Node } from "../tree.ts";
import { LARGE_ROWS, type RiskRule } from "./risk-rule.ts";

/** SELECT * of a large table without LIMIT or condition. */
export const unlimitedSelect: RiskRule = ({ type, body, draft }) => {
  if (type !== "SelectStmt" || body.limitCount || body.whereClause) return undefined;
  const star = (body.targetList ?? []).some((item: Node) => names(item.ResTarget?.val?.ColumnRef?.fields).at(-1) === "*");
  const rows = draft.planned?.rows ?? 0;
  if (!star || rows < LARGE_ROWS) return undefined;
  return {
    code: "unlimited-select",
    severity: "warning",
    message: `About ${Math.round(rows).toLocaleString("en")} rows would come back`,
    suggestion: { text: `${draft.text} LIMIT 1000`, why: "A thousand rows are enough to look at." },
  };
};
