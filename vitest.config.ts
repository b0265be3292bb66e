import { defineConfig } from "vitest/config";

/** `unit`: pure, beside the source. `integration`: real servers, in each workspace's `test/` folder and the benchmarks'. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: ["{packages,apps}/*/src/**/*.test.ts", "apps/web/{features,components,server}/**/*.test.ts"] } },
      {
        test: {
          name: "integration",
          include: ["{packages,apps}/*/test/**/*.test.ts", "bench/test/**/*.test.ts"],
          globalSetup: "packages/db/test/models.ts",
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // What must come within a time measures it; everything else may take what a busy machine needs.
          expect: { poll: { timeout: 10_000 } },
          maxWorkers: 2,
        },
      },
    ],
  },
});
