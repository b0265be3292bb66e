import type { Node } from "../../tree.ts";
import type { RiskRule } from "../risk-rule.ts";
import { busySubject } from "../statement-subject.ts";
import { changed } from "../suggested-text.ts";

/** LockStmt.mode as in lockdefs.h. */
const ACCESS_EXCLUSIVE = 8;
const SHARE_ROW_EXCLUSIVE = 6;

export const exclusiveTableLock: RiskRule = {
  code: "exclusive-table-lock",
  severity: "warning",
  about: "LOCK TABLE without a mode keeps readers out as well; SHARE ROW EXCLUSIVE keeps out all who write.",
  covers: ["missing-lock-timeout"],
  find(input) {
    const { type, body } = input;
    if (type !== "LockStmt" || body.mode !== ACCESS_EXCLUSIVE) return undefined;
    const busy = (body.relations ?? []).flatMap((item: Node) => busySubject(input, item.RangeVar) ?? [])[0];
    if (!busy) return undefined;
    return {
      message: `Nobody can even read ${busy.name} until the transaction ends`,
      suggestion: { text: changed(input, (copy) => (copy.mode = SHARE_ROW_EXCLUSIVE)), why: "Writers wait, readers go on." },
    };
  },
};
