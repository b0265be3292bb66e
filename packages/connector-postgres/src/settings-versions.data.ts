/**
 * Settings that came and went with PostgreSQL 14 to 18: the difference of `pg_settings` from one version's last minor release to the next's.
 * What has another name now and still answers to the old one (map_old_guc_names in guc.c) is left out.
 */
const CAME: Readonly<Record<number, string>> = {
  14: `client_connection_check_interval compute_query_id debug_discard_caches default_toast_compression enable_async_append enable_memoize
    huge_page_size idle_session_timeout in_hot_standby log_recovery_conflict_waits min_dynamic_shared_memory recovery_init_sync_method
    remove_temp_files_after_crash ssl_crl_dir track_wal_io_timing vacuum_failsafe_age vacuum_multixact_failsafe_age`,
  15: `archive_library log_startup_progress_interval recovery_prefetch recursive_worktable_factor shared_memory_size
    shared_memory_size_in_huge_pages stats_fetch_consistency wal_decode_buffer_size`,
  16: `createrole_self_grant debug_io_direct debug_logical_replication_streaming debug_parallel_query enable_presorted_aggregate
    file_extend_method gss_accept_delegation icu_validation_level max_parallel_apply_workers_per_subscription reserved_connections
    scram_iterations send_abort_for_crash send_abort_for_kill vacuum_buffer_usage_limit`,
  17: `allow_alter_system commit_timestamp_buffers enable_group_by_reordering event_triggers huge_pages_status io_combine_limit
    max_notify_queue_pages multixact_member_buffers multixact_offset_buffers notify_buffers serializable_buffers
    subtransaction_buffers summarize_wal sync_replication_slots synchronized_standby_slots trace_connection_negotiation
    transaction_buffers transaction_timeout wal_summary_keep_time`,
  18: `autovacuum_vacuum_max_threshold autovacuum_worker_slots enable_distinct_reordering enable_self_join_elimination
    extension_control_path file_copy_method idle_replication_slot_timeout io_max_combine_limit io_max_concurrency io_method io_workers
    log_lock_failures max_active_replication_origins md5_password_warnings num_os_semaphores oauth_validator_libraries ssl_groups
    ssl_tls13_ciphers track_cost_delay_timing vacuum_max_eager_freeze_failure_rate vacuum_truncate`,
};
const WENT: Readonly<Record<number, string>> = {
  14: "operator_precedence_warning vacuum_cleanup_index_scale_factor",
  15: "stats_temp_directory",
  16: "force_parallel_mode lc_collate lc_ctype promote_trigger_file vacuum_defer_cleanup_age",
  17: "db_user_namespace old_snapshot_threshold trace_recovery_messages",
};

const byName = (lists: Readonly<Record<number, string>>): ReadonlyMap<string, number> =>
  new Map(Object.entries(lists).flatMap(([major, text]) => text.split(/\s+/).map((name) => [name, Number(major)] as const)));

/** First major version with a setting, of those not all have. */
export const CAME_WITH = byName(CAME);
/** First major version without a setting. */
export const WENT_WITH = byName(WENT);
