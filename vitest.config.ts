import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The longest first: begun last, where nothing tells how long a file takes, they would be waited for alone. */
const LONGEST = ["connector-postgres/test/score.test.ts", "connector-postgres/test/versions.test.ts"];

/** One processor is usually kept free, which of two is half. */
const WORKERS = Math.max(2, availableParallelism() - 1);

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification): number => Number(LONGEST.some((name) => moduleId.endsWith(name)));
    return (await super.sort(files)).toSorted((one, other) => isLong(other) - isLong(one));
  }
}

/**
 * `unit`: pure, beside the source; `pages`: the same of the web app. `integration`: real servers, in each workspace's `test/` folder and the
 * benchmarks'.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Modules are loaded once for many files: most of a run was that. What pages keep of a browser is the module's own, so theirs are apart.
      { test: { name: "unit", include: ["{packages,apps}/*/src/**/*.test.ts"], isolate: false, maxWorkers: WORKERS } },
      { test: { name: "pages", include: ["apps/web/{features,components,server}/**/*.test.ts"], maxWorkers: WORKERS } },
      {
        test: {
          name: "integration",
          include: ["{packages,apps}/*/test/**/*.test.ts", "bench/test/**/*.test.ts"],
          globalSetup: "packages/db/test/models.ts",
          // A process for each file was a sixth of a run. What a file leaves in a module or in the environment it has to take back.
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
          // What must come within a time measures it; everything else may take what a busy machine needs.
          expect: { poll: { timeout: 10_000 } },
          // With three, a run took as long, and what has to begin in time did not.
          maxWorkers: 2,
        },
      },
    ],
  },
});
