import { allOf } from "../selection.ts";
import { tableReferences } from "../table-references.ts";
import { unwrap, type NameRef, type Node } from "../tree.ts";
import { columnOf } from "../writes/view-path.ts";
import type { Rule } from "./rule-definition.ts";
import { ruleRow, usesRow, type RuledWrite } from "./rule-row.ts";

/** A statement that a rule makes of another one. */
export interface RuleProduct {
  tree: Node;
  /** It reaches what the server's own would, and may find other rows. */
  rough: boolean;
  /** Relations that the action and its condition name themselves. */
  own: NameRef[];
}

/** Name of the lists of an action in its own query. */
const VALUES = "rule values";
const SELECT: Node = { limitOption: "LIMIT_OPTION_DEFAULT", op: "SETOP_NONE" };

/** One action with OLD and NEW put in, for the rows of the original statement that meet the rule's condition. Undefined: not supported by the server. */
export function ruleProduct(write: RuledWrite, rule: Rule, action: Node): RuleProduct | undefined {
  const [type, full] = unwrap(action)!;
  if (type === "NotifyStmt") return { tree: action, rough: false, own: [] };
  const refs = tableReferences([action, rule.where]).map(({ ref }) => ref);
  // What it returns changes nothing; see returned.
  const { returningClause: _, ...body } = full;
  const row = ruleRow(write, [body, rule.where]);
  const [own, condition] = [row.placed(body) as Node, rule.where && (row.placed(rule.where) as Node)];
  const conditions = [row.where, condition].filter((item) => item !== undefined);
  const rough = row.lost();
  const where = (known: Node | undefined): { whereClause?: Node } => {
    const all = allOf([...conditions, known]);
    return all ? { whereClause: all } : {};
  };
  const list = withClauseOf(own, row.with);
  if (type === "UpdateStmt")
    return {
      tree: { UpdateStmt: { ...own, ...list, ...joined("fromClause", own, row.from), ...where(own.whereClause) } },
      rough,
      own: refs,
    };
  if (type === "DeleteStmt")
    return {
      tree: { DeleteStmt: { ...own, ...list, ...joined("usingClause", own, row.from), ...where(own.whereClause) } },
      rough,
      own: refs,
    };
  const queried = (select: Node): Node | undefined => {
    if (select.larg) return row.from.length + conditions.length > 0 ? undefined : select;
    return { ...select, ...joined("fromClause", select, row.from), ...where(select.whereClause) };
  };
  if (type === "SelectStmt") {
    const select = queried(own);
    return select && { tree: { SelectStmt: { ...select, ...list } }, rough, own: refs };
  }
  const given: Node = { ...own, ...list, ...conflictOf(own) };
  const unsure = rough || usesRow(full.onConflictClause);
  if (row.from.length + conditions.length === 0) return { tree: { InsertStmt: given }, rough: unsure, own: refs };
  const select: Node | undefined = own.selectStmt?.SelectStmt;
  const asked = asQuery(select, own.cols);
  const inner = queried(asked.select);
  if (!inner) return undefined;
  const cols = asked.cols ? { cols: asked.cols } : {};
  return { tree: { InsertStmt: { ...given, ...cols, selectStmt: { SelectStmt: inner } } }, rough: unsure, own: refs };
}

/** What an INSERT gives its columns, as a query that other ranges and a condition may be added to. */
function asQuery(select: Node | undefined, cols: Node[] | undefined): { select: Node; cols: Node[] | undefined } {
  const lists: Node[][] | undefined = select?.valuesLists?.map((item: Node) => item.List.items);
  if (!select || !lists) return { select: select ?? SELECT, cols };
  if (lists.length === 1) {
    // A default that is written out is the same as one that is left out.
    const kept = lists[0]!.flatMap((value, at) => (value.SetToDefault ? [] : [at]));
    const targetList = kept.map((at) => ({ ResTarget: { val: lists[0]![at]! } }));
    return { select: { ...SELECT, targetList }, cols: cols && kept.map((at) => cols[at]!) };
  }
  const names = lists[0]!.map((_, at) => `v${at}`);
  const colnames = names.map((sval) => ({ String: { sval } }));
  const values = { RangeSubselect: { lateral: true, subquery: { SelectStmt: select }, alias: { aliasname: VALUES, colnames } } };
  const targetList = names.map((name) => ({ ResTarget: { val: columnOf(VALUES, name) } }));
  return { select: { ...SELECT, targetList, fromClause: [values] }, cols };
}

