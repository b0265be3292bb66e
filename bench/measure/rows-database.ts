import pg from "pg";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";

/** What the second column of text says in the first row, and nowhere in a statement. */
export const FIRST_NOTE = "order of customer 1";
/** Six columns each; of the second the default policy masks `email` and `card_number` whole. Text of both is searched by its detectors. */
export const QUERIES = {
  plain: "SELECT id, account_id, status, note, balance, created_at FROM payments.customers",
  masked: "SELECT id, account_id, status, email, card_number, created_at FROM payments.customers",
} as const;

const table = (rows: number): string => `CREATE SCHEMA payments;
  CREATE UNLOGGED TABLE payments.customers (id bigint, account_id bigint, status text, note text, email text, card_number text,
    balance numeric(12, 2), created_at timestamptz);
  INSERT INTO payments.customers SELECT n, n * 7919 % 100000, (ARRAY['paid', 'pending', 'refunded', 'failed'])[n % 4 + 1],
    'order of customer ' || n, 'person' || n || '@example.com', '4242 4242 4242 ' || lpad((n % 10000)::text, 4, '0'), n % 50000 / 7.0,
    timestamptz '2026-01-01' + n * interval '7 seconds'
    FROM generate_series(1::bigint, ${rows}) n`;

export interface RowsDatabase extends TestPostgres {
  /** The database that holds the rows; `url` is an empty one. */
  rowsUrl: string;
}

/** A server with so many customers, settled and in its cache. */
export async function rowsDatabase(rows: number): Promise<RowsDatabase> {
  const server = await startTestPostgres({ shared_buffers: "512MB", max_wal_size: "4GB", autovacuum: "off" });
  try {
    const rowsUrl = await server.createDatabase("rows");
    const client = new pg.Client({ connectionString: rowsUrl });
    await client.connect();
    try {
      await client.query(table(rows));
      await client.query("VACUUM (FREEZE, ANALYZE) payments.customers");
      await client.query("SELECT count(*) FROM payments.customers WHERE length(email) > 0");
    } finally {
      await client.end();
    }
    return { ...server, rowsUrl };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
