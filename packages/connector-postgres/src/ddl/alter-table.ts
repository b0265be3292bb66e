import type { AnalysisContext } from "../analysis-context.ts";
import { family, findRelation, qualified } from "../catalog.ts";
import type { DraftStatement } from "../draft-statement.ts";
import { MODES, type Mode } from "../locks.ts";
import { kindWord } from "../relation-kind.ts";
import { missing } from "../reads.ts";
import { nameKey, rangeName, type Node } from "../tree.ts";
import { holds } from "../versions.data.ts";
import { COMMANDS, optionLock } from "./alter-table.data.ts";
import { columnFacts, lockReached, type Alteration } from "./alteration.ts";
import * as column from "./columns.ts";
import * as constraint from "./constraints.ts";
import { alterIndex } from "./alter-index.ts";
import { alterComposite } from "./composite.ts";
import { lookUpRelation } from "./named-index.ts";
import * as partition from "./partitions.ts";
import { relationFacts } from "./relation-facts.ts";
import * as storage from "./storage.ts";
import { affect, fails, lockAll } from "./subject.ts";

type Detail = (at: Alteration) => Promise<void>;

/** What a sub-command does beyond its lock. One without an entry changes the named relation's definition and nothing else. */
const DETAILS: Record<string, Detail> = {
  AT_AddColumn: column.addColumn,
  AT_DropColumn: column.dropColumn,
  AT_ColumnDefault: column.columnDefault,
  AT_DropNotNull: column.dropNotNull,
  AT_SetNotNull: column.setNotNull,
  AT_SetExpression: column.setExpression,
  AT_DropExpression: column.dropExpression,
  AT_SetStatistics: column.columnSetting,
  AT_SetOptions: column.columnSetting,
  AT_ResetOptions: column.columnSetting,
  AT_SetStorage: column.columnSetting,
  AT_SetCompression: column.compression,
  AT_AlterColumnGenericOptions: column.columnSetting,
  AT_AlterColumnType: column.alterColumnType,
  AT_AddIdentity: column.identity,
  AT_SetIdentity: column.identity,
  AT_DropIdentity: column.identity,
  AT_AddConstraint: constraint.addConstraint,
  AT_AlterConstraint: constraint.alterConstraint,
  AT_ValidateConstraint: constraint.validateConstraint,
  AT_DropConstraint: constraint.dropConstraint,
  AT_AddInherit: partition.inherit,
  AT_DropInherit: partition.inherit,
  AT_AttachPartition: partition.attachPartition,
  AT_DetachPartition: partition.detachPartition,
  AT_DetachPartitionFinalize: partition.detachPartition,
  AT_ChangeOwner: storage.changeOwner,
  AT_ClusterOn: storage.clusterOn,
  AT_SetLogged: storage.setPersistence,
  AT_SetUnLogged: storage.setPersistence,
  AT_SetAccessMethod: storage.setAccessMethod,
  AT_SetTableSpace: storage.setTablespace,
  AT_AddOf: storage.addOf,
  AT_ReplicaIdentity: storage.replicaIdentity,
  AT_EnableTrig: storage.enableTrigger,
  AT_EnableAlwaysTrig: storage.enableTrigger,
  AT_EnableReplicaTrig: storage.enableTrigger,
  AT_DisableTrig: storage.enableTrigger,
  AT_EnableTrigAll: storage.enableTrigger,
  AT_DisableTrigAll: storage.enableTrigger,
  AT_EnableRule: storage.enableRule,
  AT_EnableAlwaysRule: storage.enableRule,
  AT_EnableReplicaRule: storage.enableRule,
  AT_DisableRule: storage.enableRule,
  AT_EnableTrigUser: storage.enableTrigger,
  AT_DisableTrigUser: storage.enableTrigger,
};

const PRIVILEGED = /^AT_(ChangeOwner|(En|Dis)ableRowSecurity|(No)?ForceRowSecurity|Enable(Always|Replica)(Trig|Rule))$/;

/** The lock one sub-command asks for. */
export function commandLock(cmd: Node): Mode {
  const constraintType = cmd.def?.Constraint?.contype;
  if (cmd.subtype === "AT_AddConstraint" && constraintType === "CONSTR_FOREIGN") return "ShareRowExclusiveLock";
  if (cmd.subtype === "AT_DetachPartition" && cmd.def?.PartitionCmd?.concurrent) return "ShareUpdateExclusiveLock";
  if (cmd.subtype === "AT_SetRelOptions" || cmd.subtype === "AT_ResetRelOptions")
    return strongestMode((cmd.def?.List?.items ?? []).map((item: Node) => optionLock(item.DefElem?.defname ?? "")));
  return COMMANDS[cmd.subtype]?.lock ?? "AccessExclusiveLock";
}

const strongestMode = (modes: readonly Mode[]): Mode =>
  modes.reduce<Mode>((best, mode) => (MODES.indexOf(mode) > MODES.indexOf(best) ? mode : best), "AccessShareLock");

