import type { Effect, SideEffect } from "@interlock/protocol";
import { NON_VOLATILE_BUILTINS } from "./builtin-functions.data.ts";

/** What a built-in function does when called. `opaque`: its result carries stored data that its arguments do not name. */
export interface ReviewedFunction {
  effect: Effect;
  kind: SideEffect["kind"];
  opaque: boolean;
}

const list = (text: string): string[] => text.trim().split(/\s+/);

/** Volatile, and harmless: they answer with facts, clocks or chance. */
const READS = list(`
array_sample array_shuffle clock_timestamp timeofday current_query currval lastval gen_random_uuid uuidv4 uuidv7 random random_normal
pg_available_wal_summaries pg_blocking_pids pg_collation_actual_version pg_control_checkpoint pg_control_init pg_control_recovery
pg_control_system pg_current_logfile pg_current_wal_flush_lsn pg_current_wal_insert_lsn pg_current_wal_lsn
pg_database_collation_actual_version pg_database_size pg_get_multixact_members pg_get_wait_events pg_get_wal_replay_pause_state
pg_get_wal_resource_managers pg_get_wal_summarizer_state pg_indexes_size pg_is_in_recovery pg_is_wal_replay_paused
pg_isolation_test_session_is_blocked pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn
pg_last_xact_replay_timestamp pg_notification_queue_usage pg_partition_ancestors pg_partition_tree pg_prepared_xact
pg_relation_size pg_replication_origin_progress pg_replication_origin_session_is_setup pg_replication_origin_session_progress
pg_safe_snapshot_blocking_pids pg_sequence_last_value pg_get_sequence_data pg_show_replication_origin_status pg_stat_get_backend_io
pg_stat_get_backend_wal pg_stat_get_io pg_stat_get_recovery_prefetch pg_stat_get_xact_blocks_fetched pg_stat_get_xact_blocks_hit
pg_stat_get_xact_function_calls pg_stat_get_xact_function_self_time pg_stat_get_xact_function_total_time pg_stat_get_xact_numscans
pg_stat_get_xact_tuples_deleted pg_stat_get_xact_tuples_fetched pg_stat_get_xact_tuples_hot_updated pg_stat_get_xact_tuples_inserted
pg_stat_get_xact_tuples_newpage_updated pg_stat_get_xact_tuples_returned pg_stat_get_xact_tuples_updated pg_stat_have_stats pg_table_size
pg_tablespace_size pg_total_relation_size pg_wal_summary_contents pg_xact_commit_timestamp pg_xact_commit_timestamp_origin pg_xact_status
txid_status pg_get_backend_memory_contexts pg_get_shmem_allocations pg_get_shmem_allocations_numa pg_get_loaded_modules pg_get_aios
amvalidate currtid currtid2 pg_is_in_backup`);

/** Of PostgreSQL 13–17 and gone in 18; IMMUTABLE or STABLE there. */
const FORMER_READS = list(`
close_lb close_sl dist_bl dist_lb interval_accum interval_accum_inv interval_avg interval_combine numeric_fac path_center
pg_backup_start_time pg_stat_get_bgwriter_buf_written_checkpoints pg_stat_get_bgwriter_requested_checkpoints
pg_stat_get_bgwriter_timed_checkpoints pg_stat_get_buf_fsync_backend pg_stat_get_buf_written_backend
pg_stat_get_checkpoint_sync_time pg_stat_get_checkpoint_write_time pg_timezone_abbrevs`);

/** Its own session: locks, clocks, settings, sequences advanced. */
const SESSION = list(`
nextval setseed set_config pg_sleep pg_sleep_for pg_sleep_until pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock
pg_advisory_unlock_all pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared pg_try_advisory_lock
pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared pg_export_snapshot pg_stat_clear_snapshot
pg_stat_force_next_flush lo_open lo_close lo_lseek lo_lseek64 lo_tell lo_tell64 pg_current_xact_id txid_current`);

