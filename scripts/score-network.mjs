/**
 * `npm run score:network [-- --clusters N --seed N --json FILE]`: holds the model of NetworkPolicies against an evaluator that was read off
 * the documentation, on 10,000 clusters drawn by seed, and writes bench/network-policies.md.
 */
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup();
const main = join(ROOT, "packages", "kube-model", "score", "main.ts");
const { code } = await run(pinnedNode(), [main, ...process.argv.slice(2)]);
process.exit(code);
