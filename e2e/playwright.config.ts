import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

const CHROMIUM = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(
  (path): path is string => path !== undefined && existsSync(path),
);

/** Two workers, each with a whole Interlock of its own: pages mostly wait, for a countdown or for a read that is drawn out. */
export default defineConfig({
  testDir: ".",
  testMatch: "**/*.spec.ts",
  globalSetup: "./support/model-home.ts",
  outputDir: "../test-results",
  workers: 2,
  fullyParallel: false,
  retries: 0,
  // Long, for a machine that is busy with other things: every wait ends with what it waits for.
  timeout: 300_000,
  expect: { timeout: 45_000 },
  reporter: [["list"]],
  use: {
    actionTimeout: 45_000,
    viewport: { width: 1440, height: 860 },
    screenshot: "only-on-failure",
    // A trace takes nearly as much of the processor as all else together; --trace retain-on-failure asks for one.
    trace: "off",
    launchOptions: {
      ...(CHROMIUM === undefined ? {} : { executablePath: CHROMIUM }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
