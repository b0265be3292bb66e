import { unwrap } from "../../tree.ts";
import { cannotRunInTransaction } from "../../execute/transaction-plan.ts";
import type { RiskRule } from "../risk-rule.ts";
import { amount, LARGE_ROWS, rowsNamed } from "../table-size.ts";

/** Types whose strong lock is the point of them, or short beside what they do. */
const DEFINES = new Set([
  "AlterTableStmt",
  "RenameStmt",
  "CreateTrigStmt",
  "DropStmt",
  "AlterObjectSchemaStmt",
  "AlterOwnerStmt",
  "TruncateStmt",
]);

export const missingLockTimeout: RiskRule = {
  code: "missing-lock-timeout",
  severity: "info",
  about: "A definition that shuts a large table, without SET lock_timeout: while it waits for its turn everybody waits behind it.",
  find({ type, body, draft, text, catalog }) {
    if (!DEFINES.has(type) || cannotRunInTransaction(type, body)) return undefined;
    const shut = draft.locks
      .list()
      .find(({ mode, object }) => mode === "AccessExclusiveLock" && rowsNamed(catalog, [object]) >= LARGE_ROWS);
    const set = text.slice(0, draft.index).some(({ tree }) => {
      const [kind, setting] = unwrap(tree) ?? [];
      return kind === "VariableSetStmt" && setting?.name === "lock_timeout";
    });
    if (!shut || set) return undefined;
    return {
      message: `While it waits for ${shut.object} (${amount(rowsNamed(catalog, [shut.object]))}), everybody waits behind it`,
      severity: draft.waits.length > 0 ? "warning" : "info",
      suggestion: {
        text: `SET LOCAL lock_timeout = '1s';\n${draft.text}`,
        why: "It gives up after a second and can be tried again. Interlock's own limit is three seconds; other programs have none.",
      },
    };
  },
};
