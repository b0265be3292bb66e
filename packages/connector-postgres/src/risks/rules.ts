import { charColumn } from "./definitions/char-column.ts";
import { columnUsedByFunction } from "./definitions/column-used-by-function.ts";
import { deferrableConstraint } from "./definitions/deferrable-constraint.ts";
import { dropCascade } from "./definitions/drop-cascade.ts";
import { dropColumn } from "./definitions/drop-column.ts";
import { dropConstraint } from "./definitions/drop-constraint.ts";
import { dropNotNull } from "./definitions/drop-not-null.ts";
import { dropPrimaryKey } from "./definitions/drop-primary-key.ts";
import { dropSchema } from "./definitions/drop-schema.ts";
import { dropTable } from "./definitions/drop-table.ts";
import { systemCatalogueWrite } from "./definitions/system-catalogue-write.ts";
import { enumValueRenamed } from "./definitions/enum-value-renamed.ts";
import { enumValueUsed } from "./definitions/enum-value-used.ts";
import { extensionWithOthers } from "./definitions/extension-with-others.ts";
import { guardedTransaction } from "./definitions/guarded-transaction.ts";
import { jsonColumn } from "./definitions/json-column.ts";
import { missingPrimaryKey } from "./definitions/missing-primary-key.ts";
import { moneyColumn } from "./definitions/money-column.ts";
import { moveSchema } from "./definitions/move-schema.ts";
import { nameTooLong } from "./definitions/name-too-long.ts";
import { renameColumn } from "./definitions/rename-column.ts";
import { renameTable } from "./definitions/rename-table.ts";
import { requiredColumn } from "./definitions/required-column.ts";
import { serialColumn } from "./definitions/serial-column.ts";
import { smallPrimaryKey } from "./definitions/small-primary-key.ts";
import { timestampWithoutZone } from "./definitions/timestamp-without-zone.ts";
import { unindexedReference } from "./definitions/unindexed-reference.ts";
import { unloggedTable } from "./definitions/unlogged-table.ts";
import { attachPartitionScan } from "./locks/attach-partition-scan.ts";
import { blockingDetach } from "./locks/blocking-detach.ts";
import { blockingIndexDrop } from "./locks/blocking-index-drop.ts";
import { blockingIndex } from "./locks/blocking-index.ts";
import { blockingRefresh } from "./locks/blocking-refresh.ts";
import { blockingReindex } from "./locks/blocking-reindex.ts";
import { checkWithoutNotValid } from "./locks/check-without-not-valid.ts";
import { defaultPartitionScan } from "./locks/default-partition-scan.ts";
import { exclusionConstraint } from "./locks/exclusion-constraint.ts";
import { exclusiveTableLock } from "./locks/exclusive-table-lock.ts";
import { foreignKeyWithoutNotValid } from "./locks/foreign-key-without-not-valid.ts";
import { hotTrigger } from "./locks/hot-trigger.ts";
import { lockQueue } from "./locks/lock-queue.ts";
import { lockTimeoutOff } from "./locks/lock-timeout-off.ts";
import { missingLockTimeout } from "./locks/missing-lock-timeout.ts";
import { notNullScan } from "./locks/not-null-scan.ts";
import { outsideTransaction } from "./locks/outside-transaction.ts";
import { severalAlters } from "./locks/several-alters.ts";
import { storedGeneratedColumn } from "./locks/stored-generated-column.ts";
import { tableRewrite } from "./locks/table-rewrite.ts";
import { typeChange } from "./locks/type-change.ts";
import { uniqueWithoutIndex } from "./locks/unique-without-index.ts";
import { vacuumFull } from "./locks/vacuum-full.ts";
import { validateTogether } from "./locks/validate-together.ts";
import { volatileDefault } from "./locks/volatile-default.ts";
import { betweenTimestamps } from "./reads/between-timestamps.ts";
import { cartesianJoin } from "./reads/cartesian-join.ts";
import { functionOnColumn } from "./reads/function-on-column.ts";
import { implicitCast } from "./reads/implicit-cast.ts";
import { leadingWildcard } from "./reads/leading-wildcard.ts";
import { offsetPaging } from "./reads/offset-paging.ts";
import { orderByRandom } from "./reads/order-by-random.ts";
import { orderedWithoutLimit } from "./reads/ordered-without-limit.ts";
import { sequentialScan } from "./reads/sequential-scan.ts";
import { starInsert } from "./reads/star-insert.ts";
import { unindexedPredicate } from "./reads/unindexed-predicate.ts";
import { unlimitedSelect } from "./reads/unlimited-select.ts";
import { definerSearchPath } from "./rights/definer-search-path.ts";
import { disabledRowSecurity } from "./rights/disabled-row-security.ts";
import { disabledTrigger } from "./rights/disabled-trigger.ts";
import { grantAll } from "./rights/grant-all.ts";
import { grantToPublic } from "./rights/grant-to-public.ts";
import { replicationRole } from "./rights/replication-role.ts";
import { rowSecurityWithoutPolicy } from "./rights/row-security-without-policy.ts";
import { serverProgram } from "./rights/server-program.ts";
import { alwaysTrueWhere } from "./rows/always-true-where.ts";
import { ddlWithLargeWrite } from "./rows/ddl-with-large-write.ts";
import { equalsNull } from "./rows/equals-null.ts";
import { largeBatch } from "./rows/large-batch.ts";
import { missingWhere } from "./rows/missing-where.ts";
import { notInNull } from "./rows/not-in-null.ts";
import { sequenceNearLimit } from "./rows/sequence-near-limit.ts";
import { truncateCascade } from "./rows/truncate-cascade.ts";
import { unindexedForeignKey } from "./rows/unindexed-foreign-key.ts";
import { unjoinedWrite } from "./rows/unjoined-write.ts";
import { updateAgain } from "./rows/update-again.ts";
import type { RiskRule } from "./risk-rule.ts";

