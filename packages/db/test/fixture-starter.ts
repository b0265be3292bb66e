/** Starts a server as a product would, says where it is, and waits to be killed. Arguments: data folder. */
import { startPostgres } from "../src/postgres/start-postgres.ts";

const [dataDir = ""] = process.argv.slice(2);
const server = await startPostgres({ dataDir, superuserPassword: "fixture", settings: { fsync: "off" }, log: () => {} });
process.stdout.write(`${JSON.stringify({ pid: server.pid, url: server.url })}\n`);
setInterval(() => {}, 60_000);
