/** Applies the migrations to DATABASE_URL and ends. For deployments where nothing else does. */
import { migrate } from "../src/migrate.ts";

const url = process.env["DATABASE_URL"];
if (!url) {
  process.stderr.write("DATABASE_URL is not set.\n");
  process.exit(1);
}
try {
  const applied = await migrate(url);
  process.stdout.write(applied.length === 0 ? "nothing to migrate\n" : `applied ${applied.join(", ")}\n`);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
