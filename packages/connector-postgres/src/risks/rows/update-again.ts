import { columnIn, subjectOf } from "../statement-subject.ts";
import { constant, walk, type Node } from "../../tree.ts";
import type { RiskInput, RiskRule } from "../risk-rule.ts";
import { changed } from "../suggested-text.ts";
import { amount, SMALL_ROWS } from "../table-size.ts";

export const updateAgain: RiskRule = {
  code: "update-again",
  severity: "info",
  about: "An UPDATE to a constant that does not leave out the rows which have it already writes those rows again.",
  find(input) {
    const rows = Math.max(0, ...input.draft.effects.filter(({ effect }) => effect === "modify").map((item) => item.rows.value));
    const set = rows < SMALL_ROWS ? undefined : assignments(input);
    const needed = set && unlessSet(set);
    if (!set || !needed || mentions(input.body.whereClause, set[0]!.name)) return undefined;
    return {
      message: `Of ${amount(rows)} those that have the value already are written again`,
      suggestion: {
        text: changed(input, (body) => {
          body.whereClause = body.whereClause ? { BoolExpr: { boolop: "AND_EXPR", args: [body.whereClause, needed] } } : needed;
        }),
        why: "Rows that are as they should be stay untouched: less to write, to replicate and to clean up.",
      },
    };
  },
};

export interface Assignment {
  name: string;
  value: Node;
}

/** What an UPDATE of one table sets, where every value is a constant. */
export function assignments(input: RiskInput): Assignment[] | undefined {
  const { type, body } = input;
  if (type !== "UpdateStmt" || body.fromClause) return undefined;
  const relation = subjectOf(input, body.relation);
  const all: Assignment[] = (body.targetList ?? []).map((item: Node) => ({ name: item.ResTarget.name, value: item.ResTarget.val }));
  // A type without equality, such as json, cannot be compared.
  const plain = ({ name, value }: Assignment): boolean => {
    const column = columnIn(relation, { ColumnRef: { fields: [{ String: { sval: name } }] } });
    return column !== undefined && !/^(json|xml|point|polygon|box|path|lseg|circle)\b/.test(column.type) && isConstant(value);
  };
  return all.length > 0 && all.every(plain) ? all : undefined;
}

const isConstant = (node: Node | undefined): boolean =>
  node?.A_Const?.isnull === true || constant(node) !== undefined || (node?.TypeCast !== undefined && isConstant(node.TypeCast.arg));

/** That a row does not have the values yet. */
export function unlessSet(set: readonly Assignment[]): Node | undefined {
  const parts = set.map(({ name, value }) => ({
    A_Expr: {
      kind: "AEXPR_DISTINCT",
      name: [{ String: { sval: "=" } }],
      lexpr: { ColumnRef: { fields: [{ String: { sval: name } }] } },
      rexpr: value,
    },
  }));
  return parts.length > 1 ? { BoolExpr: { boolop: "OR_EXPR", args: parts } } : parts[0];
}

function mentions(where: Node | undefined, column: string): boolean {
  let found = false;
  walk(where, (type, body) => {
    if (type === "ColumnRef" && body.fields?.at(-1)?.String?.sval === column) found = true;
  });
  return found;
}
