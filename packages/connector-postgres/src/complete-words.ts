const words = (text: string): string[] => text.trim().split(/\s+/);

/** Keywords people write, not all that exist. */
export const KEYWORDS: readonly string[] = words(`
SELECT FROM WHERE JOIN LEFT RIGHT FULL INNER CROSS LATERAL ON USING GROUP BY HAVING ORDER LIMIT OFFSET DISTINCT UNION INTERSECT EXCEPT ALL AS
AND OR NOT IN EXISTS BETWEEN LIKE ILIKE IS NULL TRUE FALSE CASE WHEN THEN ELSE END ASC DESC NULLS FIRST LAST WITH RECURSIVE VALUES RETURNING
INSERT INTO UPDATE SET DELETE MERGE MATCHED TRUNCATE CASCADE RESTRICT EXPLAIN ANALYZE BEGIN COMMIT ROLLBACK CREATE ALTER DROP TABLE INDEX
CONCURRENTLY VIEW MATERIALIZED REFRESH SCHEMA SEQUENCE TYPE FUNCTION TRIGGER COLUMN CONSTRAINT PRIMARY KEY FOREIGN REFERENCES UNIQUE CHECK
DEFAULT VALID VALIDATE RENAME TO ADD IF CAST OVER PARTITION FILTER ROWS RANGE CONFLICT DO NOTHING GRANT REVOKE VACUUM SHOW INTERVAL DATE
TIMESTAMP`);

export const COMMON_FUNCTIONS: ReadonlySet<string> = new Set(
  words(`
count sum avg min max coalesce nullif now date_trunc extract to_char to_timestamp lower upper length substring trim replace concat round
floor ceil abs greatest least array_agg string_agg json_agg jsonb_agg jsonb_build_object row_number rank lag lead first_value
generate_series unnest age split_part regexp_replace format current_setting pg_size_pretty pg_total_relation_size`),
);