const APPENDS = list(`
lo_creat lo_create lo_from_bytea pg_logical_emit_message pg_create_restore_point pg_create_physical_replication_slot
pg_create_logical_replication_slot pg_copy_physical_replication_slot pg_copy_logical_replication_slot`);

/** Existing things, other sessions, server state. */
const MODIFIES = list(`
setval lo_put lo_truncate lo_truncate64 lowrite pg_notify pg_terminate_backend pg_cancel_backend pg_log_backend_memory_contexts
pg_log_standby_snapshot pg_switch_wal pg_stat_reset pg_stat_reset_backend_stats pg_stat_reset_replication_slot pg_stat_reset_shared
pg_stat_reset_single_function_counters pg_stat_reset_single_table_counters pg_stat_reset_slru pg_stat_reset_subscription_stats
pg_clear_attribute_stats pg_clear_relation_stats pg_restore_attribute_stats pg_restore_relation_stats brin_desummarize_range
brin_summarize_new_values brin_summarize_range gin_clean_pending_list pg_logical_slot_get_changes pg_logical_slot_get_binary_changes
pg_replication_slot_advance pg_import_system_collations pg_nextoid`);

const DELETES = list(`lo_unlink pg_drop_replication_slot`);

/** Rights, identity, server configuration, files of the server, replication and recovery. */
const PRIVILEGES = list(`
pg_read_file pg_read_binary_file pg_stat_file pg_ls_dir pg_ls_logdir pg_ls_waldir pg_ls_tmpdir pg_ls_archive_statusdir
pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir lo_import lo_export pg_hba_file_rules
pg_ident_file_mappings pg_show_all_file_settings pg_reload_conf pg_rotate_logfile pg_promote pg_backup_start pg_backup_stop
pg_wal_replay_pause pg_wal_replay_resume pg_replication_origin_advance pg_replication_origin_create pg_replication_origin_drop
pg_replication_origin_session_reset pg_replication_origin_session_setup pg_replication_origin_xact_reset
pg_replication_origin_xact_setup pg_sync_replication_slots pg_read_file_old pg_rotate_logfile_old pg_start_backup pg_stop_backup
pg_extension_config_dump pg_stop_making_pinned_objects binary_upgrade_add_sub_rel_state binary_upgrade_create_empty_extension
binary_upgrade_logical_slot_has_caught_up binary_upgrade_replorigin_advance binary_upgrade_set_missing_value
binary_upgrade_set_next_array_pg_type_oid binary_upgrade_set_next_heap_pg_class_oid binary_upgrade_set_next_heap_relfilenode
binary_upgrade_set_next_index_pg_class_oid binary_upgrade_set_next_index_relfilenode
binary_upgrade_set_next_multirange_array_pg_type_oid binary_upgrade_set_next_multirange_pg_type_oid
binary_upgrade_set_next_pg_authid_oid binary_upgrade_set_next_pg_enum_oid binary_upgrade_set_next_pg_tablespace_oid
binary_upgrade_set_next_pg_type_oid binary_upgrade_set_next_toast_pg_class_oid binary_upgrade_set_next_toast_pg_type_oid
binary_upgrade_set_next_toast_relfilenode binary_upgrade_set_record_init_privs`);

/** They run SQL given as text or stored under a name, or call whatever a type or name given as text reaches. */
const UNKNOWABLE = list(`
query_to_xml query_to_xml_and_xmlschema query_to_xmlschema cursor_to_xml cursor_to_xmlschema table_to_xml table_to_xmlschema
table_to_xml_and_xmlschema schema_to_xml schema_to_xmlschema schema_to_xml_and_xmlschema database_to_xml database_to_xmlschema
database_to_xml_and_xmlschema ts_stat ts_rewrite pg_input_is_valid pg_input_error_info domain_in domain_recv record_in record_recv
array_in array_recv plpgsql_call_handler plpgsql_inline_handler plpgsql_validator fmgr_sql_validator fmgr_internal_validator
fmgr_c_validator`);

