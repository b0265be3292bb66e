import { qualified } from "../catalog.ts";
import type { Node } from "../tree.ts";
import {
  children,
  notAsked,
  columnFacts,
  isEnforced,
  isVolatile,
  lockReached,
  reached,
  rewrite,
  scan,
  unproven,
  type Alteration,
} from "./alteration.ts";
import { retypeColumn } from "./column-retype.ts";
import { typeFacts } from "./column-type.ts";
import { addForeignKey, fillsNulls } from "./constraints.ts";
import { CLASSES } from "./dependents.ts";
import { takeAway } from "./drop.ts";
import { isSerial, typeText } from "./object-address.ts";
import type { ColumnFacts, RelationFacts } from "./relation-facts.ts";
import { lockSequences } from "./sequences.ts";
import { affect, fails, lock, lockAll, missingColumn } from "./subject.ts";
import { holds } from "../versions.data.ts";

export async function addColumn(at: Alteration): Promise<void> {
  const { context, relation, facts, cmd, draft } = at;
  const def: Node = cmd.def?.ColumnDef ?? {};
  if (columnFacts(facts, def.colname) && !at.going.includes(def.colname)) {
    if (!cmd.missing_ok) fails(draft, "42701", `${relation.schema}.${relation.name} has a column "${def.colname}" already`);
    return;
  }
  if (at.only && children(at).length > 0) fails(draft, "42P16", "The column must be added to the tables that inherit, too");
  if (relation.partition) fails(draft, "42809", "A column cannot be added to a partition alone");
  const into = lackingColumn(at, def.colname);
  const constraints: Node[] = (def.constraints ?? []).map((item: Node) => item.Constraint);
  const of = (type: string): Node | undefined => constraints.find((item) => item.contype === type);
  const fallback = of("CONSTR_DEFAULT")?.raw_expr;
  const type = typeText(def.typeName);
  const serial = isSerial(def.typeName);
  const known = serial ? undefined : await typeFacts(context, type, 0);
  for (const [oid, below] of at.all) {
    const same = oid === relation.oid ? undefined : kept(at, below, def.colname);
    if (same && known && same.type !== known.oid) fails(draft, "42804", `"${def.colname}" has another type further down`);
  }
  if (!serial && !known) fails(draft, "42704", `There is no type ${type}`);
  const stored = of("CONSTR_GENERATED") !== undefined && of("CONSTR_GENERATED")!.generated_kind !== "v";
  // A domain with checks is asked for every row, even for the NULL of a column without a default (ATExecAddColumn).
  const checked = known !== undefined && known.oid !== known.base && known.constrained && of("CONSTR_GENERATED") === undefined;
  if (serial || stored || of("CONSTR_IDENTITY") || checked || isVolatile(context, fallback)) rewrite(at, into);
  if (serial || of("CONSTR_IDENTITY")) makeSequence(at, def.colname);
  for (const constraint of constraints) {
    if (constraint.contype === "CONSTR_FOREIGN")
      await addForeignKey(at, constraint, [def.colname], fallback !== undefined, isEnforced(constraint, constraints));
    if (constraint.contype === "CONSTR_CHECK" && !notAsked(constraint, constraints)) scan(at, reached(at));
    if (["CONSTR_UNIQUE", "CONSTR_PRIMARY"].includes(constraint.contype)) {
      const all = relation.kind === "p" ? reached(at) : [relation.oid];
      lockAll(context, all, "ShareLock", draft);
      scan(at, all);
    }
    if (
      (constraint.contype === "CONSTR_NOTNULL" || constraint.contype === "CONSTR_PRIMARY") &&
      !fallback &&
      !serial &&
      !stored &&
      !of("CONSTR_IDENTITY") &&
      of("CONSTR_GENERATED") === undefined
    )
      await fillsNulls(at, def.colname);
  }
}

/** A column further down that the same statement does not drop with the one it inherits. */
const kept = (at: Alteration, below: RelationFacts, name: string): ColumnFacts | undefined => {
  const column = columnFacts(below, name);
  return column?.inherited && !at.only && at.going.includes(name) ? undefined : column;
};

/** The table and those below that get the column anew; one that has such a column keeps it and ends the way down (ATExecAddColumn). */
function lackingColumn(at: Alteration, name: string): number[] {
  const lacking: number[] = [];
  const visit = (oid: number): void => {
    lock(at.context, oid, at.mode, at.draft);
    if (oid !== at.relation.oid && kept(at, at.all.get(oid)!, name)) return;
    lacking.push(oid);
    if (!at.only) for (const child of at.context.catalog.children.get(oid) ?? []) visit(child);
  };
  visit(at.relation.oid);
  return [...new Set(lacking)];
}

/** Its usual name; the server adds a number where that is taken (ChooseRelationName in indexcmds.c). */
function makeSequence({ relation, draft }: Alteration, column: string): void {
  affect(draft, `${relation.schema}.${relation.name}_${column}_seq`, "sequence");
  // Whose it is, is looked up (process_owned_by in sequence.c).
  draft.locks.add(qualified(relation), "AccessShareLock");
}

/** With ONLY the direct children keep the column as their own: their entry changes, so they are locked (ATExecDropColumn). */
export async function dropColumn(at: Alteration): Promise<void> {
  const { relation, all, cmd, draft } = at;
  const column = columnFacts(at.facts, cmd.name);
  if (!column) {
    if (!cmd.missing_ok) missingColumn(draft, relation, cmd.name);
    return;
  }
  if (column.inherited) fails(draft, "42P16", `The column "${cmd.name}" is inherited`);
  if (at.facts.partitionColumns.includes(column.attnum)) fails(draft, "42P16", `The table is partitioned by "${cmd.name}"`);
  const roots = [relation.oid, ...(at.only ? [] : reached(at).slice(1))].flatMap((oid) => {
    const attnum = columnFacts(all.get(oid)!, cmd.name)?.attnum;
    return attnum === undefined ? [] : [{ classid: CLASSES.pg_class, oid, sub: attnum }];
  });
  lockAll(at.context, at.only ? children(at) : reached(at), at.mode, draft);
  await takeAway(at.context, roots, cmd.behavior === "DROP_CASCADE", draft);
}

