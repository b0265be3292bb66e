import { startKubeSim } from "@interlock/kube-sim";
import { expect, test } from "vitest";
import { scoreRights } from "../score/rights/score.ts";
import { openCluster } from "../src/index.ts";

// In full, and against a real server: npm run score:rights.
test("whoever may do what is what SubjectAccessReview says, with roles of every form", async () => {
  const sim = await startKubeSim();
  const cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  try {
    const { different, questions, listed, allowed } = await scoreRights(cluster, { seed: 7, questions: 600 });
    expect(different).toEqual([]);
    expect(listed).toBe(questions);
    // Neither everything nor nothing was allowed.
    expect(allowed).toBeGreaterThan(questions / 20);
    expect(allowed).toBeLessThan((questions * 9) / 10);
  } finally {
    await cluster.close();
    await sim.stop();
  }
});
