import { expect, test } from "vitest";
import { judgeCluster } from "../../score/judge-network.ts";

/** A few of the clusters of `npm run score:network`, which draws ten thousand. */
const CLUSTERS = 24;

test(`the model, the changes it proposes and what it says they open are as documented, on ${CLUSTERS} random clusters`, () => {
  const judged = Array.from({ length: CLUSTERS }, (_, seed) => judgeCluster(100_000 + seed));
  expect(judged.flatMap(({ seed, faults }) => faults.map((fault) => `cluster ${seed}: ${fault}`))).toEqual([]);
  // Drawn so that there is something to disagree about.
  expect(judged.reduce((sum, { changes }) => sum + changes, 0)).toBeGreaterThan(CLUSTERS);
});
