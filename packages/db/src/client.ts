import { PrismaPg } from "@prisma/adapter-pg";
import { Pool } from "pg";
import { PrismaClient, type Prisma } from "./generated/client.ts";

export type Db = PrismaClient;
/** What an interactive transaction hands to its function. */
export type Tx = Prisma.TransactionClient;

export interface DbOptions {
  /** Most connections held at once; default 10. */
  max?: number;
}

const pools = new WeakMap<Db, Pool>();

/** A client for Interlock's own data. Connects at the first query; its owner calls `$disconnect()`. */
export function createDb(url: string, options: DbOptions = {}): Db {
  const pool = new Pool({ connectionString: url, max: options.max ?? 10, application_name: "interlock" });
  // A connection that breaks while nobody uses it is replaced at the next query, which is the one to fail or not.
  pool.on("error", () => {});
  const db = new PrismaClient({ adapter: new PrismaPg(pool) });
  const disconnect = db.$disconnect.bind(db);
  db.$disconnect = async () => {
    await disconnect();
    if (!pool.ending) await pool.end();
  };
  pools.set(db, pool);
  return db;
}

/**
 * The connections of a client, for a statement that is run often with many bytes: the client makes text of every byte and back, which takes it ten
 * times as long as the driver takes for the statement.
 */
export function poolOf(db: Db): Pool {
  const pool = pools.get(db);
  if (pool === undefined) throw new Error("this client was not made by createDb");
  return pool;
}
