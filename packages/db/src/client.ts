import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient, type Prisma } from "./generated/client.ts";

export type Db = PrismaClient;
/** What an interactive transaction hands to its function. */
export type Tx = Prisma.TransactionClient;

export interface DbOptions {
  /** Most connections held at once; default 10. */
  max?: number;
}

/** A client for Interlock's own data. Connects at the first query; its owner calls `$disconnect()`. */
export function createDb(url: string, options: DbOptions = {}): Db {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: options.max ?? 10, application_name: "interlock" }) });
}
