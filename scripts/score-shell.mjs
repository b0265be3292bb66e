/**
 * `npm run score:shell [-- --texts N --seed N]`: draws shell texts and holds what is said of them against what a real bash runs, and
 * writes bench/shell-lines.md.
 */
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup({ build: false });
const main = join(ROOT, "packages", "shell-model", "score", "main.ts");
const { code } = await run(pinnedNode(), [main, ...process.argv.slice(2)]);
process.exit(code);
