/** `npm run score:posture`: puts what each check of a cluster's posture must find into a simulated one, runs the fix with kubectl, and looks again. */
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup();
const main = join(ROOT, "packages", "connector-kubernetes", "score", "posture", "main.ts");
const { code } = await run(pinnedNode(), [main, ...process.argv.slice(2)]);
process.exit(code);
