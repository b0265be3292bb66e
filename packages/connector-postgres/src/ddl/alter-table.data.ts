import type { Mode } from "../locks.ts";

/**
 * Which relations besides the named one a sub-command locks in the same mode. `family`: everything that inherits, unless ONLY is written;
 * `partitions`: the same for partitioned tables alone; `triggers`: partitions where a row trigger is cloned there; `own`: none, or worked
 * out by the sub-command itself.
 */
export type Reach = "own" | "family" | "partitions" | "triggers";

export interface Command {
  /** From AlterTableGetLockLevel in tablecmds.c. */
  lock: Mode;
  reach: Reach;
  /** Sub-commands no statement can hold: the server makes them while it works. */
  inner?: true;
}

const exclusive = (reach: Reach): Command => ({ lock: "AccessExclusiveLock", reach });
const update = (reach: Reach): Command => ({ lock: "ShareUpdateExclusiveLock", reach });
const trigger: Command = { lock: "ShareRowExclusiveLock", reach: "triggers" };
const inner: Command = { lock: "AccessExclusiveLock", reach: "own", inner: true };

/** Every sub-command of ALTER TABLE (AlterTableType in parsenodes.h); where it recurses from ATPrepCmd and the functions it calls. */
export const COMMANDS: Record<string, Command> = {
  AT_AddColumn: exclusive("family"),
  AT_AddColumnToView: inner,
  AT_ColumnDefault: exclusive("family"),
  AT_CookedColumnDefault: inner,
  AT_DropNotNull: exclusive("own"),
  AT_SetNotNull: exclusive("own"),
  AT_SetExpression: exclusive("family"),
  AT_DropExpression: exclusive("family"),
  AT_SetStatistics: update("family"),
  AT_SetOptions: update("own"),
  AT_ResetOptions: update("own"),
  AT_SetStorage: exclusive("family"),
  AT_SetCompression: exclusive("own"),
  AT_DropColumn: exclusive("own"),
  AT_AddIndex: inner,
  AT_ReAddIndex: inner,
  AT_AddConstraint: exclusive("own"),
  AT_ReAddConstraint: inner,
  AT_ReAddDomainConstraint: inner,
  AT_AlterConstraint: exclusive("own"),
  AT_ValidateConstraint: update("own"),
  AT_AddIndexConstraint: inner,
  AT_DropConstraint: exclusive("own"),
  AT_ReAddComment: inner,
  AT_AlterColumnType: exclusive("family"),
  AT_AlterColumnGenericOptions: exclusive("own"),
  AT_ChangeOwner: exclusive("own"),
  AT_ClusterOn: update("own"),
  AT_DropCluster: update("own"),
  AT_SetLogged: exclusive("own"),
  AT_SetUnLogged: exclusive("own"),
  AT_DropOids: exclusive("own"),
  AT_SetAccessMethod: exclusive("own"),
  AT_SetTableSpace: exclusive("own"),
  AT_SetRelOptions: update("own"),
  AT_ResetRelOptions: update("own"),
  AT_ReplaceRelOptions: inner,
  AT_EnableTrig: trigger,
  AT_EnableAlwaysTrig: trigger,
  AT_EnableReplicaTrig: trigger,
  AT_DisableTrig: trigger,
  AT_EnableTrigAll: trigger,
  AT_DisableTrigAll: trigger,
  AT_EnableTrigUser: trigger,
  AT_DisableTrigUser: trigger,
  AT_EnableRule: exclusive("own"),
  AT_EnableAlwaysRule: exclusive("own"),
  AT_EnableReplicaRule: exclusive("own"),
  AT_DisableRule: exclusive("own"),
  AT_AddInherit: exclusive("own"),
  AT_DropInherit: exclusive("own"),
  AT_AddOf: exclusive("own"),
  AT_DropOf: exclusive("own"),
  AT_ReplicaIdentity: exclusive("own"),
  AT_EnableRowSecurity: exclusive("own"),
  AT_DisableRowSecurity: exclusive("own"),
  AT_ForceRowSecurity: exclusive("own"),
  AT_NoForceRowSecurity: exclusive("own"),
  AT_GenericOptions: exclusive("own"),
  AT_AttachPartition: update("own"),
  AT_DetachPartition: exclusive("own"),
  AT_DetachPartitionFinalize: update("own"),
  AT_AddIdentity: exclusive("partitions"),
  AT_SetIdentity: exclusive("partitions"),
  AT_DropIdentity: exclusive("partitions"),
  AT_ReAddStatistics: inner,
};

/** Storage parameters that are changed without shutting readers out, by name; all others take AccessExclusiveLock (reloptions.c). */
const GENTLE_OPTIONS = new Set(
  `fillfactor parallel_workers toast_tuple_target vacuum_index_cleanup vacuum_truncate vacuum_max_eager_freeze_failure_rate
log_autovacuum_min_duration deduplicate_items n_distinct n_distinct_inherited`.split(/\s+/),
);

export const optionLock = (name: string): Mode =>
  GENTLE_OPTIONS.has(name) || name.startsWith("autovacuum_") ? "ShareUpdateExclusiveLock" : "AccessExclusiveLock";
