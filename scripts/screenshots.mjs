/** `node scripts/screenshots.mjs`: takes the README's pictures (docs/images) of a real room, with a state folder of its own. */
import { join } from "node:path";
import { chromium } from "./chromium.mjs";
import { pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

await setup({ build: true });
const env = { ...process.env, CHROMIUM_PATH: await chromium() };
const { code } = await run(pinnedNode(), [join(ROOT, "e2e/screenshots.ts")], { env });
process.exit(code);