/** Every rule, by folder: rows written, rows read, locks and rewrites, definitions, rights. */
export const RULES: readonly RiskRule[] = [
  alwaysTrueWhere,
  ddlWithLargeWrite,
  equalsNull,
  largeBatch,
  missingWhere,
  notInNull,
  sequenceNearLimit,
  truncateCascade,
  unindexedForeignKey,
  unjoinedWrite,
  updateAgain,
  betweenTimestamps,
  cartesianJoin,
  functionOnColumn,
  implicitCast,
  leadingWildcard,
  offsetPaging,
  orderByRandom,
  orderedWithoutLimit,
  sequentialScan,
  starInsert,
  unindexedPredicate,
  unlimitedSelect,
  attachPartitionScan,
  blockingDetach,
  blockingIndexDrop,
  blockingIndex,
  blockingRefresh,
  blockingReindex,
  checkWithoutNotValid,
  defaultPartitionScan,
  exclusionConstraint,
  exclusiveTableLock,
  foreignKeyWithoutNotValid,
  hotTrigger,
  lockQueue,
  lockTimeoutOff,
  missingLockTimeout,
  notNullScan,
  outsideTransaction,
  severalAlters,
  storedGeneratedColumn,
  tableRewrite,
  typeChange,
  uniqueWithoutIndex,
  vacuumFull,
  validateTogether,
  volatileDefault,
  charColumn,
  columnUsedByFunction,
  deferrableConstraint,
  dropCascade,
  dropColumn,
  dropConstraint,
  dropNotNull,
  dropPrimaryKey,
  dropSchema,
  dropTable,
  systemCatalogueWrite,
  enumValueRenamed,
  enumValueUsed,
  extensionWithOthers,
  guardedTransaction,
  jsonColumn,
  missingPrimaryKey,
  moneyColumn,
  moveSchema,
  nameTooLong,
  renameColumn,
  renameTable,
  requiredColumn,
  serialColumn,
  smallPrimaryKey,
  timestampWithoutZone,
  unindexedReference,
  unloggedTable,
  definerSearchPath,
  disabledRowSecurity,
  disabledTrigger,
  grantAll,
  grantToPublic,
  replicationRole,
  rowSecurityWithoutPolicy,
  serverProgram,
];
