import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { isNonVolatileBuiltin, reviewedFunction } from "../src/reviewed-functions.ts";
import { isReviewedSetting } from "../src/settings.ts";

let server: TestPostgres;
let client: Client;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
}, 120_000);

afterAll(async () => {
  await client?.end();
  await server?.stop();
});

/** Names of built-ins that a statement can call: those about `internal`, triggers, handlers and the text forms of types cannot be. */
async function builtins(condition: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`
    select distinct proname as name from pg_proc p where pronamespace = 'pg_catalog'::regnamespace
      and prorettype not in ('internal'::regtype, 'trigger'::regtype, 'event_trigger'::regtype)
      and not 'internal'::regtype = any(proargtypes::oid[])
      and not exists (select from pg_type t where p.oid in (t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin, t.typmodout))
      and prorettype not in (select oid from pg_type where typname like '%_handler' or typname = 'cstring')
      and (${condition}) order by 1`);
  return rows.map((row) => row.name);
}

test("every built-in that can be called is reviewed", async () => {
  const all = await builtins("not 'cstring'::regtype = any(proargtypes::oid[])");
  expect(all.length).toBeGreaterThan(1900);
  expect(all.filter((name) => !reviewedFunction(name))).toEqual([]);
});

test("no volatile built-in passes for one that may be evaluated freely", async () => {
  const volatile = await builtins("provolatile = 'v'");
  expect(volatile.length).toBeGreaterThan(200);
  expect(volatile.filter(isNonVolatileBuiltin)).toEqual([]);
});

/** Not for everybody, since what they tell is the server's own; they change nothing. */
const SERVERS_OWN_FACTS = new Set(
  `pg_config pg_current_logfile pg_get_aios pg_get_backend_memory_contexts pg_get_shmem_allocations pg_get_shmem_allocations_numa
pg_replication_origin_oid pg_replication_origin_progress pg_replication_origin_session_is_setup pg_replication_origin_session_progress
pg_show_replication_origin_status pg_stat_have_stats`.split(/\s+/),
);

test("no built-in that PostgreSQL keeps from ordinary roles passes for a read unseen", async () => {
  const kept = await builtins("proacl is not null");
  expect(kept.length).toBeGreaterThan(50);
  expect(kept.filter((name) => reviewedFunction(name)?.effect === "read" && !SERVERS_OWN_FACTS.has(name))).toEqual([]);
});

test("every setting that a session can change is reviewed", async () => {
  const { rows } = await client.query<{ name: string }>(
    "select name from pg_settings where context in ('user', 'superuser') and name not like '%.%'",
  );
  expect(rows.length).toBeGreaterThan(150);
  expect(rows.map((row) => row.name).filter((name) => !isReviewedSetting(name))).toEqual([]);
});
