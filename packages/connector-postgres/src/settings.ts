import type { Effect } from "@interlock/protocol";

/** Settings that carry identity, rights, or the server's own configuration rather than a session's comfort. */
const PRIVILEGED = new Set([
  "role",
  "session_authorization",
  "session_replication_role",
  "is_superuser",
  "lo_compat_privileges",
  "allow_system_table_mods",
  "zero_damaged_pages",
  "ignore_checksum_failure",
  "ignore_system_indexes",
  "track_counts",
  "session_preload_libraries",
  "local_preload_libraries",
  "dynamic_library_path",
  "backtrace_functions",
  "jit_provider",
  // By it the target's own views and logs tell who did what.
  "application_name",
  "createrole_self_grant",
  "event_triggers",
]);

/** Settings after which a name, a literal or a row may mean something else than what analysis saw. */
const MEANING = new Set([
  "search_path",
  "role",
  "session_authorization",
  "row_security",
  "standard_conforming_strings",
  "backslash_quote",
  "default_table_access_method",
  "default_tablespace",
  "session_replication_role",
  "check_function_bodies",
  "datestyle",
  "timezone",
  "intervalstyle",
  "transform_null_equals",
  "array_nulls",
  "xmloption",
  "xmlbinary",
  "track_counts",
  "temp_tablespaces",
  "client_encoding",
  "default_transaction_read_only",
  "plpgsql.variable_conflict",
]);

/** The effect of SET on a setting. Logging settings hide what a session does, so they are rights, too. */
export function settingEffect(name: string): Effect {
  const lower = name.toLowerCase();
  return PRIVILEGED.has(lower) || lower.startsWith("log_") || lower.startsWith("pgaudit.") ? "privilege" : "session";
}

/** Whether what follows in the same text can no longer be read as analysed. Unknown names (extensions' settings) are taken as harmless. */
export const changesMeaning = (name: string): boolean => MEANING.has(name.toLowerCase());
