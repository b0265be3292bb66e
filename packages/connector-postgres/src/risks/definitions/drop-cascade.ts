import { findRelation, qualified } from "../../catalog.ts";
import { nameKey, nameOf, rangeName, type NameRef, type Node } from "../../tree.ts";
import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { changed } from "../suggested-text.ts";

export const dropCascade: RiskRule = {
  code: "drop-cascade",
  severity: "danger",
  about: "DROP … CASCADE takes along whatever depends on it by the time it runs: views, keys, columns of other tables.",
  find(input) {
    const { type, body } = input;
    const cascades = (node: Node): boolean => node.behavior === "DROP_CASCADE";
    const commands = type === "AlterTableStmt" ? (body.cmds ?? []).filter((item: Node) => dropping(item.AlterTableCmd)) : [];
    if (!(["DropStmt", "DropOwnedStmt"].includes(type) && cascades(body)) && commands.length === 0) return undefined;
    const along = dependents(input);
    return {
      message:
        along.length > 0
          ? `CASCADE takes along ${along.slice(0, 3).join(", ")}${along.length > 3 ? ` and ${along.length - 3} more` : ""}`
          : "CASCADE takes along whatever depends on it by then",
      severity: along.length > 0 ? "danger" : "warning",
      // Where something depends on it the text without CASCADE would only fail.
      suggestion: {
        text:
          along.length > 0
            ? undefined
            : changed(input, (copy) => {
                if (cascades(copy)) copy.behavior = "DROP_RESTRICT";
                for (const item of copy.cmds ?? []) if (dropping(item.AlterTableCmd)) item.AlterTableCmd.behavior = "DROP_RESTRICT";
              }),
        why: "Without CASCADE it fails and names what depends on it, so that each can be decided.",
      },
    };
  },
};

const dropping = (cmd: Node): boolean => ["AT_DropColumn", "AT_DropConstraint"].includes(cmd.subtype) && cmd.behavior === "DROP_CASCADE";

/** What goes beyond the thing itself: the indexes, columns and constraints of a dropped table are its own. */
function dependents({ type, body, draft, catalog, facts }: RiskInput): string[] {
  const refs: NameRef[] =
    type === "AlterTableStmt" ? [rangeName(body.relation)] : (body.objects ?? []).map((item: Node) => nameOf(item.List?.items));
  const own = refs.flatMap((ref) => findRelation(catalog, facts, ref) ?? []);
  const names = [...own.map(qualified), ...refs.map(nameKey), ...refs.map(({ name }) => name)];
  const indexes = new Set(
    own.flatMap((relation) =>
      catalog.indexes.filter(({ table }) => table === relation.oid).map(({ name }) => `${relation.schema}.${name}`),
    ),
  );
  return draft.effects
    .map(({ object }) => object)
    .filter(
      (object) =>
        !indexes.has(object) && !names.some((name) => object === name || object.startsWith(`${name}.`) || object.endsWith(` on ${name}`)),
    );
}