export async function dropNotNull(at: Alteration): Promise<void> {
  const { relation, facts, cmd, draft, context } = at;
  const column = columnFacts(facts, cmd.name);
  if (!column) return missingColumn(draft, relation, cmd.name);
  if (facts.indexes.some((index) => index.primary && index.columns.includes(column.attnum)))
    fails(draft, "42P16", `"${cmd.name}" is in the primary key`);
  if (column.identity) fails(draft, "42601", `"${cmd.name}" is an identity column`);
  const declared = holds("notNullConstraints", context.catalog.version);
  const constraint = facts.constraints.find((item) => item.type === "n" && item.columns[0] === column.attnum);
  if (declared && constraint?.inherited) fails(draft, "42P16", `The constraint "${constraint.name}" is inherited`);
  // Since 18 it is a constraint that is dropped: children follow only where there is one, and with ONLY they keep it as their own (dropconstraint_internal).
  if (!declared || column.notNull) lockReached(at);
  if (declared && column.notNull && at.only && !constraint?.noInherit) lockAll(context, children(at), at.mode, draft);
}

export async function setNotNull(at: Alteration): Promise<void> {
  const { relation, facts, cmd, draft, context } = at;
  const column = columnFacts(facts, cmd.name);
  if (!column) return missingColumn(draft, relation, cmd.name);
  const declared = facts.constraints.find((item) => item.type === "n" && item.columns[0] === column.attnum);
  // A column that is NOT NULL already is left alone with its partitions, and since 18 with heirs (ATPrepSetNotNull, now ATExecSetNotNull).
  const known = holds("notNullConstraints", context.catalog.version)
    ? declared?.validated && !declared.noInherit
    : column.notNull && relation.kind === "p";
  if (known) return;
  lockReached(at);
  scan(at, unproven(at, cmd.name));
}

export async function setExpression(at: Alteration): Promise<void> {
  const column = columnFacts(at.facts, at.cmd.name);
  if (!column) return missingColumn(at.draft, at.relation, at.cmd.name);
  if (column.generated === "") return fails(at.draft, "55000", `"${at.cmd.name}" is no generated column`);
  if (column.generated === "s") return rewrite(at, reached(at));
  // A virtual column has nothing to rewrite, and what rests on it is not looked after (ATExecSetExpression).
  if (at.facts.constraints.some((item) => item.type === "c")) fails(at.draft, "0A000", "The table has check constraints");
}

export async function dropExpression(at: Alteration): Promise<void> {
  const column = columnFacts(at.facts, at.cmd.name);
  if (!column) return missingColumn(at.draft, at.relation, at.cmd.name);
  if (column.generated === "" && !at.cmd.missing_ok) fails(at.draft, "55000", `"${at.cmd.name}" is no generated column`);
  if (column.generated === "v") fails(at.draft, "0A000", `"${at.cmd.name}" is a virtual column: it holds no values to keep`);
}

export async function columnDefault(at: Alteration): Promise<void> {
  const column = columnFacts(at.facts, at.cmd.name);
  if (!column) return missingColumn(at.draft, at.relation, at.cmd.name);
  if (column.identity) fails(at.draft, "42601", `"${at.cmd.name}" is an identity column`);
  else if (column.generated !== "") fails(at.draft, "42601", `"${at.cmd.name}" is a generated column`);
}

/** A sequence of an identity column goes, or changes, with it. */
export async function identity(at: Alteration): Promise<void> {
  const { context, relation, facts, cmd, draft } = at;
  const column = columnFacts(facts, cmd.name);
  if (!column) return missingColumn(draft, relation, cmd.name);
  const sequence = facts.sequences.find((item) => item.identity && item.attnum === column.attnum);
  if (cmd.subtype === "AT_AddIdentity") {
    if (column.identity) fails(draft, "55000", `"${cmd.name}" is an identity column already`);
    else if (!column.notNull && !at.filled.includes(cmd.name)) fails(draft, "55000", `"${cmd.name}" must be NOT NULL first`);
    else makeSequence(at, cmd.name);
    return;
  }
  if (!sequence) {
    if (!cmd.missing_ok) fails(draft, "55000", `"${cmd.name}" is no identity column`);
    return;
  }
  if (cmd.subtype === "AT_DropIdentity")
    await takeAway(context, [{ classid: CLASSES.pg_class, oid: sequence.oid, sub: 0 }], true, { ...draft, willFail: [] });
  else lockSequences(context, [sequence.oid], "ShareRowExclusiveLock", draft);
}

export const alterColumnType = retypeColumn;

/** Settings of a column: it must exist. Attributes of indexes are named by number. */
export async function columnSetting(at: Alteration): Promise<void> {
  if (at.cmd.name !== undefined && !columnFacts(at.facts, at.cmd.name)) missingColumn(at.draft, at.relation, at.cmd.name);
}

export async function compression(at: Alteration): Promise<void> {
  const column = columnFacts(at.facts, at.cmd.name);
  if (!column) return missingColumn(at.draft, at.relation, at.cmd.name);
  const [compressed] = await at.context.session.query("select from pg_type where oid = $1 and typstorage <> 'p'", [column.type]);
  if (!compressed) fails(at.draft, "0A000", `Values of "${at.cmd.name}" cannot be compressed`);
}
