/**
 * `npm run score:kubernetes [-- --seed N (again for another) --only WORDS --json FILE]`: plans commands behind the API gate and runs them with
 * kubectl alone on a cluster that began the same; what was planned must be what was done. Writes bench/kubernetes-plan.md when it runs whole. `--cluster KUBECONFIG` takes a real cluster.
 */
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup();
const main = join(ROOT, "packages", "connector-kubernetes", "score", "main.ts");
const { code } = await run(pinnedNode(), [main, ...process.argv.slice(2)]);
process.exit(code);
