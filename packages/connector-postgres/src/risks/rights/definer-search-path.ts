import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { ident } from "../suggested-text.ts";

export const definerSearchPath: RiskRule = {
  code: "definer-search-path",
  severity: "danger",
  about: "A SECURITY DEFINER function without its own search_path: whoever calls it chooses what its names stand for.",
  find({ type, body, draft, facts }) {
    if (type !== "CreateFunctionStmt") return undefined;
    const options: Node[] = (body.options ?? []).map((item: Node) => item.DefElem);
    const definer = options.some(({ defname, arg }) => defname === "security" && arg?.Boolean?.boolval === true);
    const set = options.some(({ defname, arg }) => defname === "set" && arg?.VariableSetStmt?.name === "search_path");
    if (!definer || set) return undefined;
    const path = facts.path.filter((schema) => schema !== "pg_catalog" && !schema.startsWith("pg_temp"));
    return {
      message: "Whoever calls it chooses by search_path what its names stand for, with the owner's rights",
      // A body in SQL's own words ends the statement, and options stand before it.
      suggestion: body.sql_body
        ? undefined
        : {
            text: `${draft.text}\nSET search_path = ${[...path.map(ident), "pg_temp"].join(", ")}`,
            why: "Its names are looked up where they are now, and temporary objects last.",
          },
    };
  },
};
