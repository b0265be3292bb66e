import type { Effect } from "@interlock/protocol";
import type { CatalogFunction } from "./catalog-model.ts";
import { isNonVolatileBuiltin } from "./reviewed-functions.ts";

/**
 * Extensions whose IMMUTABLE and STABLE functions only compute or read: those of PostgreSQL's own `contrib`, by their install scripts and
 * sources, and the two most met beyond it (PostGIS, pgvector).
 */
const COMPUTING = new Set(
  `citext pg_trgm hstore pgcrypto uuid-ossp btree_gin btree_gist ltree intarray unaccent fuzzystrmatch cube earthdistance isn seg tablefunc lo
dict_int dict_xsyn intagg sslinfo pg_stat_statements pg_buffercache pgstattuple pgrowlocks pg_freespacemap pg_visibility pageinspect
pg_walinspect pg_prewarm tsm_system_rows tsm_system_time moddatetime insert_username postgis postgis_topology postgis_raster vector`
    .trim()
    .split(/\s+/),
);

const reads = (names: string): [string, Effect][] =>
  names
    .trim()
    .split(/\s+/)
    .map((name) => [name, "read"]);

/** What those do that are VOLATILE, by `extension.function`; any other is `unknown`. */
const VOLATILE = new Map<string, Effect>([
  ...reads(`
uuid-ossp.uuid_generate_v1 uuid-ossp.uuid_generate_v1mc uuid-ossp.uuid_generate_v4 pgcrypto.fips_mode pgcrypto.gen_random_bytes
pgcrypto.gen_random_uuid pgcrypto.gen_salt pgcrypto.pgp_pub_encrypt pgcrypto.pgp_pub_encrypt_bytea pgcrypto.pgp_sym_encrypt
pgcrypto.pgp_sym_encrypt_bytea tablefunc.normal_rand pg_stat_statements.pg_stat_statements pg_stat_statements.pg_stat_statements_info
pg_buffercache.pg_buffercache_numa_pages pg_buffercache.pg_buffercache_pages pg_buffercache.pg_buffercache_summary
pg_buffercache.pg_buffercache_usage_counts pgstattuple.pg_relpages pgstattuple.pgstatginindex pgstattuple.pgstathashindex
pgstattuple.pgstatindex pgstattuple.pgstattuple pgstattuple.pgstattuple_approx pgrowlocks.pgrowlocks pg_freespacemap.pg_freespace
pg_visibility.pg_check_frozen pg_visibility.pg_check_visible pg_visibility.pg_visibility pg_visibility.pg_visibility_map
pg_visibility.pg_visibility_map_summary pageinspect.get_raw_page pageinspect.page_header pageinspect.heap_page_items
pageinspect.heap_page_item_attrs pageinspect.bt_metap pageinspect.bt_page_items pageinspect.bt_page_stats
pageinspect.bt_multi_page_stats pg_walinspect.pg_get_wal_block_info pg_walinspect.pg_get_wal_record_info
pg_walinspect.pg_get_wal_records_info pg_walinspect.pg_get_wal_stats sslinfo.ssl_cipher sslinfo.ssl_client_cert_present
sslinfo.ssl_client_dn sslinfo.ssl_client_dn_field sslinfo.ssl_client_serial sslinfo.ssl_extension_info sslinfo.ssl_is_used
sslinfo.ssl_issuer_dn sslinfo.ssl_issuer_field sslinfo.ssl_version moddatetime.moddatetime insert_username.insert_username`),
  ["pg_prewarm.pg_prewarm", "session"],
  ["pg_stat_statements.pg_stat_statements_reset", "modify"],
  ["pg_buffercache.pg_buffercache_evict", "modify"],
  ["pg_buffercache.pg_buffercache_evict_all", "modify"],
  ["pg_buffercache.pg_buffercache_evict_relation", "modify"],
  ["pg_visibility.pg_truncate_visibility_map", "modify"],
]);

/** They run SQL given to them as text, whatever their volatility says. */
const RUN_TEXT = new Set([
  "tablefunc.crosstab",
  "tablefunc.crosstab2",
  "tablefunc.crosstab3",
  "tablefunc.crosstab4",
  "tablefunc.connectby",
]);

/**
 * The effect of a function whose code is known by name: of a reviewed extension, or one that the server made with a type. Undefined for any
 * other. The owner of an extension may add functions of their own to it: what is not written in C, which takes a superuser, counts only as
 * plain SQL or an aggregate that a superuser owns.
 */
export function reviewedCode(fn: CatalogFunction): Effect | undefined {
  // Only a superuser can name a built-in's code by another name; ranges come with constructors of this kind.
  const builtin = fn.language === "internal" && !fn.aggregate;
  if (builtin && (/^(multi)?range_constructor\d$/.test(fn.source) || isNonVolatileBuiltin(fn.source))) return "read";
  if (fn.extension === undefined || !COMPUTING.has(fn.extension)) return undefined;
  if (fn.language !== "c" && !(fn.superuserOwned && ["sql", "internal"].includes(fn.language))) return undefined;
  const name = `${fn.extension}.${fn.name}`;
  if (RUN_TEXT.has(name)) return undefined;
  return fn.volatility === "v" ? VOLATILE.get(name) : "read";
}
