import { expect, test } from "vitest";
import { judgeCluster } from "../../score/judge-network.ts";

/** A few of the clusters of `npm run score:network`, which draws ten thousand. */
const CLUSTERS = 20;
/** Those on which it once said something else. */
const FOUND = [433, 465, 522, 1152, 4078, 4457, 4872];

test(`the model, the changes it proposes and what it says they open are as documented, on ${CLUSTERS + FOUND.length} random clusters`, () => {
  const seeds = [...FOUND, ...Array.from({ length: CLUSTERS }, (_, index) => 100_000 + index)];
  const judged = seeds.map((seed) => judgeCluster(seed));
  expect(judged.flatMap(({ seed, faults }) => faults.map((fault) => `cluster ${seed}: ${fault}`))).toEqual([]);
  // Drawn so that there is something to disagree about.
  expect(judged.reduce((sum, { changes }) => sum + changes, 0)).toBeGreaterThan(CLUSTERS);
});