/** ALTER TABLE, VIEW, SEQUENCE, INDEX, MATERIALIZED VIEW, FOREIGN TABLE and TYPE (of a composite): one grammar for all. */
export async function describeAlterTable(context: AnalysisContext, body: Node, draft: DraftStatement): Promise<void> {
  const ref = rangeName(body.relation);
  const cmds: Node[] = (body.cmds ?? []).map((item: Node) => item.AlterTableCmd);
  if (body.objtype === "OBJECT_TYPE") return alterComposite(context, ref, cmds, draft);
  const relation = findRelation(context.catalog, context.facts, ref);
  if (!relation) {
    const other = await lookUpRelation(context, ref);
    if (other && (other.kind === "i" || other.kind === "I")) return alterIndex(context, other, cmds, draft);
    if (!body.missing_ok) missing(draft, nameKey(ref));
    return;
  }
  const expected = KINDS[body.objtype] ?? "rpvmfS";
  if (!expected.includes(relation.kind)) fails(draft, "42809", `${qualified(relation)} is a ${kindWord(relation.kind)}`);
  const mode = strongestMode(cmds.map(commandLock));
  // First: what comes after may have to wait for whoever has the table to himself, and that he has it is what must be said.
  draft.locks.add(qualified(relation), mode);
  const all = await relationFacts(context, family(context.catalog, relation.oid));
  const columns = cmds.flatMap((cmd) => cmd.def?.ColumnDef?.colname ?? (namesColumn(cmd) ? cmd.name : []));
  for (const cmd of cmds)
    affect(draft, qualified(relation), kindWord(relation.kind), PRIVILEGED.test(cmd.subtype) ? "privilege" : "schema", columns);
  const going = cmds.flatMap((cmd) => (cmd.subtype === "AT_DropColumn" ? cmd.name : []));
  const released = cmds.flatMap((cmd) => (cmd.subtype === "AT_DropConstraint" ? cmd.name : []));
  const filled = cmds.flatMap((cmd) => (cmd.subtype === "AT_SetNotNull" ? cmd.name : []));
  const coming = cmds.flatMap((cmd) => (cmd.subtype === "AT_AddColumn" ? (cmd.def?.ColumnDef?.colname ?? []) : []));
  for (const cmd of cmds) {
    const command = COMMANDS[cmd.subtype];
    if (!command || command.inner) {
      draft.incomplete = true;
      draft.notes.push(`${cmd.subtype} is not worked out`);
      continue;
    }
    const allowed = OTHER_KINDS[relation.kind];
    if (allowed && !allowed.test(cmd.subtype)) {
      fails(draft, "42809", `This cannot be done to a ${kindWord(relation.kind)}`);
      continue;
    }
    const at: Alteration = {
      context,
      relation,
      facts: all.get(relation.oid)!,
      all,
      cmd,
      only: body.relation.inh !== true,
      coming,
      going,
      filled,
      released,
      mode,
      draft,
    };
    // Whether a column is added below at all depends on whether it is there already.
    if (command.reach === "family" && cmd.subtype !== "AT_AddColumn") lockReached(at);
    // What is no identity is left alone before any partition is looked for (ATExecDropIdentity in tablecmds.c).
    const skipped = cmd.subtype === "AT_DropIdentity" && cmd.missing_ok && columnFacts(at.facts, cmd.name)?.identity === false;
    if (command.reach === "partitions" && !skipped && relation.kind === "p" && holds("identityOfPartitions", context.catalog.version))
      lockAll(context, at.only ? [] : family(context.catalog, relation.oid), mode, draft);
    // RESET leaves no option over that could be refused (partitioned_table_reloptions in reloptions.c).
    if (relation.kind === "p" && cmd.subtype === "AT_SetRelOptions")
      fails(
        draft,
        holds("partitionedStorageCode", context.catalog.version) ? "42809" : "22023",
        `${qualified(relation)} stores nothing itself; its partitions do`,
      );
    if (at.facts.ofType !== 0 && /^AT_(AddColumn|DropColumn|AlterColumnType)$/.test(cmd.subtype))
      fails(draft, "42809", `${qualified(relation)} is made of a type`);
    // A column that the same statement adds has nothing yet that could be in the way.
    if (
      namesColumn(cmd) &&
      cmd.subtype !== "AT_DropColumn" &&
      coming.includes(cmd.name) &&
      (going.includes(cmd.name) || !columnFacts(at.facts, cmd.name))
    )
      continue;
    await DETAILS[cmd.subtype]?.(at);
  }
}

/** Relkinds each form may name (ATSimplePermissions); ALTER TABLE is let at nearly everything. */
const KINDS: Record<string, string> = {
  OBJECT_VIEW: "v",
  OBJECT_MATVIEW: "m",
  OBJECT_SEQUENCE: "S",
  OBJECT_FOREIGN_TABLE: "f",
};

/** Sub-commands that what is no table takes (ATSimplePermissions calls in ATPrepCmd). */
const OTHER_KINDS: Record<string, RegExp> = {
  v: /^AT_(ColumnDefault|ChangeOwner|(Re)?SetRelOptions|ResetRelOptions)$/,
  m: /^AT_(SetStatistics|SetOptions|ResetOptions|SetStorage|SetCompression|ClusterOn|DropCluster|ChangeOwner|SetTableSpace|SetAccessMethod|(Re)?SetRelOptions|ResetRelOptions)$/,
  S: /^AT_(ChangeOwner|SetLogged|SetUnLogged)$/,
};

const namesColumn = (cmd: Node): boolean =>
  typeof cmd.name === "string" &&
  /Column|NotNull|Expression|Identity|SetStatistics|SetOptions|ResetOptions|SetStorage|SetCompression/.test(cmd.subtype);
