/**
 * What differs between the PostgreSQL versions Interlock works with, 13 to 18: the first version (as server_version_num) in which each fact
 * holds. Sources are the release notes (appendix E of the manual) and, where named, the server's own code; the tests of this package hold
 * all of it against real servers of each version (`INTERLOCK_TEST_POSTGRES=13`).
 */
const SINCE = {
  /** pg_proc.prosqlbody and pg_get_function_sqlbody (E.14: SQL-standard function bodies). */
  sqlBodies: 140_000,
  /** DETACH PARTITION … CONCURRENTLY. */
  concurrentDetach: 140_000,
  /** Statistics over a column of another type are made anew (ATPostAlterTypeCleanup in tablecmds.c). */
  statisticsMadeAnew: 140_000,
  /** client_connection_check_interval. */
  connectionCheck: 140_000,
  /** Clones of a row trigger in partitions keep its name (renametrig in trigger.c). */
  clonedTriggersRenamed: 150_000,
  /** SET LOGGED / UNLOGGED takes sequences along (SequenceChangePersistence in sequence.c). */
  sequencePersistence: 150_000,
  /** A row that moves to another partition sets off ON UPDATE actions of foreign keys, no longer ON DELETE ones (E.15; ExecCrossPartitionUpdate). */
  movesAreUpdates: 150_000,
  /** GRANT opens the relation (restrict_and_check_grant in aclchk.c). */
  grantsOpenRelation: 180_000,
  /** DETACH PARTITION shuts the partition (ATExecDetachPartition in tablecmds.c; AccessExclusiveLock came with CONCURRENTLY). */
  detachShutsPartition: 140_000,
  /** A foreign key has triggers in what is partitioned, too, no longer in its leaves alone (createForeignKeyCheckTriggers in tablecmds.c). */
  keysTriggerDivided: 150_000,
  /** A new partition locks the tables that refer to its parent (CloneFkReferenced in tablecmds.c). */
  newPartitionLocksReferencing: 150_000,
  /** A partition's bounds are read where a row asks for them (ExecPartitionCheck), no longer whenever it is opened to be written (InitResultRelInfo in execMain.c). */
  boundsReadLate: 140_000,
  /** A generated column depends by its expression, and what it reads is refused as "not supported", no longer as a syntax error (tablecmds.c). */
  generatedColumnsByExpression: 150_000,
  /** SET LOGGED and UNLOGGED of a partitioned table, which did nothing, are refused (ATPrepCmd in tablecmds.c). */
  partitionedPersistenceRefused: 180_000,
  /** Storage parameters of a partitioned table are refused for what it is, no longer as not known (reloptions.c). */
  partitionedStorageCode: 160_000,
  /** Exclusion constraints of partitioned tables. */
  partitionedExclusion: 170_000,
  /** CLUSTER goes through the partitions of a table. */
  clusterOfPartitions: 150_000,
  /** A view's query names what it reads and no longer the view itself, as OLD and NEW (UpdateRangeTableOfViewParse in view.c). */
  viewsNameThemselvesNot: 160_000,
  /** Partitioned tables have an access method, for their partitions to come. */
  partitionedAccessMethod: 170_000,
  /** Sequences have their own SET LOGGED / UNLOGGED. */
  unloggedSequences: 150_000,
  /** Identity columns of a partitioned table are those of its partitions. */
  identityOfPartitions: 170_000,
  /** ATTACH PARTITION to what is not partitioned is refused as the wrong kind of object (tablecmds.c, before parse_utilcmd.c). */
  attachCode: 180_000,
  /** ADD CONSTRAINT of any kind first locks all that inherits (ATPrepCmd in tablecmds.c). */
  constraintsLockFamily: 180_000,
  /** NOT NULL is a constraint of its own in pg_constraint (tablecmds.c). */
  notNullConstraints: 180_000,
  /** A foreign key of a partitioned table may be NOT VALID. */
  lateKeysOfPartitioned: 180_000,
  /** VACUUM and ANALYZE of a table include what inherits from it. */
  maintenanceOfFamily: 180_000,
  /** RESTRICT has a SQLSTATE of its own, 23001 (ri_ReportViolation in ri_triggers.c). */
  restrictCode: 180_000,
  /** COPY … TO of a materialised view (BeginCopyTo in copyto.c). */
  copiesMaterializedViews: 180_000,
  /** MAINTAIN is a right of its own (acl.h). */
  maintainRight: 170_000,
  /** Roles are granted by who has their ADMIN OPTION, and taken by who has their SET OPTION; CREATEROLE alone no longer does (user.c). */
  rolesNeedAdmin: 160_000,
  /** Generated columns can be VIRTUAL. */
  virtualColumns: 180_000,
  /** Foreign keys of partitioned tables can be NOT VALID. */
  partitionedKeysNotValid: 180_000,
  /** `old` and `new` in RETURNING. */
  oldAndNew: 180_000,
} as const;

export type Fact = keyof typeof SINCE;

/** The first version, for a query that asks the server's own. */
export const since = (fact: Fact): number => SINCE[fact];

/** Whether a server of this version (e.g. 180004) is of the ones in which the fact holds. */
export const holds = (fact: Fact, version: number): boolean => version >= SINCE[fact];
