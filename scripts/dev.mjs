/** `npm run dev`: as `npm start`, but the pages and the agent follow changes of their sources. */
import { serve } from "./start.mjs";
import { setup } from "./setup.mjs";

await setup();
await serve(["--dev", ...process.argv.slice(2)]);
