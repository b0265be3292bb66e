/** The posture of a cluster of 5,000 pods, read and judged; the cluster is another process. */
import { kubernetes } from "@interlock/connector-kubernetes";
import { median, type Benchmark } from "./measure/figure.ts";
import { startKubeCluster } from "./measure/kube-cluster.ts";

/** Of 13,750 objects in the measured cluster 5,000 are pods, of 625 Deployments. */
const OBJECTS = 13_753;
const GOAL_MS = 10_000;

const benchmark: Benchmark = async (report, small) => {
  const cluster = await startKubeCluster(small ? 250 : OBJECTS);
  const target = kubernetes.open({ connectionName: "big", secret: { kubeconfig: cluster.kubeconfig }, maskedColumns: () => [] });
  try {
    const taken: number[] = [];
    let findings = 0;
    for (let run = 0; run < (small ? 1 : 5); run++) {
      const started = performance.now();
      const posture = await (await target.posture!(AbortSignal.timeout(120_000))).check({});
      taken.push(performance.now() - started);
      if (posture.unread.length > 0) throw new Error(`not all was read: ${posture.unread[0]!.why}`);
      findings = posture.findings.length;
    }
    const value = median(taken);
    const spread: [number, number] = [Math.min(...taken), Math.max(...taken)];
    report({ name: "posture: 5,000 pods of 625 Deployments", value, unit: "ms", spread, goal: `≤ ${GOAL_MS}`, ok: value <= GOAL_MS });
    report({ name: "posture: findings of it", value: findings, unit: "findings", goal: "–", ok: findings > 0 });
  } finally {
    await target.close();
    await cluster.stop();
  }
};
export default benchmark;
