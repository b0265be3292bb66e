import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { ExecuteSink, Target } from "@interlock/connector";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kubernetes } from "../src/index.ts";
import { kubectlFor } from "../src/testing.ts";

const program = await kubectlFor("edits of objects, planned and saved");

const deployment = (name: string): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: default, labels: { app: ${name}, team: payments } }
spec:
  replicas: 2
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - { name: web, image: "web:1", args: [-v] }
        - { name: side, image: "side:1" }
`;

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("an edit of an object, by kubectl", () => {
  let sim: KubeSim;
  let target: Target;
  let folder: string;
  const signal = (): AbortSignal => AbortSignal.timeout(60_000);

  beforeAll(async () => {
    sim = await startKubeSim();
    folder = await mkdtemp(join(tmpdir(), "interlock-edit-"));
    await writeFile(join(folder, "config"), sim.kubeconfig());
    await writeFile(join(folder, "client.yaml"), deployment("client"));
    await writeFile(join(folder, "server.yaml"), deployment("server"));
    await kubectl("apply", "-f", "client.yaml");
    await kubectl("apply", "--server-side", "-f", "server.yaml");
    sim.load(deployment("loaded"));
    sim.settle();
    target = kubernetes.open({ connectionName: "edit", secret: { kubeconfig: sim.kubeconfig() }, maskedColumns: () => [] });
  });
  afterAll(async () => {
    await target?.close();
    await sim?.stop();
    await rm(folder, { recursive: true });
  });

  const kubectl = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)(program!, ["--kubeconfig", "config", ...args], { cwd: folder })).stdout;

  const place = (name: string) => ({ kind: "apps/deployments", namespace: "default", name });
  const sink: ExecuteSink = { columns: () => {}, rows: () => {}, end: () => {}, notice: () => {} };

  /** Saves what `change` makes of the object; the diff of its plan, and what the object is afterwards. */
  async function save(name: string, change: (text: string) => string, force = false) {
    const { text } = await target.objects!.read(place(name), signal());
    const edited = change(text);
    expect(edited).not.toBe(text);
    const edit = await target.objects!.edit(place(name), { base: text, text: edited, force, shown: (same) => same }, signal());
    expect(edit.problem).toBeUndefined();
    const before = sim.writes();
    const planned = await target.plan!(edit.command!, { signal: signal(), exact: true });
    expect(sim.writes()).toBe(before);
    const diffs = planned.impact.statements.map(({ diff = "" }) => diff.split("\n").filter((line) => /^[-+]/u.test(line)));
    const fails = planned.impact.statements.flatMap(({ willFail }) => willFail);
    if (fails.length === 0) {
      const { resolution, work } = planned;
      const limits = { timeoutMs: 30_000, rowCap: 10_000, applicationName: "interlock:test" };
      const request = { text: edit.command!, resolution, access: "write" as const, ...limits, ...(work === undefined ? {} : { work }) };
      expect(await target.execute(request, sink, signal())).toMatchObject({ state: "succeeded" });
    }
    const after = JSON.parse(await kubectl("get", "deployment", name, "-o", "json")) as {
      metadata: { labels: Record<string, string> };
      spec: { replicas: number; template: { spec: { containers: { name: string; image: string; args?: string[] }[] } } };
    };
    return { edit, diffs: diffs.flat(), fails, after };
  }

  test.each(["client", "server", "loaded"])("of an object that was made by %s changes what was edited and nothing else", async (name) => {
    // Somebody else than kubectl has set it.
    const force = name === "loaded";
    const { diffs, after, fails } = await save(name, (text) => text.replace("replicas: 2\n", "replicas: 3\n"), force);
    expect(fails).toEqual([]);
    expect(diffs).toEqual(["-  replicas: 2", "+  replicas: 3"]);
    expect(after.spec.replicas).toBe(3);
    expect(after.metadata.labels).toEqual({ app: name, team: "payments" });
    expect(after.spec.template.spec.containers.map(({ image }) => image)).toEqual(["web:1", "side:1"]);

    // A second edit leaves the first as it is.
    const second = await save(name, (text) => text.replace("image: side:1", "image: side:2"), force);
    expect(second.fails).toEqual([]);
    expect(second.after.spec.replicas).toBe(3);
    expect(second.after.spec.template.spec.containers).toMatchObject([{ image: "web:1", args: ["-v"] }, { image: "side:2" }]);
  });

  test.each(["client", "server", "loaded"])("takes away a label of an object that was made by %s", async (name) => {
    const { diffs, after, fails } = await save(name, (text) => text.replace("    team: payments\n", ""), true);
    expect(fails).toEqual([]);
    expect(diffs).toEqual(["-    team: payments"]);
    expect(after.metadata.labels).toEqual({ app: name });
  });

  test("of what another manager owns says so, and fails in the plan unless it is taken over", async () => {
    await kubectl("apply", "--server-side", "--force-conflicts", "--field-manager=pipeline", "-f", "server.yaml");
    const { edit, fails } = await save("server", (text) => text.replace("image: web:1", "image: web:7"));
    expect(edit.conflicts).toContainEqual({ field: 'spec.template.spec.containers[{"name":"web"}].image', manager: "pipeline" });
    expect(fails[0]?.reason).toContain("pipeline");
  });
});
