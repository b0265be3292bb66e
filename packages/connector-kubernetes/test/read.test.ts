import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CommandFiles, ExecuteSink, Target } from "@interlock/connector";
import { startKubeSim, type KubeObject, type KubeSim } from "@interlock/kube-sim";
import { decodeRow, rowOffsets } from "@interlock/protocol";
import { kubernetes } from "../src/index.ts";
import { kubectlFor } from "../src/testing.ts";

const program = await kubectlFor("limits of reading commands");

const POD = "apiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: default }\nspec: { containers: [{ name: web, image: w }] }\n";

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("a command that only reads", () => {
  let sim: KubeSim;
  let target: Target;
  let pod: KubeObject;

  beforeAll(async () => {
    sim = await startKubeSim();
    sim.load(POD);
    sim.settle();
    pod = sim.objects("pods").find(({ metadata }) => metadata.name === "web")!;
    target = kubernetes.open({ connectionName: "sim", secret: { kubeconfig: sim.kubeconfig() }, maskedColumns: () => [] });
  });
  afterAll(async () => {
    await target.close();
    await sim.stop();
  });

  async function run(text: string, limits: { timeoutMs?: number; rowCap?: number; files?: CommandFiles; signal?: AbortSignal } = {}) {
    const results: { rows: string[]; truncated?: boolean }[] = [];
    const notices: string[] = [];
    const sink: ExecuteSink = {
      columns: (statement) => void (results[statement] = { rows: [] }),
      rows: (statement, bytes, count) => {
        const copy = Uint8Array.from(bytes);
        for (const offset of rowOffsets(copy, count)) results[statement]!.rows.push(decodeRow(copy, offset)[0]!);
      },
      end: (statement, truncated) => void (results[statement]!.truncated = truncated),
      notice: (_statement, said) => void notices.push(said),
    };
    const { signal = AbortSignal.timeout(60_000), files, ...more } = limits;
    const resolution = { database: "default", role: "", targets: [], settings: {} };
    const request = { text, resolution, access: "read" as const, timeoutMs: 30_000, rowCap: 1_000, applicationName: "test", ...more };
    const outcome = await target.execute({ ...request, ...(files === undefined ? {} : { files }) }, sink, signal);
    return { outcome, results, notices };
  }

  test("a log that is followed ends at its cap of lines, which is said, and the next line is run", async () => {
    for (let n = 0; n < 20; n++) sim.log(pod, "web", `line ${n}`);
    const { outcome, results, notices } = await run("kubectl logs web -f\nkubectl get pod web -o name", { rowCap: 5 });
    expect(outcome).toEqual({ state: "succeeded", affected: [] });
    expect(results[0]).toMatchObject({ truncated: true });
    expect(results[0]!.rows).toHaveLength(5);
    expect(results[1]).toEqual({ rows: ["pod/web"], truncated: false });
    expect(notices).toEqual(["It was stopped after 5 lines, the most of one result."]);
    expect(sim.following()).toBe(0);
  });

  test("following ends at its time, which is no failure; what waits for something that does not happen fails", async () => {
    const followed = await run("kubectl logs web -f --tail=1", { timeoutMs: 1_500 });
    expect(followed).toMatchObject({
      outcome: { state: "succeeded" },
      results: [{ rows: ["line 19"], truncated: true }],
      notices: ["It was stopped after 2 s, the longest that is followed; run it again to go on."],
    });
    const waited = await run("kubectl wait pod/web --for=delete --timeout=60s", { timeoutMs: 1_500 });
    expect(waited.outcome).toMatchObject({ state: "failed", error: { code: "statement_timeout" } });
  });

  test("what kubectl says beside a log it follows is told while it goes on", async () => {
    const stop = new AbortController();
    const running = run("kubectl logs -l app=nothing -f", { signal: stop.signal });
    const { notices, outcome } = await running;
    expect(outcome.state).toBe("succeeded");
    expect(notices.join()).toContain("No resources found");
  });

  test("however much is followed, other commands get through", async () => {
    for (let n = 0; n < 70; n++) sim.load(POD.replace("name: web,", `name: many-${n}, labels: { app: many },`));
    sim.settle();
    const stop = new AbortController();
    const followed = run("kubectl logs -l app=many -f --max-log-requests=100 --prefix", { signal: stop.signal });
    for (const end = Date.now() + 20_000; sim.following() < 70; await new Promise((resolve) => setTimeout(resolve, 20)))
      expect(Date.now()).toBeLessThan(end);
    const other = await run("kubectl get pod web -o name", { timeoutMs: 10_000 });
    expect(other).toMatchObject({ outcome: { state: "succeeded" }, results: [{ rows: ["pod/web"] }] });
    stop.abort();
    expect((await followed).outcome.state).toBe("cancelled");
    expect((await followed).results[0]!.rows.filter((row) => row.endsWith(" ready"))).toHaveLength(70);
    expect(sim.following()).toBe(0);
  });

  test("files and standard input are read from what is given, from nothing else", async () => {
    const files = new Map([
      ["a.yaml", Buffer.from(POD)],
      ["-", Buffer.from(POD)],
    ]);
    const both = await run("kubectl get -f a.yaml -o name\nkubectl get -f - -o name", { files });
    expect(both.results.map(({ rows }) => rows)).toEqual([["pod/web"], ["pod/web"]]);
    const without = await run("kubectl get -f a.yaml -o name");
    expect(without.outcome).toMatchObject({ state: "failed", error: { message: "the command has no file a.yaml" } });
  });

  test("the log of before a restart is another one", async () => {
    const now = { ...pod, spec: { ...(pod["spec"] as object), containers: [{ name: "web", image: "w:2" }] } };
    expect((await run("kubectl logs web --previous")).outcome).toMatchObject({ state: "failed" });
    const stored = sim.cluster.store.get("pods", "default", "web")!;
    sim.cluster.store.put("pods", { ...stored, spec: now.spec });
    sim.settle();
    const { results } = await run("kubectl logs web --previous --tail=1\nkubectl logs web");
    expect(results.map(({ rows }) => rows)).toEqual([["line 19"], ["starting w:2", "ready"]]);
  });
});
