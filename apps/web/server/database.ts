import { createDb, type Db } from "@interlock/db";
import { config } from "./config.ts";

/** Kept outside the module: while developing, a reload of the module would otherwise leave a pool of connections behind each time. */
const store = globalThis as { interlockDb?: Db };

/** The web's own pool to Interlock's database. Small: pages read little, the agent does the work. */
export function database(): Db {
  return (store.interlockDb ??= createDb(config().databaseUrl, { max: 5 }));
}
