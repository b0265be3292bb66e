import { startKubeSim } from "@interlock/kube-sim";
import { expect, test } from "vitest";
import { scoreEvery } from "../score/rights/every.ts";
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

// Of all subjects, with every name that a rule writes, and against a real server: npm run score:rights -- --every.
test("every verb for every resource and subresource in every namespace is answered as by SubjectAccessReview", async () => {
  const sim = await startKubeSim();
  const cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  try {
    const { different, questions, allowed, subjects, resources } = await scoreEvery(cluster, { seed: 3, most: 2 });
    expect(different).toEqual([]);
    expect(subjects).toBeGreaterThan(1);
    expect(resources).toBeGreaterThan(80);
    expect(allowed).toBeGreaterThan(0);
    expect(allowed).toBeLessThan(questions);
  } finally {
    await cluster.close();
    await sim.stop();
  }
});
