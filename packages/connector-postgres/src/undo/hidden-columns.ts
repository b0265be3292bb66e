import { deparse } from "../selection.ts";
import type { Node } from "../tree.ts";
import { holds } from "../versions.data.ts";
import type { UndoPlan } from "./undo-plan.ts";

/** Values of one row in the server's text form. */
export type Values = (string | null)[];

/** A statement that also returns, behind whatever it returned before, the rows it wrote. */
export interface KeepingStatement {
  text: string;
  /** Columns added at the end. */
  added: number;
  /** Which images those are, in order; each has the plan's columns. */
  images: readonly ("before" | "after")[];
}

/**
 * The statement with a longer RETURNING list, made from its tree: `old.*` and `new.*` from PostgreSQL 18 on, before that the row as RETURNING
 * has always given it (a deleted row as it was, others as they are now). Undefined when the tree cannot be written back faithfully.
 */
export function keepingStatement(plan: UndoPlan, version: number): KeepingStatement | undefined {
  const { event, body, type, target } = plan;
  const images: KeepingStatement["images"] =
    event === "insert" ? ["after"] : event === "delete" ? ["before"] : holds("oldAndNew", version) ? ["before", "after"] : ["after"];
  const alias: string = body.relation.alias?.aliasname ?? body.relation.relname;
  const source = (image: "before" | "after") => (!holds("oldAndNew", version) ? alias : image === "before" ? "old" : "new");
  const added = images.flatMap((image) =>
    target.columns.map(({ name }): Node => ({
      ResTarget: { val: { ColumnRef: { fields: [{ String: { sval: source(image) } }, { String: { sval: name } }] } } },
    })),
  );
  const exprs = [...((body.returningClause?.exprs as Node[] | undefined) ?? []), ...added];
  const text = deparse({ [type]: { ...body, returningClause: { exprs } } });
  return text === undefined ? undefined : { text, added: added.length, images };
}

/** DataRow messages parted into what people see, rows of `visible` columns, and the values of the columns behind them. */
export function partRows(rows: Buffer, count: number, visible: number): { shown: Buffer; hidden: Values[] } {
  const shown: Buffer[] = [];
  const hidden: Values[] = [];
  for (let row = 0, at = 0; row < count; row++) {
    const end = at + 1 + rows.readInt32BE(at + 1);
    let field = at + 7;
    for (let i = 0; i < visible; i++) field += 4 + Math.max(0, rows.readInt32BE(field));
    const head = Buffer.from(rows.subarray(at, field));
    head.writeInt32BE(head.length - 1, 1);
    head.writeInt16BE(visible, 5);
    shown.push(head);
    hidden.push(valuesFrom(rows, field, end));
    at = end;
  }
  return { shown: Buffer.concat(shown), hidden };
}

/** Values from `at` to `end` of a DataRow: a length, -1 for NULL, then that many bytes. */
export function valuesFrom(row: Buffer, at: number, end: number): Values {
  const values: Values = [];
  while (at < end) {
    const length = row.readInt32BE(at);
    at += 4;
    values.push(length < 0 ? null : row.toString("utf8", at, at + length));
    at += Math.max(0, length);
  }
  return values;
}