function withClauseOf({ withClause: own }: Node, added: Node | undefined): Node {
  if (!added) return {};
  return { withClause: own ? { ...added, ...own, ctes: [...added.ctes, ...own.ctes] } : added };
}

/** The row is not in the reach of ON CONFLICT; what it was replaced by is a name that means nothing there. */
const conflictOf = ({ onConflictClause: conflict }: Node): Node => {
  if (!conflict) return {};
  return { onConflictClause: JSON.stringify(conflict).includes('"rule row"') ? { action: "ONCONFLICT_NOTHING" } : conflict };
};

const joined = (key: string, own: Node, from: Node[]): Node => {
  const all = [...from, ...(own[key] ?? [])];
  return all.length > 0 ? { [key]: all } : {};
};

/** What is left of the original where conditional INSTEAD rules take some of its rows (CopyAndAddInvertedQual in rewriteHandler.c). */
export function ruleRemainder(write: RuledWrite, conditions: readonly Node[]): RuleProduct {
  const { event, body, rows, relation } = write;
  const negated = (tree: Node): Node => ({ BooleanTest: { arg: tree, booltesttype: "IS_NOT_TRUE" } });
  const row = ruleRow(write, conditions);
  // Inside a query of its own a name may come to mean something else.
  const rough = row.lost() || JSON.stringify(conditions).includes('"SubLink"');
  if (event === "insert") {
    const where = conditions.map((item) => negated(row.placed(item)));
    const select: Node | undefined = body.selectStmt?.SelectStmt;
    const named: Node[] = body.cols ?? relation.columns.map(({ name }) => ({ ResTarget: { name } }));
    const single: Node[] = select ? (select.valuesLists?.[0]?.List?.items ?? []) : [];
    const source: Node | undefined = row.from[0]?.RangeSubselect;
    const width: number = source ? source.alias.colnames.length : single.length;
    const kept = Array.from({ length: width }, (_, at) => at).filter((at) => source !== undefined || !single[at]!.SetToDefault);
    const targetList = kept.map((at) => ({ ResTarget: { val: source ? columnOf(source.alias.aliasname, `c${at}`) : single[at]! } }));
    const inner = {
      ...SELECT,
      targetList,
      ...(row.from.length > 0 ? { fromClause: row.from } : {}),
      whereClause: allOf(where),
    };
    const { selectStmt: _, ...rest } = body;
    return { tree: { ...rest, cols: kept.map((at) => named[at]), selectStmt: { SelectStmt: inner } }, rough, own: [] };
  }
  // OLD and NEW are what the conditions of the statement itself call them.
  const own = ruleRow({ ...write, rows }, conditions);
  const source: Node | undefined = own.from[0]?.RangeSubselect?.subquery?.SelectStmt;
  const values = new Map<string, Node>((source?.targetList ?? []).map((item: Node) => [item.ResTarget.name, item.ResTarget.val]));
  const inline = (tree: any): any => {
    if (Array.isArray(tree)) return tree.map(inline);
    if (typeof tree !== "object" || tree === null) return tree;
    const fields: Node[] | undefined = tree.ColumnRef?.fields;
    if (fields?.[0]?.String?.sval === "rule row") return values.get(fields[1]!.String.sval) ?? tree;
    return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, inline(value)]));
  };
  return {
    tree: { ...body, whereClause: allOf([body.whereClause, ...conditions.map((item) => negated(inline(own.placed(item))))]) },
    rough,
    own: [],
  };
}
