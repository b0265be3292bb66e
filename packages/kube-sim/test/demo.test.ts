import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KubeSim, startDemoCluster } from "../src/index.ts";

/** Everything in a namespace, as a client finds it by asking for each kind. */
const contentsOf = (sim: KubeSim, namespace: string) =>
  sim.objects().filter((one) => one.metadata.namespace === namespace && one.kind !== "Event");

describe("the demo's cluster", () => {
  let sim: KubeSim;
  beforeAll(async () => {
    sim = await startDemoCluster();
  });
  afterAll(() => sim.stop());

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(sim.url + path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    return { code: response.status, body: (await response.json()) as any };
  };
  const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "probe" }, spec: { containers: [{ name: "a", image: "a:1" }] } };

  it("has the 214 objects of the story in payments", () => {
    const all = contentsOf(sim, "payments");
    const count = (kind: string) => all.filter((one) => one.kind === kind).length;
    expect(all).toHaveLength(214);
    expect([count("Pod"), count("Deployment"), count("PersistentVolumeClaim"), count("Secret"), count("Service")]).toEqual([
      42, 9, 3, 31, 12,
    ]);
    expect(all.filter((one) => one.kind === "Service" && one["spec"].type === "LoadBalancer")).toHaveLength(2);
    expect(sim.objects("persistentvolumes").map((one) => one["spec"].persistentVolumeReclaimPolicy)).toEqual([
      "Delete",
      "Delete",
      "Delete",
    ]);
    expect(all.filter((one) => one.kind === "Pod").every((one) => one["status"].phase === "Running")).toBe(true);
  });

  it("is at rest, and the same every time", async () => {
    const before = sim.writes();
    sim.settle();
    expect(sim.writes()).toBe(before);
    const again = await startDemoCluster();
    const names = (of: KubeSim) => of.objects().map((one) => `${one.kind} ${one.metadata.namespace}/${one.metadata.name}`);
    expect(names(again)).toEqual(names(sim));
    await again.stop();
  });

  it("loses what it holds with the namespace, and blocks the cluster", async () => {
    expect((await call("POST", "/api/v1/namespaces/web/pods?dryRun=All", pod)).code).toBe(201);
    const lost = await call("DELETE", "/api/v1/namespaces/payments");
    expect(lost.body).toMatchObject({ kind: "Namespace", status: { phase: "Terminating" } });
    sim.settle();
    expect(contentsOf(sim, "payments")).toEqual([]);
    expect(sim.objects("persistentvolumes")).toEqual([]);
    const refused = await call("POST", "/api/v1/namespaces/web/pods", pod);
    expect(refused).toMatchObject({
      code: 500,
      body: {
        reason: "InternalError",
        message:
          'Internal error occurred: failed calling webhook "limits.payments.svc": failed to call webhook: Post "https://limits.payments.svc:443/validate?timeout=10s": service "limits" not found',
      },
    });
  });
});
