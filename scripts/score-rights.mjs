/**
 * `npm run score:rights [-- --seed N --questions N --every --cluster KUBECONFIG]`: asks an API server by SubjectAccessReview who may do what, and holds
 * what Interlock works out from the roles and bindings against its answers; questions are drawn, or with `--every` all there are. Without `--cluster` the server is the simulated one; into a real one
 * roles and bindings are written, and taken out again.
 */
import { join } from "node:path";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup();
const main = join(ROOT, "packages", "connector-kubernetes", "score", "rights", "main.ts");
const { code } = await run(pinnedNode(), [main, ...process.argv.slice(2)]);
process.exit(code);
