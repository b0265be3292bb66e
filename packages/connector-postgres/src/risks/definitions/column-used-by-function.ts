import type { CatalogFunction } from "../../catalog-model.ts";
import type { RiskRule } from "../risk-rule.ts";
import { commandsOf, subjectOf } from "../statement-subject.ts";

export const columnUsedByFunction: RiskRule = {
  code: "column-used-by-function",
  severity: "warning",
  about: "A column that is dropped, renamed or changed in type is named in a function's body, which PostgreSQL does not follow.",
  find(input) {
    const { type, body, catalog } = input;
    const changing = commandsOf(input).filter(({ subtype }) => ["AT_DropColumn", "AT_AlterColumnType"].includes(subtype));
    const names: string[] =
      type === "RenameStmt" && body.renameType === "OBJECT_COLUMN" ? [body.subname] : changing.map(({ name }) => name);
    const relation = names.length > 0 ? subjectOf(input, body.relation) : undefined;
    if (!relation) return undefined;
    for (const name of names) {
      if (!relation.columns.some((column) => column.name === name)) continue;
      const using = [...catalog.functions.values()].filter((fn) => says(fn, relation.name) && says(fn, name));
      if (using.length > 0)
        return { message: `${name} is named in ${using.map((fn) => `${fn.schema}.${fn.name}`).join(", ")}, which fails when it runs next` };
    }
    return undefined;
  },
};

/** By word: a body may build its SQL at run time, so that more cannot be said. */
const says = (fn: CatalogFunction, word: string): boolean =>
  !fn.extension &&
  fn.source
    .toLowerCase()
    .split(/[^a-z0-9_$]+/)
    .includes(word.toLowerCase());
