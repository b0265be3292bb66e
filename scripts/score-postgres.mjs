/**
 * `npm run score:postgres [-- --seed N (again for another) --cases N --only FIGURES --json FILE --server 13]`: holds the impact of generated and hand-written statements
 * against a real PostgreSQL of every supported version and writes bench/postgres-impact.md. `--only` takes impact, races, undo, time; the report is then left alone,
 * as it is with `--server`, which takes another major version than the installed one. A full run takes minutes.
 */
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup();
const main = join(ROOT, "packages", "connector-postgres", "score", "main.ts");
const { code } = await run(pinnedNode(), [main, ...process.argv.slice(2)]);
process.exit(code);
