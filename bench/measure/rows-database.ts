import pg from "pg";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";

export const ROWS = 1_000_000;
/** Two of its six columns are masked by MASKED. */
export const QUERY = "SELECT id, customer_id, status, email, card_number, created_at FROM bench.orders";
export const MASKED = ["bench.orders.email", "bench.orders.card_number"];

/** A server with a million orders, settled and in its cache. */
export async function rowsDatabase(): Promise<TestPostgres> {
  const server = await startTestPostgres({ shared_buffers: "512MB", max_wal_size: "4GB", autovacuum: "off" });
  const client = new pg.Client({ connectionString: server.url });
  try {
    await client.connect();
    await client.query(`CREATE SCHEMA bench;
      CREATE UNLOGGED TABLE bench.orders (id bigint, customer_id bigint, status text, email text, card_number text, created_at timestamptz);
      INSERT INTO bench.orders SELECT n, n * 7919 % 100000, (ARRAY['paid', 'pending', 'refunded', 'failed'])[n % 4 + 1],
        'person' || n || '@example.com', '4242 4242 4242 ' || lpad((n % 10000)::text, 4, '0'), timestamptz '2026-01-01' + n * interval '7 seconds'
        FROM generate_series(1::bigint, ${ROWS}) n`);
    await client.query("VACUUM (FREEZE, ANALYZE) bench.orders");
    await client.query("SELECT count(*) FROM bench.orders WHERE length(email) > 0");
    await client.end();
    return server;
  } catch (error) {
    client.on("error", () => {}); // it is on its way out; the error at hand is the one to report
    await server.stop();
    throw error;
  }
}
