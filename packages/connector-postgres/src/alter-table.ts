import type { AnalysisContext } from "./analysis-context.ts";
import { family, findRelation, qualified } from "./catalog.ts";
import type { CatalogRelation } from "./catalog-model.ts";
import { classifyQuery } from "./classify-expression.ts";
import type { DraftStatement } from "./draft-statement.ts";
import { MODES, type Mode } from "./locks.ts";
import { kindWord } from "./relation-kind.ts";
import { missing } from "./reads.ts";
import { nameOf, names, rangeName, type Node } from "./tree.ts";

/** Lock each sub-command takes, from AlterTableGetLockLevel in PostgreSQL's tablecmds.c; what is not listed takes AccessExclusiveLock. */
const LOCKS: Record<string, Mode> = {
  AT_SetStatistics: "ShareUpdateExclusiveLock",
  AT_ClusterOn: "ShareUpdateExclusiveLock",
  AT_DropCluster: "ShareUpdateExclusiveLock",
  AT_SetOptions: "ShareUpdateExclusiveLock",
  AT_ResetOptions: "ShareUpdateExclusiveLock",
  AT_SetRelOptions: "ShareUpdateExclusiveLock",
  AT_ResetRelOptions: "ShareUpdateExclusiveLock",
  AT_ValidateConstraint: "ShareUpdateExclusiveLock",
  AT_AttachPartition: "ShareUpdateExclusiveLock",
  AT_EnableTrig: "ShareRowExclusiveLock",
  AT_EnableAlwaysTrig: "ShareRowExclusiveLock",
  AT_EnableReplicaTrig: "ShareRowExclusiveLock",
  AT_EnableTrigAll: "ShareRowExclusiveLock",
  AT_EnableTrigUser: "ShareRowExclusiveLock",
  AT_DisableTrig: "ShareRowExclusiveLock",
  AT_DisableTrigAll: "ShareRowExclusiveLock",
  AT_DisableTrigUser: "ShareRowExclusiveLock",
};

/** Sub-commands whose locks, rewrites and scans are worked out here; others leave the statement incomplete. */
const KNOWN = new Set([
  ...Object.keys(LOCKS).filter((name) => name !== "AT_AttachPartition" && name !== "AT_ValidateConstraint"),
  "AT_AddColumn",
  "AT_DropColumn",
  "AT_ColumnDefault",
  "AT_DropNotNull",
  "AT_SetNotNull",
  "AT_AlterColumnType",
  "AT_AddConstraint",
  "AT_DropConstraint",
  "AT_ValidateConstraint",
  "AT_ChangeOwner",
  "AT_EnableRowSecurity",
  "AT_DisableRowSecurity",
  "AT_ForceRowSecurity",
  "AT_NoForceRowSecurity",
  "AT_SetStorage",
  "AT_SetCompression",
  "AT_ReplicaIdentity",
  "AT_SetLogged",
  "AT_SetUnLogged",
]);

/** ALTER TABLE: the strongest lock of its sub-commands, which of them rewrite the table and which read it whole. */
export function describeAlterTable(context: AnalysisContext, body: Node, draft: DraftStatement): void {
  const relation = findRelation(context.catalog, context.facts, rangeName(body.relation));
  if (!relation) {
    if (!body.missing_ok) missing(draft, nameOf([{ String: { sval: body.relation.relname } }]).name);
    return;
  }
  if (body.objtype !== "OBJECT_TABLE") draft.incomplete = true;
  let strongest: Mode = "AccessShareLock";
  const stronger = (mode: Mode) => (strongest = MODES.indexOf(mode) > MODES.indexOf(strongest) ? mode : strongest);
  const columns: string[] = [];
  for (const item of body.cmds ?? []) {
    const cmd: Node = item.AlterTableCmd;
    const foreign = cmd.subtype === "AT_AddConstraint" && cmd.def?.Constraint?.contype === "CONSTR_FOREIGN";
    stronger(foreign ? "ShareRowExclusiveLock" : (LOCKS[cmd.subtype] ?? "AccessExclusiveLock"));
    if (!KNOWN.has(cmd.subtype)) {
      draft.incomplete = true;
      draft.notes.push(`${cmd.subtype?.replace("AT_", "")} is known by its lock only`);
    }
    const column =
      cmd.def?.ColumnDef?.colname ?? (typeof cmd.name === "string" && !cmd.subtype.includes("Constraint") ? cmd.name : undefined);
    if (column) columns.push(column);
    describeCommand(context, relation, cmd, draft);
  }
  for (const oid of body.relation.inh === true ? family(context.catalog, relation.oid) : [relation.oid])
    draft.locks.add(qualified(context.catalog.relations.get(oid)!), strongest);
  draft.effects.push({
    effect: "schema",
    object: qualified(relation),
    kind: kindWord(relation.kind),
    ...(columns.length > 0 ? { columns } : {}),
    rows: { value: 0, kind: "exact" },
  });
}

