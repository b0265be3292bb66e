import { nameKey, rangeName, unwrap } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject, commandsOf } from "../statement-subject.ts";

export const severalAlters: RiskRule = {
  code: "several-alters",
  severity: "info",
  about: "Several ALTER TABLE of one table: each that reads or rewrites does so again; one statement with commas does it once.",
  find(input) {
    const heavy = (draft: typeof input.draft): boolean => draft.scans.length > 0 || draft.rewrites.length > 0;
    const cmds = commandsOf(input);
    if (cmds.length === 0 || cmds.some(({ subtype }) => subtype === "AT_ValidateConstraint")) return undefined;
    const relation = busySubject(input, input.body.relation);
    const key = nameKey(rangeName(input.body.relation));
    const again = input.before.some((draft) => {
      const [type, body] = unwrap(input.text[draft.index]?.tree) ?? [];
      return type === "AlterTableStmt" && heavy(draft) && nameKey(rangeName(body!.relation)) === key;
    });
    if (!relation || !again || !heavy(input.draft)) return undefined;
    return { message: `${relation.name} is gone through once more: with commas in one ALTER TABLE it would be once` };
  },
};
