/**
 * Has the session report the counters of earlier, rolled-back work. Before PostgreSQL 15 there is no such function: the counters stay for up
 * to half a second, so whoever reads them subtracts what they were.
 */
export const REPORT_COUNTERS =
  "DO $$ BEGIN IF current_setting('server_version_num')::int >= 150000 THEN PERFORM pg_stat_force_next_flush(); END IF; END $$";