function describeCommand(context: AnalysisContext, relation: CatalogRelation, cmd: Node, draft: DraftStatement): void {
  const whole = family(context.catalog, relation.oid)
    .map((oid) => context.catalog.relations.get(oid)!)
    .filter((item) => item.kind === "r")
    .map(qualified);
  const rewrite = () => draft.rewrites.push(...whole.filter((name) => !draft.rewrites.includes(name)));
  const scan = () => draft.scans.push(...whole.filter((name) => !draft.scans.includes(name)));
  switch (cmd.subtype) {
    case "AT_AddColumn": {
      const constraints: Node[] = (cmd.def?.ColumnDef?.constraints ?? []).map((item: Node) => item.Constraint);
      const fallback = constraints.find((item) => item.contype === "CONSTR_DEFAULT");
      const computed = constraints.some(
        (item) => item.contype === "CONSTR_IDENTITY" || (item.contype === "CONSTR_GENERATED" && item.generated_kind !== "v"),
      );
      const serial = /serial/.test(names(cmd.def?.ColumnDef?.typeName?.names).at(-1) ?? "");
      if (computed || serial || (fallback && isVolatile(context, fallback.raw_expr))) rewrite();
      for (const constraint of constraints) describeConstraint(context, relation, constraint, scan, draft);
      break;
    }
    case "AT_AlterColumnType":
      if (!keepsStorage(relation, cmd)) rewrite();
      break;
    case "AT_SetNotNull":
    case "AT_ValidateConstraint":
      scan();
      break;
    case "AT_AddConstraint":
      describeConstraint(context, relation, cmd.def?.Constraint ?? {}, scan, draft);
      break;
    case "AT_SetLogged":
    case "AT_SetUnLogged":
      rewrite();
      break;
    case "AT_DropColumn":
      if (cmd.behavior === "DROP_CASCADE") draft.incomplete = true;
      break;
    case "AT_DropConstraint": {
      const key = context.catalog.foreignKeys.find((candidate) => candidate.child === relation.oid && candidate.name === cmd.name);
      const parent = key && context.catalog.relations.get(key.parent);
      if (parent) draft.locks.add(qualified(parent), "AccessExclusiveLock");
      if (cmd.behavior === "DROP_CASCADE") draft.incomplete = true;
      break;
    }
  }
}

function describeConstraint(
  context: AnalysisContext,
  relation: CatalogRelation,
  constraint: Node,
  scan: () => void,
  draft: DraftStatement,
): void {
  const validated = constraint.skip_validation !== true;
  if (constraint.contype === "CONSTR_FOREIGN") {
    const parent = findRelation(context.catalog, context.facts, rangeName(constraint.pktable ?? {}));
    if (parent) draft.locks.add(qualified(parent), "ShareRowExclusiveLock");
    else missing(draft, constraint.pktable?.relname ?? "");
    if (validated) scan();
  } else if (constraint.contype === "CONSTR_CHECK" || constraint.contype === "CONSTR_NOTNULL") {
    if (validated && relation.kind !== "v") scan();
  } else if (["CONSTR_PRIMARY", "CONSTR_UNIQUE", "CONSTR_EXCLUSION"].includes(constraint.contype) && !constraint.indexname) scan();
}

/** Whether every row would get a value of its own. A function nobody reviewed is taken as such. */
function isVolatile(context: AnalysisContext, expression: Node | undefined): boolean {
  if (!expression) return false;
  const found = classifyQuery(expression);
  if (!found.volatile) return false;
  return found.calls.every((ref) => (context.catalog.functionsByName.get(ref.name) ?? []).every((fn) => fn.volatility !== "v")) &&
    found.calls.length > 0 &&
    found.effect === "read"
    ? false
    : true;
}

/** Type changes PostgreSQL makes without touching rows: the same type or a longer varchar, varchar to text. All others are taken as rewrites. */
function keepsStorage(relation: CatalogRelation, cmd: Node): boolean {
  const def = cmd.def?.ColumnDef;
  if (!def || def.raw_default) return false;
  const now = relation.columns.find((column) => column.name === cmd.name)?.type ?? "";
  const wanted = names(def.typeName?.names).at(-1) ?? "";
  const length: number | undefined = def.typeName?.typmods?.[0]?.A_Const?.ival?.ival;
  const varying = /^character varying(?:\((\d+)\))?$/.exec(now);
  if (wanted === "text" && (varying || now === "text") && !def.typeName?.arrayBounds) return true;
  if (wanted === "varchar" && (varying || now === "text"))
    return length === undefined || (varying?.[1] !== undefined && length >= Number(varying[1]));
  return false;
}
