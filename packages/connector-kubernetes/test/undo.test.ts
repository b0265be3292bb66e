import { afterEach, describe, expect, test } from "vitest";
import { startDemoCluster, type KubeObject, type KubeSim } from "@interlock/kube-sim";
import { essence } from "../src/gate/foreseen.ts";
import { applyWrites, openClusterView, undoOf, type OpenedCluster, type UndoStep } from "../src/index.ts";
import { clusterOf, kubectl, planned, whyNotRun } from "./planned-writes.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});
if (whyNotRun !== undefined) console.warn(whyNotRun);

/** Does the steps as whoever runs an undo would: what is there already is replaced, what is not free is left out. */
async function doSteps(cluster: OpenedCluster, steps: readonly UndoStep[]): Promise<string[]> {
  const refused: string[] = [];
  const send = async (method: string, path: string, body?: object): Promise<{ status: number; body: KubeObject }> => {
    const headers = { accept: "application/json", "content-type": "application/json" };
    const bytes = body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) };
    const response = await cluster.request({ method, path, headers, ...bytes });
    const chunks: Buffer[] = [];
    for await (const chunk of response.body as AsyncIterable<Buffer>) chunks.push(chunk);
    return { status: response.status, body: JSON.parse(Buffer.concat(chunks).toString()) as KubeObject };
  };
  for (const step of steps) {
    const { group, version, resource } = step.type;
    if (step.act === "delete") continue;
    const { object } = step;
    const { name, namespace } = object.metadata as { name: string; namespace?: string };
    const all = `${group === "" ? "/api" : `/apis/${group}`}/${version}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${resource}`;
    let answer = await send("POST", all, object);
    if (answer.status === 409) {
      const now = await send("GET", `${all}/${name}`);
      const { resourceVersion } = now.body.metadata as { resourceVersion: string };
      answer = await send("PUT", `${all}/${name}`, { ...object, metadata: { ...object.metadata, resourceVersion } });
    }
    if (answer.status >= 300) refused.push(`${step.name}: ${answer.status} ${JSON.stringify(answer.body)}`);
  }
  return refused;
}

/** What people decided about a namespace, by name: what controllers make again is left out. */
function decided(sim: KubeSim, namespace: string): Map<string, string> {
  const left = /^(Pod|ReplicaSet|ControllerRevision|Endpoints|EndpointSlice|Event|Lease)$/;
  return new Map(
    sim
      .objects()
      .filter(
        (one) =>
          !left.test(one.kind) && (one.metadata.namespace === namespace || (one.kind === "Namespace" && one.metadata.name === namespace)),
      )
      .map((one) => {
        const bare = essence(one as never);
        const { uid: _uid, creationTimestamp: _time, annotations, ...metadata } = bare.metadata as Record<string, unknown>;
        const kept = Object.fromEntries(
          Object.entries((annotations ?? {}) as object).filter(([key]) => !/revision|pv\.kubernetes|selected-node/.test(key)),
        );
        const spec = { ...(bare["spec"] as Record<string, unknown> | undefined) };
        if (one.kind === "PersistentVolumeClaim") delete spec["volumeName"];
        if (one.kind === "Job") for (const field of ["selector", "template"]) delete spec[field];
        return [
          `${one.kind} ${one.metadata.name}`,
          JSON.stringify(
            sorted({
              ...bare,
              metadata: { ...metadata, ...(Object.keys(kept).length === 0 ? {} : { annotations: kept }) },
              ...(bare["spec"] === undefined ? {} : { spec }),
            }),
          ),
        ];
      }),
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => [key, sorted(item)] as const)
      .toSorted(([left], [right]) => (left < right ? -1 : 1)),
  );
}

describe.skipIf(kubectl === undefined)("undo", () => {
  test("a deleted namespace comes back, but for what is said not to", async () => {
    const sim = await startDemoCluster({ pace: { startMs: 0, stopMs: 0, runMs: 0 } });
    const cluster = await clusterOf(sim, open);
    const before = decided(sim, "payments");
    const running = sim.objects("pods").filter((pod) => pod.metadata.namespace === "payments").length;
    const writes = await planned(cluster, "kubectl delete namespace payments");
    const undo = await undoOf(openClusterView(cluster), writes);
    expect(undo).toMatchObject({ complete: true, reversible: "partial", warnings: [] });
    expect(undo.lost.filter((one) => /^v1 PersistentVolumeClaim payments.* data /.test(`${one.object} ${one.why}`))).toHaveLength(3);
    expect(undo.lost.filter((one) => one.why.startsWith("its load-balancer address"))).toHaveLength(2);
    await applyWrites({ cluster, writes, signal: AbortSignal.timeout(60_000) });
    sim.settle();
    expect(decided(sim, "payments").size).toBe(0);
    // The webhook of the namespace stands in the way of pods elsewhere; here, of its own, it does not.
    expect(await doSteps(cluster, undo.steps)).toEqual([]);
    sim.settle();
    const after = decided(sim, "payments");
    const ended = undo.lost
      .filter((one) => one.why.includes("has ended"))
      .map((one) => one.object.replace(/^.* (\S+) payments\/(\S+)$/, "$1 $2"));
    for (const name of ended) before.delete(name);
    expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
    for (const [name, object] of before) expect(after.get(name), name).toBe(object);
    const again = sim.objects("pods").filter((pod) => pod.metadata.namespace === "payments" && pod["status"]?.phase === "Running").length;
    expect(again).toBeGreaterThan(running / 2);
  });
});