/** Non-volatile or harmless functions whose result is stored data their arguments do not name. */
const OPAQUE_READS = list(`
lo_get loread pg_logical_slot_peek_changes pg_logical_slot_peek_binary_changes pg_mcv_list_items current_setting pg_show_all_settings
pg_lock_status pg_stat_get_activity pg_stat_get_backend_activity pg_prepared_statement pg_cursor`);

const KINDS: Record<string, SideEffect["kind"]> = {
  nextval: "sequence",
  setval: "sequence",
  pg_notify: "notify",
  pg_read_file: "file",
  pg_read_binary_file: "file",
  pg_ls_dir: "file",
  pg_stat_file: "file",
  lo_import: "file",
  lo_export: "file",
  set_config: "session",
  pg_ls_logdir: "file",
  pg_ls_waldir: "file",
  pg_ls_tmpdir: "file",
  pg_read_file_old: "file",
};

const TABLE = new Map<string, ReviewedFunction>();
const enter = (names: string[], effect: Effect, opaque: boolean) => {
  for (const name of names) {
    TABLE.set(name, { effect, kind: KINDS[name] ?? (name.startsWith("lo") && name !== "log" ? "largeObject" : "function"), opaque });
  }
};
for (const name of NON_VOLATILE_BUILTINS) TABLE.set(name, { effect: "read", kind: "function", opaque: false });
enter(READS, "read", false);
enter(FORMER_READS, "read", false);
enter(OPAQUE_READS, "read", true);
enter(SESSION, "session", false);
enter(APPENDS, "append", true);
enter(MODIFIES, "modify", true);
enter(DELETES, "delete", true);
enter(PRIVILEGES, "privilege", true);
enter(UNKNOWABLE, "unknown", true);

/** Every name in the table. */
export const reviewedNames = (): ReadonlySet<string> => new Set(TABLE.keys());

/** Functions whose calls may be evaluated while planning or counting: they give the same answer and touch nothing. */
export const isNonVolatileBuiltin = (name: string): boolean => NON_VOLATILE_BUILTINS.has(name) && TABLE.get(name)?.effect === "read";

/** Outside of those whose names begin with pg_, where many do: from `select proname from pg_proc where proretset` of PostgreSQL 18. */
const SET_RETURNING = new Set(
  list(`
aclexplode generate_series generate_subscripts json_array_elements json_array_elements_text json_each json_each_text json_object_keys
json_populate_recordset json_to_recordset jsonb_array_elements jsonb_array_elements_text jsonb_each jsonb_each_text jsonb_object_keys
jsonb_path_query jsonb_path_query_tz jsonb_populate_recordset jsonb_to_recordset regexp_matches regexp_split_to_table string_to_table
ts_debug ts_parse ts_stat ts_token_type txid_snapshot_xip unnest`),
);

/** From `select distinct proname from pg_proc where prokind in ('a', 'w')` of PostgreSQL 18. */
const AGGREGATES = new Set(
  list(`
any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank every first_value json_agg
json_agg_strict json_object_agg json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict
jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict lag last_value lead max min mode nth_value
ntile percent_rank percentile_cont percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2
regr_slope regr_sxx regr_sxy regr_syy row_number stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg`),
);

/** Whether a call makes one value of many rows, or of a window of them. */
export const isAggregate = (name: string): boolean => AGGREGATES.has(name);

/** Whether every call is one value. False for those that return a set, and for what nobody has reviewed. */
export const isOneValue = (name: string): boolean => TABLE.has(name) && !SET_RETURNING.has(name) && !name.startsWith("pg_");

/** The review of a pg_catalog function; undefined for one that nobody has reviewed. */
export const reviewedFunction = (name: string): ReviewedFunction | undefined => TABLE.get(name);
