import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TargetError, type ExecuteSink, type Planned, type Target } from "@interlock/connector";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { kubernetes } from "../src/index.ts";
import { kubectlFor, WEB_SHOP } from "../src/testing.ts";

const program = await kubectlFor("commands of the Kubernetes connector");

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(program === undefined)("a cluster", () => {
  let sim: KubeSim;
  let target: Target;
  const signal = (): AbortSignal => AbortSignal.timeout(60_000);

  const SHOP = `${WEB_SHOP}---
apiVersion: v1
kind: Secret
metadata: { name: key, namespace: shop }
stringData: { password: hunter2 }
`;

  beforeAll(async () => {
    sim = await startKubeSim();
    sim.load(SHOP);
    sim.settle();
    target = kubernetes.open({ connectionName: "shop", secret: { kubeconfig: sim.kubeconfig() }, maskedColumns: () => [] });
  });

  afterAll(async () => {
    await target.close();
    await sim.stop();
  });

  const plan = (text: string): Promise<Planned> => target.plan!(text, { signal: signal(), exact: true });

  async function run(text: string, planned: Planned, work = planned.work) {
    const rows: string[] = [];
    const sink: ExecuteSink = {
      columns: () => {},
      rows: (_statement, bytes) => void rows.push(Buffer.from(bytes).toString()),
      end: () => {},
      notice: () => {},
    };
    const access = planned.impact.effect === "read" ? ("read" as const) : ("write" as const);
    const limits = { timeoutMs: 30_000, rowCap: 10_000, applicationName: "interlock:test" };
    const request = { text, resolution: planned.resolution, access, ...limits, ...(work === undefined ? {} : { work }) };
    const outcome = await target.execute(request, sink, signal());
    return { outcome, output: rows.join("") };
  }

  test("what a line would write is planned, shown before and after, and nothing is written", async () => {
    const before = sim.writes();
    const { impact, resolution } = await plan("kubectl scale deployment web -n shop --replicas=5");
    expect(sim.writes()).toBe(before);
    expect(impact).toMatchObject({ effect: "modify", complete: true });
    expect(impact.statements).toMatchObject([
      {
        effect: "modify",
        effects: [{ effect: "modify", object: "apps/v1 Deployment shop/web", rows: { value: 1, kind: "exact" } }],
        request: { method: "PATCH", path: "/apis/apps/v1/namespaces/shop/deployments/web/scale", subresource: "scale" },
      },
    ]);
    expect(resolution.targets).toHaveLength(2);
  });

  test("values of Secrets are masked for people in what a plan shows", async () => {
    const { impact } = await plan("kubectl create secret generic fresh -n shop --from-literal=password=correct-horse");
    const [made] = impact.statements;
    expect(made?.diff).toMatch(/^\+ {2}password: ••••[0-9a-f]{4}$/mu);
    expect(made?.after).toMatchObject({ data: { password: expect.stringMatching(/^••••[0-9a-f]{4}$/u) } });
    expect(JSON.stringify({ ...made, text: "" })).not.toMatch(/aW50ZXJsb2NrLXZhbHVl|interlock-value|Y29ycmVjdC1ob3Jz/u);
  });

  test("what kubectl prints as a table is one, and other output is told line by line", async () => {
    const columns: string[][] = [];
    const sink: ExecuteSink = {
      columns: (_statement, found) => void columns.push(found.map(({ name }) => name)),
      rows: () => undefined,
      end: () => undefined,
      notice: () => undefined,
    };
    for (const text of ["kubectl get deployments -n shop", "kubectl get deployments -n shop -o yaml", "kubectl get deployments -n none"]) {
      const { resolution } = await plan(text);
      await target.execute(
        { text, resolution, access: "read", timeoutMs: 30_000, rowCap: 100, applicationName: "interlock:test" },
        sink,
        signal(),
      );
    }
    expect(columns).toEqual([["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"], ["output"], ["output"]]);
  });

  test("what was planned is what is sent, once, and its outcome is told line by line", async () => {
    const text = "kubectl scale deployment web -n shop --replicas=3\nkubectl label namespace shop team=payments";
    const planned = await plan(text);
    const { outcome, output } = await run(text, planned);
    expect(outcome).toMatchObject({ state: "succeeded", affected: [{ updated: 1 }, { object: "v1 Namespace shop", updated: 1 }] });
    expect(output).toContain("done");
    expect(sim.objects("apps/deployments")[0]).toMatchObject({ spec: { replicas: 3 } });
    expect(sim.objects("namespaces").find(({ metadata }) => metadata?.name === "shop")).toMatchObject({
      metadata: { labels: { team: "payments" } },
    });
  });

  test("an earlier line is there for a later one", async () => {
    const { impact } = await plan("kubectl create namespace fresh\nkubectl create configmap c -n fresh --from-literal=a=b");
    expect(impact.statements.map(({ effects }) => effects[0]?.object)).toEqual(["v1 Namespace fresh", "v1 ConfigMap fresh/c"]);
    expect(impact.complete).toBe(true);
  });

  test("what has changed since is not run over", async () => {
    const text = "kubectl set image deployment/web web=web:2 -n shop";
    const planned = await plan(text);
    const other = "kubectl set image deployment/web web=web:3 -n shop";
    await run(other, await plan(other));
    const { outcome } = await run(text, planned);
    expect(outcome).toMatchObject({
      state: "failed",
      affected: [],
      error: { code: "targets_changed" },
      drift: [{ object: "apps/v1 Deployment shop/web", why: "was changed" }],
    });
    expect(sim.objects("apps/deployments")[0]).toMatchObject({ spec: { template: { spec: { containers: [{ image: "web:3" }] } } } });
  });

  test("a line that only reads is not run with what writes, which is said", async () => {
    const { impact } = await plan("kubectl get pods -n shop\nkubectl label namespace shop tier=web");
    expect(impact.warnings).toEqual(["kubectl get only reads, and is not run with what writes; propose it by itself."]);
    expect((await plan("kubectl get pods -n shop\nkubectl get services -n shop")).impact.warnings).toEqual([]);
  });

  test("why one line would fail is not said of another", async () => {
    const failing =
      "kubectl create -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: first, namespace: shop }\n---\nkind: Nothing\nEOF";
    // What it writes before it fails is written; what fails is said of the rest of the line.
    expect((await plan(failing)).impact.statements).toMatchObject([
      { effect: "append", willFail: [] },
      { effect: "read", effects: [], willFail: [{ code: "kubectl" }] },
    ]);
    expect((await plan("kubectl create configmap second -n shop --from-literal=a=b")).impact.statements[0]!.willFail).toEqual([]);
  });

  test("what the plan cannot show is never less than unknown, though kubectl would carry on", async () => {
    sim.load(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gauges.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: gauges, singular: gauge, kind: Gauge }
  conversion: { strategy: Webhook, webhook: { conversionReviewVersions: [v1], clientConfig: { url: "https://127.0.0.1:1/" } } }
  versions:
    - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }
    - { name: v2, served: true, storage: false, schema: { openAPIV3Schema: { type: object } } }
`);
    sim.settle();
    sim.load("apiVersion: example.com/v1\nkind: Gauge\nmetadata: { name: one, namespace: shop }");
    const { impact } = await plan(
      "kubectl label gauges.v1.example.com one a=b -n shop\nkubectl label gauges.v2.example.com one c=d -n shop",
    );
    expect(impact).toMatchObject({ effect: "unknown", complete: false });
    expect(impact.warnings.join()).toContain("use one version");
  });

  test("other work than was agreed to is refused", async () => {
    const text = "kubectl delete deployment web -n shop";
    const planned = await plan(text);
    const other = await plan("kubectl delete namespace shop");
    const before = sim.writes();
    await expect(run(text, planned, other.work)).rejects.toThrow(TargetError);
    await expect(run(text, { ...planned, resolution: { ...planned.resolution, targets: [] } })).rejects.toThrow(TargetError);
    expect(sim.writes()).toBe(before);
  });

  test("a read runs behind a gate that lets no write through, and secret values stay where they are", async () => {
    const text = "kubectl get deployments -n shop\nkubectl get secret key -n shop -o yaml";
    const planned = await plan(text);
    expect(planned.impact).toMatchObject({ effect: "read", complete: true });
    expect(planned.work).toBeUndefined();
    const { outcome, output } = await run(text, planned);
    expect(outcome.state).toBe("succeeded");
    expect(output).toContain("web");
    expect(output).not.toContain("hunter2");
    expect(output).not.toContain(Buffer.from("hunter2").toString("base64"));
  });

  test.each([
    ["kubectl diff -f - <<'EOF'\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: fresh, namespace: shop }\nEOF", "+kind: ConfigMap"],
  ])("kubectl's code 1 is an answer where it is one: %s", async (text, words) => {
    const { outcome, output } = await run(text, await plan(text));
    expect(outcome).toMatchObject({ state: "succeeded" });
    expect(output).toContain(words);
  });

  test("the words of a write given out for a read are stopped at the gate", async () => {
    const before = sim.writes();
    const text = "kubectl delete deployment web -n shop";
    const planned = await plan(text);
    const forged: Planned = { impact: { ...planned.impact, effect: "read" }, resolution: { ...planned.resolution, targets: [] } };
    const { outcome } = await run(text, forged);
    expect(outcome.state).toBe("failed");
    expect(sim.writes()).toBe(before);
  });

  test.each([
    ["kubectl delete deployment nothing -n shop", "not found"],
    ["kubectl create namespace shop", "already exists"],
  ])("a line that would fail says so in kubectl's words: %s", async (text, words) => {
    const { impact } = await plan(text);
    expect(impact.statements.at(-1)!.willFail[0]?.reason).toContain(words);
  });

  test.each(["kubectl exec web -- rm -rf /", "kubectl delete ns shop; rm -rf /", "kubectl --token=x get pods", "rm -rf /"])(
    "is not run: %s",
    async (text) => {
      expect(kubernetes.parse(text).diagnostics).not.toEqual([]);
      expect((await target.impact(text, { signal: signal(), exact: true })).effect).toBe("unknown");
      await expect(plan(text)).rejects.toMatchObject({ code: "syntax_error" });
    },
  );

  test("the tree shows namespaces with what runs in them", async () => {
    const { schemas } = await target.schema(signal());
    expect(schemas.find(({ name }) => name === "shop")?.objects).toContainEqual({ name: "web", kind: "workload", columns: [] });
  });

  test("a namespace is told with everything that goes with it", async () => {
    const { impact } = await plan("kubectl delete namespace shop");
    expect(impact).toMatchObject({ effect: "delete", complete: true });
    const [statement] = impact.statements;
    expect(statement).toMatchObject({ effects: [{ object: "v1 Namespace shop" }], reversible: "undo" });
    const gone = statement!.cascades.map(({ object, via }) => `${object} ${via.join()}`);
    expect(gone).toContain("apps/v1 Deployment shop/web namespace");
    expect(gone.some((line) => line.startsWith("v1 Pod shop/web-"))).toBe(true);
  });
});
