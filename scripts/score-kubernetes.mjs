/**
 * `npm run score:kubernetes [-- WORD …]`: plans commands behind the API gate and runs them with kubectl alone on a cluster that began the
 * same; what was planned must be what was done. Words choose the commands that hold them all.
 */
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup();
const main = join(ROOT, "packages", "connector-kubernetes", "score", "main.ts");
const { code } = await run(pinnedNode(), [main, ...process.argv.slice(2)]);
process.exit(code);
