import type { RiskRule } from "../risk-rule.ts";
import { amount, rowsNamed, SMALL_ROWS } from "../table-size.ts";

export const ddlWithLargeWrite: RiskRule = {
  code: "ddl-with-large-write",
  severity: "danger",
  about: "A large write after a definition in the same transaction keeps the definition's lock until the write is done.",
  find({ type, draft, before, catalog }) {
    if (!["UpdateStmt", "DeleteStmt", "InsertStmt", "MergeStmt"].includes(type)) return undefined;
    const writes = draft.effects.filter(({ effect }) => ["append", "modify", "delete"].includes(effect));
    const rows = writes.reduce(
      (sum, { object, rows: { value, kind } }) => sum + (kind === "unknown" ? rowsNamed(catalog, [object]) : value),
      0,
    );
    const shut = before
      .filter(({ effect }) => effect === "schema" || effect === "privilege")
      .flatMap(({ locks }) => locks.list())
      .find(({ mode, object }) => mode === "AccessExclusiveLock" && rowsNamed(catalog, [object]) >= SMALL_ROWS);
    if (!shut || rows < SMALL_ROWS) return undefined;
    return { message: `Nobody can read or write ${shut.object} until ${amount(rows)} are written: propose the two apart` };
  },
};
