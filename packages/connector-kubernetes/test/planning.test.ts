import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { applyWrites, kubernetes, readCommand, type OpenedCluster } from "../src/index.ts";
import { planLines, type LinePlan } from "../src/planning.ts";
import { clusterOf, kubectl } from "./planned-writes.ts";

/** More than the ten requests that kubectl makes before it holds itself back. */
const PODS = 36;

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(kubectl === undefined)("lines that are planned", () => {
  const open: (() => Promise<void>)[] = [];
  let sim: KubeSim;
  let cluster: OpenedCluster;

  beforeAll(async () => {
    sim = await startKubeSim({ nodes: 1 });
    cluster = await clusterOf(sim, open);
    sim.load([
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } },
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", namespace: "default", finalizers: ["example.com/keep"] } },
    ]);
    sim.settle();
    const spec = { containers: [{ name: "c", image: "c:1" }] };
    for (let pod = 0; pod < PODS; pod++)
      sim.load([{ apiVersion: "v1", kind: "Pod", metadata: { name: `p-${pod}`, namespace: "shop" }, spec }]);
    sim.settle();
  });
  afterAll(async () => {
    for (const close of open.toReversed()) await close();
  });

  const planOf = async (text: string): Promise<LinePlan[]> => {
    const { lines } = readCommand(text);
    const { lines: planned } = await planLines({
      cluster,
      namespace: "default",
      program: kubectl,
      lines,
      signal: AbortSignal.timeout(60_000),
    });
    return planned;
  };

  test("a delete of many does not wait for what the gate knows to be gone", async () => {
    const from = sim.requests.length;
    const [line] = await planOf("kubectl delete pods --all -n shop");
    expect(line).toMatchObject({ open: [], warnings: [] });
    expect(new Set(line!.writes.map(({ path }) => path)).size).toBe(PODS);
    expect(line!.writes).toHaveLength(PODS);
    expect(sim.requests.slice(from).filter(({ method }) => method === "DELETE")).toHaveLength(PODS);
  });

  test("a drain of many goes on where kubectl would hold itself back, and names each pod once", async () => {
    const [line] = await planOf(`kubectl drain ${sim.objects("nodes")[0]!.metadata.name} --force --ignore-daemonsets --timeout=20s`);
    expect(line).toMatchObject({ open: [] });
    expect(line!.fails).toBeUndefined();
    const evicted = line!.writes.filter(({ resource }) => resource.subresource === "eviction").map(({ path }) => path);
    expect(line!.writes).toHaveLength(evicted.length + 1);
    expect(new Set(evicted).size).toBe(PODS);
    expect(evicted).toHaveLength(PODS);
  });

  test("what would stay terminating is said, and nothing after it is called known", async () => {
    const [alone] = await planOf("kubectl delete configmap held");
    expect(alone).toMatchObject({ open: [], warnings: [expect.stringContaining("held in default stays, terminating")] });
    expect(alone!.writes).toHaveLength(1);
    const [, after] = await planOf("kubectl delete configmap held\nkubectl create configmap more");
    expect(after).toMatchObject({ writes: [], open: [expect.stringContaining("would wait")] });
    const [, without] = await planOf("kubectl delete configmap held --wait=false\nkubectl create configmap more");
    expect(without!.writes).toHaveLength(1);
  });

  test("a whole object is sent over what its controller has reported since, and not over what somebody has changed", async () => {
    const spec = (image: string): string =>
      `{ selector: { matchLabels: { app: whole } }, template: { metadata: { labels: { app: whole } }, spec: { containers: [{ name: c, image: "${image}" }] } } }`;
    const manifest = (image: string): string =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: whole, namespace: default }\nspec: ${spec(image)}\n`;
    sim.load(manifest("c:1"));
    sim.settle();
    const path = `${sim.url}/apis/apps/v1/namespaces/default/deployments/whole`;
    const patch = async (to: string, body: object): Promise<void> => {
      const headers = { "content-type": "application/merge-patch+json" };
      const answer = await fetch(to, { method: "PATCH", headers, body: JSON.stringify(body) });
      expect(answer.status).toBe(200);
      await answer.body?.cancel();
    };
    const apply = async (image: string, meanwhile: () => Promise<void>) => {
      const [line] = await planOf(`kubectl replace -f - <<'EOF'\n${manifest(image)}EOF`);
      expect(line).toMatchObject({ open: [], writes: [{ method: "PUT" }] });
      await meanwhile();
      return applyWrites({ cluster, writes: line!.writes, signal: AbortSignal.timeout(20_000) });
    };
    const reported = await apply("c:2", () => patch(`${path}/status`, { status: { observedGeneration: 77 } }));
    expect(reported.state).toBe("succeeded");
    sim.settle();
    const changed = await apply("c:3", () => patch(path, { metadata: { labels: { by: "somebody" } } }));
    expect(changed).toMatchObject({ state: "failed", writes: [{ message: "What it would change was changed a moment ago." }] });
  });

  test("what is only read is not fetched by kubectl either", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked++;
      response.end("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: held }\n");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    open.push(() => new Promise((resolve) => server.close(() => resolve())));
    const target = kubernetes.open({ connectionName: "c", secret: { kubeconfig: sim.kubeconfig() }, maskedColumns: () => [] });
    open.push(() => target.close());
    const outcome = await target.execute(
      {
        text: `kubectl get -f http://127.0.0.1:${(server.address() as AddressInfo).port}/a.yaml`,
        resolution: { database: "default", role: "", targets: [], settings: {} },
        access: "read",
        timeoutMs: 20_000,
        rowCap: 10,
        applicationName: "interlock:test",
      },
      { columns: () => {}, rows: () => {}, end: () => {}, notice: () => {} },
      AbortSignal.timeout(30_000),
    );
    expect(outcome).toMatchObject({ state: "failed", error: { message: expect.stringContaining("not https") } });
    expect(asked).toBe(0);
  });
});
