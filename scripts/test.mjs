/** `npm test`: everything, from nothing but a checkout. Ends with one line of totals from the runners' own accounts. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { ACCOUNTS, check, step, vitest } from "./check.mjs";
import { chromium } from "./chromium.mjs";
import { setup } from "./setup.mjs";
import { sshd } from "./sshd.mjs";

await setup();
const CHROMIUM_PATH = await chromium();
await sshd();
// A stale account must not be taken for this run's.
rmSync(ACCOUNTS, { recursive: true, force: true });

const failed = await check();
if (!(await step("integration tests", vitest("integration")))) failed.push("integration tests");
await setup({ build: true });
const env = { ...process.env, CHROMIUM_PATH, PLAYWRIGHT_JSON_OUTPUT_NAME: join(ACCOUNTS, "e2e.json") };
const e2e = ["@playwright/test/cli.js", "test", "-c", "e2e/playwright.config.ts", "--reporter=list,json"];
if (!(await step("end-to-end tests", e2e, { env }))) failed.push("end-to-end tests");

const totals = { passed: 0, failed: 0, skipped: 0 };
for (const name of ["unit", "pages", "integration"]) {
  const account = read(`${name}.json`);
  totals.passed += account?.numPassedTests ?? 0;
  totals.failed +=
    (account?.numFailedTests ?? 0) +
    (account?.testResults ?? []).filter((file) => file.status === "failed" && file.assertionResults.length === 0).length;
  totals.skipped += (account?.numPendingTests ?? 0) + (account?.numTodoTests ?? 0);
}
const stats = read("e2e.json")?.stats;
totals.passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
totals.failed += stats?.unexpected ?? 0;
totals.skipped += stats?.skipped ?? 0;

if (failed.length > 0) process.stdout.write(`\nfailed: ${failed.join(", ")}\n`);
process.stdout.write(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
process.exit(failed.length === 0 ? 0 : 1);

function read(name) {
  const path = join(ACCOUNTS, name);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}
