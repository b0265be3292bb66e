import { afterEach, describe, expect, test } from "vitest";
import { startDemoCluster, type KubeSim } from "@interlock/kube-sim";
import type { Statement } from "@interlock/protocol";
import { applyWrites, impactOf, openClusterView, type KubernetesImpact } from "../src/index.ts";
import { clusterOf, kubectl, planned } from "./planned-writes.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

function foretoldBy(statements: readonly Statement[]): string[] {
  // Deleting a definition or a webhook is a change of the schema, and deleting a role one of rights.
  const objects = statements.flatMap((one) => [
    ...one.effects.filter(({ effect }) => effect === "delete" || one.request!.method === "DELETE"),
    ...one.cascades.filter(({ effect }) => effect === "delete"),
  ]);
  return [...new Set(objects.map(({ object }) => object))].toSorted();
}

/** Names of everything by uid, but for what comes and goes by itself. */
function objectsOf(sim: KubeSim): Map<string, string> {
  return new Map(
    sim
      .objects()
      .filter((one) => one.kind !== "Event" && one.kind !== "Lease")
      .map(({ apiVersion, kind, metadata: { uid, namespace, name } }) => [
        String(uid),
        `${apiVersion} ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`,
      ]),
  );
}

/** What is said to go, and what has gone after it was done and the controllers are through. */
async function held(sim: KubeSim, text: string): Promise<{ impact: KubernetesImpact; foretold: string[]; gone: string[] }> {
  const cluster = await clusterOf(sim, open);
  const writes = await planned(cluster, text);
  expect(writes.length).toBeGreaterThan(0);
  const reads = sim.writes();
  const impact = await impactOf(openClusterView(cluster), writes);
  expect(sim.writes()).toBe(reads);
  const before = objectsOf(sim);
  const outcome = await applyWrites({ cluster, writes, signal: AbortSignal.timeout(60_000) });
  expect(outcome.writes.filter((one) => one.state !== "done")).toEqual([]);
  sim.settle();
  const after = objectsOf(sim);
  const gone = [...before].filter(([uid]) => !after.has(uid)).map(([, name]) => name);
  return { impact, foretold: foretoldBy(impact.statements), gone: gone.toSorted() };
}

const AT_ONCE = { pace: { startMs: 0, stopMs: 0, runMs: 0 } };

// Without kubectl there is nothing to foretell; planned-writes.ts says why these were not run.
describe.skipIf(kubectl === undefined)("what is foretold is what goes", () => {
  test.each([
    "kubectl delete namespace payments",
    "kubectl -n payments delete deployment --all",
    "kubectl -n payments delete deployment checkout --cascade=orphan",
    "kubectl -n payments delete deployment checkout --cascade=foreground",
    "kubectl -n payments delete replicasets -l app=checkout",
    "kubectl -n payments delete statefulset --all",
    "kubectl -n payments delete service --all",
    "kubectl -n payments delete pods -l app=checkout",
    "kubectl -n payments delete configmap,secret,serviceaccount --all",
    "kubectl delete crd httproutes.gateway.networking.k8s.io",
    "kubectl -n payments scale deployment checkout --replicas=0",
    "kubectl -n payments scale statefulset --all --replicas=0",
    "kubectl -n payments rollout restart deployment checkout",
    "kubectl -n payments set image deployment/checkout checkout=example.com/other:1",
    "kubectl -n payments label deployment checkout a=b",
    "kubectl -n payments delete cronjob,job --all",
    "kubectl delete validatingwebhookconfiguration limits\nkubectl delete namespace payments web",
    "kubectl delete node --all",
    "kubectl drain -l kubernetes.io/os=linux --ignore-daemonsets --delete-emptydir-data --disable-eviction --pod-selector=app=checkout",
    "kubectl -n payments delete pod --all --grace-period=0 --force\nkubectl -n payments delete deployment api",
  ])("%s", async (text) => {
    const { impact, foretold, gone } = await held(await startDemoCluster(AT_ONCE), text);
    expect(foretold).toEqual(gone);
    expect(impact).toMatchObject({ complete: true, warnings: [] });
  });
});
