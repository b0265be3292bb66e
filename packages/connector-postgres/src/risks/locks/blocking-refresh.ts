import type { RiskRule } from "../risk-rule.ts";
import { busySubject } from "../statement-subject.ts";
import { afterKeyword } from "../suggested-text.ts";

export const blockingRefresh: RiskRule = {
  code: "blocking-refresh",
  severity: "warning",
  about: "REFRESH MATERIALIZED VIEW without CONCURRENTLY: nobody can read the view until it is filled again.",
  find(input) {
    const { type, body, draft, catalog } = input;
    const view = type === "RefreshMatViewStmt" && !body.concurrent && !body.skipData ? busySubject(input, body.relation) : undefined;
    if (!view) return undefined;
    const unique = catalog.indexes.some(
      (index) => index.table === view.oid && index.unique && index.valid && !index.partial && !index.columns.includes(0),
    );
    return {
      message: `Nobody can read ${view.name} while it is filled${unique ? "" : "; CONCURRENTLY would need a unique index on it"}`,
      suggestion: unique
        ? {
            text: afterKeyword(draft.text, ["view"], "CONCURRENTLY"),
            why: "CONCURRENTLY keeps the old rows readable and writes the differences.",
          }
        : undefined,
    };
  },
};
