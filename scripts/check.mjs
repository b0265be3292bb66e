/** `npm run check`: marks of a merge, format, lint (with types and import boundaries), types, unit tests. Runs all of it and says what failed. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { module, pinnedNode, ROOT, run } from "./process.mjs";
import { setup } from "./setup.mjs";

/** Where runners leave their accounts, for the totals of `npm test`. Not test-results/, which Playwright empties. */
export const ACCOUNTS = join(ROOT, "dist", "test");

const STEPS = [
  ["format", ["oxfmt/bin/oxfmt", "--check", "."]],
  ["lint", ["oxlint/bin/oxlint", "--type-aware", "--deny-warnings", "."]],
  ["types", ["typescript/bin/tsc", "--noEmit", "-p", "tsconfig.json"]],
  ["types of the end-to-end tests", ["typescript/bin/tsc", "--noEmit", "-p", "e2e/tsconfig.json"]],
  // Next writes types of routes and of style sheets; a fresh clone has none.
  [
    "route types",
    ["next/dist/bin/next", "typegen"],
    { cwd: join(ROOT, "apps/web"), env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" } },
  ],
  ["types of the web app", ["typescript/bin/tsc", "--noEmit", "-p", "apps/web/tsconfig.json"]],
  ["unit tests", vitest("unit")],
  ["unit tests of the pages", vitest("pages")],
];

/** Arguments that run one vitest project and leave its own account in ACCOUNTS. */
export function vitest(project) {
  const report = join(ACCOUNTS, `${project}.json`);
  return ["vitest/vitest.mjs", "run", "--project", project, "--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
}

/** Runs one step under the pinned Node; resolves with whether it passed. */
export async function step(name, [program, ...args], options) {
  process.stdout.write(`\n── ${name}\n`);
  const { code } = await run(pinnedNode(), [module(program), ...args], options);
  if (code > 128) process.exit(code);
  return code === 0;
}

/** What a merge leaves where it could not decide. Formatters know such marks in code, and take them for text elsewhere. */
async function noMergeMarks() {
  const name = "marks of a merge";
  process.stdout.write(`\n── ${name}\n`);
  try {
    // 1: nothing is found. Outside a clone there are no merges.
    const { code } = await run("git", ["grep", "-nIE", "^(<{7}|>{7})( |$)"], { cwd: ROOT });
    if (code !== 0) return [];
  } catch (error) {
    if (error?.code !== "ENOENT") throw error;
    process.stdout.write("not looked for: there is no git\n");
    return [];
  }
  return [name];
}

/** Resolves with the names of the steps that failed. */
export async function check() {
  mkdirSync(ACCOUNTS, { recursive: true });
  const failed = await noMergeMarks();
  for (const [name, command, options] of STEPS) if (!(await step(name, command, options))) failed.push(name);
  return failed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setup();
  const failed = await check();
  process.stdout.write(failed.length === 0 ? "\ncheck passed\n" : `\ncheck failed: ${failed.join(", ")}\n`);
  process.exit(failed.length === 0 ? 0 : 1);
}
