import type { Effect } from "@interlock/protocol";

const list = (text: string): string[] => text.trim().split(/\s+/);

/**
 * Settings that carry identity, rights, protection or the server's own working, that load code, or that hide from the target's own views
 * and logs what a session does. Reviewed against `pg_settings` (contexts `user` and `superuser`) of PostgreSQL 13–18, as the two below.
 */
const PRIVILEGED = new Set(
  list(`
role session_authorization session_replication_role is_superuser lo_compat_privileges allow_system_table_mods allow_in_place_tablespaces
zero_damaged_pages ignore_checksum_failure ignore_system_indexes track_counts track_activities compute_query_id session_preload_libraries
local_preload_libraries dynamic_library_path extension_control_path backtrace_functions jit_provider jit_dump_bitcode application_name
createrole_self_grant event_triggers restrict_nonsystem_relation_kind password_encryption scram_iterations update_process_title
log_duration log_error_verbosity log_executor_stats log_lock_failures log_lock_waits log_min_duration_sample log_min_duration_statement
log_min_error_statement log_min_messages log_parameter_max_length log_parameter_max_length_on_error log_parser_stats log_planner_stats
log_replication_commands log_statement log_statement_sample_rate log_statement_stats log_temp_files log_transaction_sample_rate
wal_compression wal_consistency_checking wal_init_zero wal_recycle commit_delay debug_discard_caches temp_file_limit trace_notify`),
);

/** Extensions whose settings decide what is logged. */
const PRIVILEGED_PREFIXES = [
  "log_",
  "pgaudit.",
  "auto_explain.",
  "pg_stat_statements.",
  "set_user.",
  "supautils.",
  "plpython3.",
  "plperl.",
  "pltcl.",
];

/** Settings after which a name, a literal, a cast or a row may mean something else than what analysis saw. */
const MEANING = new Set(
  list(`
all search_path role session_authorization row_security standard_conforming_strings backslash_quote default_table_access_method
default_tablespace session_replication_role check_function_bodies datestyle timezone timezone_abbreviations intervalstyle
transform_null_equals array_nulls xmloption xmlbinary track_counts temp_tablespaces client_encoding default_transaction_read_only
default_text_search_config default_toast_compression lc_messages lc_monetary lc_numeric lc_time bytea_output extra_float_digits
gin_fuzzy_search_limit transaction_read_only operator_precedence_warning event_triggers allow_system_table_mods
restrict_nonsystem_relation_kind dynamic_library_path extension_control_path quote_all_identifiers`),
);

/** How a session plans, waits, stores for itself and talks to its client: the same statements do the same. */
const HARMLESS = new Set(
  list(`
backend_flush_after client_connection_check_interval client_min_messages commit_siblings constraint_exclusion cpu_index_tuple_cost
cpu_operator_cost cpu_tuple_cost cursor_tuple_fraction deadlock_timeout debug_logical_replication_streaming debug_parallel_query
debug_pretty_print debug_print_parse debug_print_plan debug_print_rewritten default_statistics_target default_transaction_deferrable
default_transaction_isolation effective_cache_size effective_io_concurrency enable_async_append enable_bitmapscan
enable_distinct_reordering enable_gathermerge enable_group_by_reordering enable_hashagg enable_hashjoin enable_incremental_sort
enable_indexonlyscan enable_indexscan enable_material enable_memoize enable_mergejoin enable_nestloop enable_parallel_append
enable_parallel_hash enable_partition_pruning enable_partitionwise_aggregate enable_partitionwise_join enable_presorted_aggregate
enable_self_join_elimination enable_seqscan enable_sort enable_tidscan escape_string_warning exit_on_error file_copy_method
force_parallel_mode from_collapse_limit geqo geqo_effort geqo_generations geqo_pool_size geqo_seed geqo_selection_bias geqo_threshold
gin_pending_list_limit hash_mem_multiplier icu_validation_level idle_in_transaction_session_timeout idle_session_timeout
io_combine_limit jit jit_above_cost jit_debugging_support jit_expressions jit_inline_above_cost jit_optimize_above_cost
jit_profiling_support jit_tuple_deforming join_collapse_limit lock_timeout logical_decoding_mode logical_decoding_work_mem
maintenance_io_concurrency maintenance_work_mem max_parallel_maintenance_workers max_parallel_workers max_parallel_workers_per_gather
max_stack_depth md5_password_warnings min_parallel_index_scan_size min_parallel_table_scan_size parallel_leader_participation
parallel_setup_cost parallel_tuple_cost plan_cache_mode random_page_cost recursive_worktable_factor seq_page_cost statement_timeout
stats_fetch_consistency synchronize_seqscans synchronous_commit tcp_keepalives_count tcp_keepalives_idle tcp_keepalives_interval
tcp_user_timeout temp_buffers trace_sort track_cost_delay_timing track_functions track_io_timing track_wal_io_timing
transaction_deferrable transaction_isolation transaction_timeout vacuum_buffer_usage_limit vacuum_cleanup_index_scale_factor
vacuum_cost_delay vacuum_cost_limit vacuum_cost_page_dirty vacuum_cost_page_hit vacuum_cost_page_miss vacuum_failsafe_age
vacuum_freeze_min_age vacuum_freeze_table_age vacuum_max_eager_freeze_failure_rate vacuum_multixact_failsafe_age
vacuum_multixact_freeze_min_age vacuum_multixact_freeze_table_age vacuum_truncate wal_sender_timeout wal_skip_threshold work_mem
seed transaction`),
).add("session characteristics");

/** The effect of SET on a setting, or of set_config(). */
export function settingEffect(name: string): Effect {
  const lower = name.toLowerCase();
  return PRIVILEGED.has(lower) || PRIVILEGED_PREFIXES.some((prefix) => lower.startsWith(prefix)) ? "privilege" : "session";
}

/**
 * Whether what follows in the same text can no longer be read as analysed. So it is after settings nobody has reviewed, those of
 * applications (`app.tenant`) included: row security, defaults and triggers read them.
 */
export function changesMeaning(name: string): boolean {
  const lower = name.toLowerCase();
  return MEANING.has(lower) || !isReviewedSetting(lower);
}

/** Whether somebody has looked at a setting. */
export function isReviewedSetting(name: string): boolean {
  const lower = name.toLowerCase();
  return MEANING.has(lower) || HARMLESS.has(lower) || PRIVILEGED.has(lower);
}
