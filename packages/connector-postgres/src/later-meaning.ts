import type { Classification } from "./classification.ts";
import type { Judgement } from "./judge.ts";
import { walk, type Node } from "./tree.ts";

/**
 * What the definitions so far in a text leave of the names in it, strongest last. `shaped`: tables are there or have columns that the
 * catalogue does not know; what a statement does to rows is told by its words all the same. `renamed`: a name may stand for another table.
 * `lost`: code, settings or rights changed, and any word may run anything.
 */
export const MEANINGS = ["same", "shaped", "renamed", "lost"] as const;
export type Meaning = (typeof MEANINGS)[number];

export const moreLost = (one: Meaning, other: Meaning): Meaning => (MEANINGS.indexOf(one) < MEANINGS.indexOf(other) ? other : one);

/** Changes of stored columns, keys, checks and parameters: no trigger, rule, policy or partition comes with them, nor is one switched on. */
const PLAIN = new Set(
  `AddColumn DropColumn ColumnDefault SetNotNull DropNotNull AddConstraint DropConstraint ValidateConstraint AlterColumnType SetStatistics
SetStorage SetCompression SetOptions ResetOptions SetRelOptions ResetRelOptions AddIdentity SetIdentity DropIdentity SetExpression DropExpression`
    .split(/\s+/)
    .map((name) => `AT_${name}`),
);
const DROPPED = /^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|INDEX)$/;
const RENAMED = /^OBJECT_(TABLE|VIEW|MATVIEW|SEQUENCE|INDEX|COLUMN|TABCONSTRAINT)$/;

/** What a definition of a table leaves; `lost` for every other and for one that brings code along. */
export function leaves(type: string, body: Node, found: Classification, judged: Judgement): Meaning {
  if (judged.effect !== "schema" || judged.ownCode || found.calls.length > 0) return "lost";
  switch (type) {
    case "CreateStmt": {
      // What it inherits, or is a part of or made like, it shares.
      const shares = body.partbound ?? body.inhRelations ?? body.ofTypename;
      const copies = (body.tableElts ?? []).some((item: Node) => item.TableLikeClause);
      return shares || copies ? "lost" : "shaped";
    }
    case "CreateTableAsStmt":
      return body.objtype === "OBJECT_TABLE" && !body.query?.ExecuteStmt ? "shaped" : "lost";
    case "AlterTableStmt": {
      const plain = (body.cmds ?? []).every(({ AlterTableCmd: cmd }: Node) => PLAIN.has(cmd.subtype) && !drops(cmd)) && !passesOn(body);
      return body.objtype === "OBJECT_TABLE" && plain ? "shaped" : "lost";
    }
    case "DropStmt":
      return DROPPED.test(body.removeType) && body.behavior !== "DROP_CASCADE" ? "renamed" : "lost";
    case "RenameStmt":
      return RENAMED.test(body.renameType) ? "renamed" : "lost";
    default:
      return "lost";
  }
}

/** Views go with a column, and with them what their names hid. */
const drops = (cmd: Node): boolean => cmd.subtype === "AT_DropColumn" && cmd.behavior === "DROP_CASCADE";

/** A key that changes rows of a table that is there sets off the triggers which that table has. */
function passesOn(body: Node): boolean {
  let acts = false;
  walk(body, (type, node) => {
    if (type === "Constraint" && node.contype === "CONSTR_FOREIGN")
      acts ||= [node.fk_del_action, node.fk_upd_action].some((action) => action !== undefined && !["a", "r"].includes(action));
  });
  return acts;
}
