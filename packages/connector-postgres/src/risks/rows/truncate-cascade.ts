import type { RiskRule } from "../risk-rule.ts";
import { changed } from "../suggested-text.ts";

export const truncateCascade: RiskRule = {
  code: "truncate-cascade",
  severity: "danger",
  about: "TRUNCATE … CASCADE empties every table that refers to the named ones, whatever their keys say about deletes.",
  find(input) {
    const { type, body, draft } = input;
    if (type !== "TruncateStmt" || body.behavior !== "DROP_CASCADE") return undefined;
    const named = body.relations.map((item: { RangeVar: { relname: string } }) => item.RangeVar.relname);
    const emptied = [
      ...new Set([...draft.effects, ...draft.cascades].filter((item) => item.effect === "delete").map((item) => item.object)),
    ];
    const others = emptied.filter((object) => !named.includes(object.split(".").at(-1)));
    const along = draft.cascades.length;
    return {
      message: others.length > 0 ? `CASCADE empties ${others.join(", ")} as well` : "CASCADE empties whatever refers to the table by then",
      severity: others.length > 0 || along > 0 ? "danger" : "warning",
      suggestion: {
        text: changed(input, (copy) => {
          copy.behavior = "DROP_RESTRICT";
          for (const object of others) {
            const [schemaname, relname] = object.split(".");
            copy.relations.push({ RangeVar: { schemaname, relname, inh: true, relpersistence: "p" } });
          }
        }),
        why: "It names every table it empties, and fails if another refers to them by the time it runs.",
      },
    };
  },
};
