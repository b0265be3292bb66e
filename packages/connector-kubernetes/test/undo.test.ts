import { afterEach, describe, expect, test } from "vitest";
import { CAPTURE_LIMITS, type ExecuteOutcome, type ObjectsImage, type Planned, type Target, type UndoImage } from "@interlock/connector";
import { startDemoCluster, startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { kubernetes } from "../src/index.ts";
import { essence } from "../src/gate/foreseen.ts";
import { kubectl } from "./planned-writes.ts";

const QUICK = { pace: { startMs: 0, stopMs: 0, runMs: 0 } };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

/** A command and its undo as the agent runs them. */
class Stage {
  readonly sim: KubeSim;
  readonly target: Target;
  readonly signal = AbortSignal.timeout(60_000);

  constructor(sim: KubeSim) {
    this.sim = sim;
    this.target = kubernetes.open({ connectionName: "c", secret: { kubeconfig: sim.kubeconfig() }, maskedColumns: () => [] });
    open.push(
      () => sim.stop(),
      () => this.target.close(),
    );
  }

  plan(text: string): Promise<Planned> {
    return this.target.plan!(text, { signal: this.signal, exact: true });
  }

  async run(
    text: string,
    planned?: Planned,
    timeoutMs = 20_000,
  ): Promise<{ outcome: ExecuteOutcome; planned: Planned; image: ObjectsImage | undefined; said: string }> {
    const made = planned ?? (await this.plan(text));
    let image: UndoImage | undefined;
    const rows: string[] = [];
    const outcome = await this.target.execute(
      {
        text,
        resolution: made.resolution,
        access: "write",
        timeoutMs,
        rowCap: 1_000,
        applicationName: "test",
        capture: CAPTURE_LIMITS,
        ...(made.work === undefined ? {} : { work: made.work }),
      },
      { ...sinkOf(rows), captured: async (kept) => void (image = kept) },
      this.signal,
    );
    this.sim.settle();
    return { outcome, planned: made, image: image as ObjectsImage | undefined, said: rows.join("\n") };
  }

  async undo(
    image: ObjectsImage,
    rest?: true,
  ): Promise<{ outcome: ExecuteOutcome; text: string; impact: Planned["impact"]; said: string }> {
    const foreseen = await this.foresee(image, rest);
    const outcome = await this.putBack(image, foreseen);
    return { ...outcome, text: foreseen.text!, impact: foreseen.impact };
  }

  foresee(image: ObjectsImage, rest?: true) {
    return this.target.foreseeUndo!(image, { signal: this.signal, exact: true, ...(rest === undefined ? {} : { rest }) });
  }

  async putBack(image: ObjectsImage, { work, resolution }: Planned): Promise<{ outcome: ExecuteOutcome; said: string }> {
    const rows: string[] = [];
    const request = { guard: { approved: [] }, work: { bytes: work!, resolution }, timeoutMs: 20_000, applicationName: "test" };
    const outcome = await this.target.undo!(image, request, this.signal, sinkOf(rows));
    this.sim.settle();
    return { outcome, said: rows.join("\n") };
  }
}

const sinkOf = (rows: string[]) => ({
  columns: () => {},
  rows: (_statement: number, bytes: Uint8Array) => void rows.push(Buffer.from(bytes).toString()),
  end: () => {},
  notice: (_statement: number, text: string) => void rows.push(text),
});

async function stageOf(...manifests: string[]): Promise<Stage> {
  const stage = new Stage(await startKubeSim(QUICK));
  for (const manifest of manifests) {
    stage.sim.load(manifest);
    stage.sim.settle();
  }
  return stage;
}

/** What people decided about a namespace, by name: what controllers make again is left out. */
function decided(sim: KubeSim, namespace: string): Map<string, string> {
  const left = /^(ReplicaSet|ControllerRevision|EndpointSlice|Event|Lease)$/;
  const made = ({ metadata }: ReturnType<KubeSim["objects"]>[number]): boolean =>
    (metadata.ownerReferences ?? []).some((owner: { controller?: boolean }) => owner.controller) ||
    metadata.annotations?.["endpoints.kubernetes.io/last-change-trigger-time"] !== undefined;
  return new Map(
    sim
      .objects()
      .filter(
        (one) =>
          !left.test(one.kind) &&
          !made(one) &&
          (one.metadata.namespace === namespace || (one.kind === "Namespace" && one.metadata.name === namespace)),
      )
      .map((one) => {
        const bare = essence(one as never);
        const { uid: _uid, creationTimestamp: _time, annotations, ...metadata } = bare.metadata as Record<string, unknown>;
        const kept = Object.fromEntries(
          Object.entries((annotations ?? {}) as object).filter(([key]) => !/revision|pv\.kubernetes|selected-node/.test(key)),
        );
        const spec = { ...(bare["spec"] as Record<string, unknown> | undefined) };
        if (one.kind === "PersistentVolumeClaim") delete spec["volumeName"];
        if (one.kind === "Pod") for (const field of ["volumes", "containers"]) delete spec[field];
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

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(kubectl === undefined)("undo", () => {
  test("a deleted namespace comes back, but for what is said not to", async () => {
    const stage = new Stage(await startDemoCluster(QUICK));
    const { sim } = stage;
    const before = decided(sim, "payments");
    const running = sim.objects("pods").filter((pod) => pod.metadata.namespace === "payments").length;
    const { outcome, planned, image } = await stage.run("kubectl delete namespace payments");
    expect(outcome).toMatchObject({ state: "succeeded" });
    const [statement] = planned.impact.statements;
    expect(statement).toMatchObject({ reversible: "partial" });
    const lost = statement!.lost!;
    expect(
      lost.filter(({ object, why }) => object.startsWith("v1 PersistentVolumeClaim payments/") && why.includes(" data ")),
    ).toHaveLength(3);
    expect(lost.filter(({ why }) => why.startsWith("its load-balancer address"))).toHaveLength(2);
    expect(decided(sim, "payments").size).toBe(0);
    const undone = await stage.undo(image!);
    expect(undone.outcome).toMatchObject({ state: "succeeded" });
    const after = decided(sim, "payments");
    const ended = lost
      .filter(({ why }) => why.includes("not run again"))
      .map(({ object }) => object.replace(/^.* (\S+) payments\/(\S+)$/, "$1 $2"));
    for (const name of ended) before.delete(name);
    expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
    for (const [name, object] of before) expect(after.get(name), name).toBe(object);
    const again = sim.objects("pods").filter((pod) => pod.metadata.namespace === "payments" && pod["status"]?.phase === "Running").length;
    expect(again).toBeGreaterThan(running / 2);
  });

  const WORLD = `
apiVersion: v1
kind: Namespace
metadata: { name: shop, labels: { env: prod } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: shop, labels: { app: web } }
spec:
  replicas: 3
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1", envFrom: [{ secretRef: { name: key } }] }] }
---
apiVersion: v1
kind: Secret
metadata: { name: key, namespace: shop }
stringData: { password: hunter2-and-more }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings, namespace: shop, annotations: { note: "by hand" } }
data: { colour: blue, size: "1" }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: child, namespace: shop }
data: { of: settings }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: NodePort, selector: { app: web }, ports: [{ port: 80, nodePort: 30090 }] }
---
apiVersion: v1
kind: Service
metadata: { name: outside, namespace: shop }
spec: { ports: [{ port: 5432 }] }
---
apiVersion: v1
kind: Endpoints
metadata: { name: outside, namespace: shop }
subsets: [{ addresses: [{ ip: 203.0.113.9 }], ports: [{ port: 5432 }] }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: runner, namespace: shop, labels: { team: a } }
---
apiVersion: v1
kind: Secret
type: kubernetes.io/service-account-token
metadata: { name: runner-token, namespace: shop, annotations: { kubernetes.io/service-account.name: runner } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reads, namespace: shop }
rules: [{ apiGroups: [""], resources: [pods], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reads, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reads }
subjects: [{ kind: ServiceAccount, name: runner, namespace: shop }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: shop-views }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view }
subjects: [{ kind: ServiceAccount, name: runner, namespace: shop }]
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: kept }
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: ""
  hostPath: { path: /data }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: shop }
spec: { accessModes: [ReadWriteOnce], storageClassName: "", volumeName: kept, resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: spare-volume }
spec:
  capacity: { storage: 1Gi }
  accessModes: [ReadWriteOnce]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: other
  hostPath: { path: /other }
---
apiVersion: v1
kind: Node
metadata: { name: spare }
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: widgets, singular: widget, kind: Widget, listKind: WidgetList }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;
  const LATER = `
apiVersion: v1
kind: Pod
metadata: { name: lone, namespace: shop, labels: { app: lone } }
spec: { containers: [{ name: main, image: "lone:1" }] }
---
apiVersion: example.com/v1
kind: Widget
metadata: { name: one, namespace: shop }
spec: { size: 3 }
---
apiVersion: example.com/v1
kind: Widget
metadata: { name: two, namespace: shop, labels: { a: b } }
spec: { size: 4 }
`;

  test.each([
    ["kubectl scale deployment web -n shop --replicas=0", "change back apps/v1 Deployment shop/web"],
    ["kubectl label deployment web -n shop app- tier=x", "change back apps/v1 Deployment shop/web"],
    ["kubectl annotate configmap settings -n shop note=other more=1 --overwrite", "change back v1 ConfigMap shop/settings"],
    ["kubectl set image deployment/web web=web:2 -n shop", "change back apps/v1 Deployment shop/web"],
    [`kubectl patch configmap settings -n shop -p '{"data":{"colour":null,"shape":"round"}}'`, "change back v1 ConfigMap shop/settings"],
    [`kubectl patch secret key -n shop -p '{"stringData":{"password":"other"}}'`, "change back v1 Secret shop/key"],
    ["kubectl create configmap fresh -n shop --from-literal=a=b", "take out again v1 ConfigMap shop/fresh"],
    ["kubectl create namespace fresh\nkubectl create deployment d -n fresh --image=d:1 --replicas=2", "take out again"],
    [
      "kubectl create clusterrolebinding all --clusterrole=cluster-admin --user=eve",
      "take out again rbac.authorization.k8s.io/v1 ClusterRoleBinding all",
    ],
    ["kubectl delete clusterrolebinding shop-views", "put back rbac.authorization.k8s.io/v1 ClusterRoleBinding shop-views"],
    ["kubectl delete role,rolebinding reads -n shop", "put back rbac.authorization.k8s.io/v1 Role shop/reads\nput back"],
    ["kubectl delete deployment web -n shop", "put back apps/v1 Deployment shop/web"],
    ["kubectl delete configmap settings child -n shop", "put back v1 ConfigMap shop/settings"],
    ["kubectl delete secret key -n shop", "put back v1 Secret shop/key"],
    ["kubectl delete service web -n shop", "put back v1 Service shop/web"],
    ["kubectl delete service outside -n shop", "put back v1 Service shop/outside"],
    ["kubectl delete serviceaccount runner -n shop", "put back v1 ServiceAccount shop/runner"],
    ["kubectl delete pod lone -n shop", "put back v1 Pod shop/lone"],
    ["kubectl delete pvc data -n shop", "change back v1 PersistentVolume kept\nput back v1 PersistentVolumeClaim shop/data"],
    ["kubectl delete pv spare-volume", "put back v1 PersistentVolume spare-volume"],
    [
      'kubectl patch pv kept -p \'{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}\'\nkubectl delete pvc data -n shop\nkubectl delete pv kept',
      "put back v1 PersistentVolume kept\nput back v1 PersistentVolumeClaim shop/data",
    ],
    [
      "kubectl delete crd widgets.example.com",
      "put back apiextensions.k8s.io/v1 CustomResourceDefinition widgets.example.com\nput back example.com/v1 Widget",
    ],
    [
      `kubectl replace --force -f - <<'EOF'
{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"child","namespace":"shop"},"data":{"of":"nobody"}}
EOF`,
      "change back v1 ConfigMap shop/child",
    ],
    ["kubectl cordon spare", "change back v1 Node spare"],
    ["kubectl taint node spare a=b:NoSchedule", "change back v1 Node spare"],
    ["kubectl delete namespace shop", "put back v1 Namespace shop\n"],
  ])("%s is taken back to the last field", async (text, line) => {
    const stage = await stageOf(WORLD, LATER);
    const before = dump(stage.sim);
    const { outcome, planned, image } = await stage.run(text);
    expect(outcome).toMatchObject({ state: "succeeded" });
    expect(dump(stage.sim)).not.toEqual(before);
    expect(planned.impact.statements.map(({ reversible }) => reversible)).not.toContain("no");
    const undone = await stage.undo(image!);
    expect(undone.text).toContain(line);
    expect({ outcome: undone.outcome, said: undone.outcome.state === "succeeded" ? "" : undone.said }).toMatchObject({
      outcome: { state: "succeeded" },
    });
    expect(dump(stage.sim)).toEqual(before);
    expect(undone.text + JSON.stringify(undone.impact) + undone.said).not.toMatch(/hunter2|aHVudGVyMi/);
  });

  test("a namespace that is still ending is waited for", async () => {
    const stage = await stageOf(
      WORLD,
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"holds","namespace":"shop","finalizers":["example.com/hold"]},"data":{"a":"b"}}`,
    );
    const before = dump(stage.sim);
    const planned = await stage.plan("kubectl delete namespace shop --wait=false");
    const { image } = await stage.run("", planned, 1_000);
    expect(stage.sim.objects("namespaces").find(({ metadata }) => metadata.name === "shop")).toMatchObject({
      status: { phase: "Terminating" },
    });
    const foreseen = await stage.foresee(image!);
    expect(foreseen.impact.warnings.join()).toContain("v1 Namespace shop is still ending: it is waited for");
    const back = stage.putBack(image!, foreseen);
    await stage.run(`kubectl patch configmap holds -n shop --type=merge -p '{"metadata":{"finalizers":null}}'`);
    expect((await back).outcome).toMatchObject({ state: "succeeded" });
    expect(dump(stage.sim)).toEqual(before);
  });

  test("more data loss than was agreed to is drift; what does not matter is not", async () => {
    const stage = await stageOf(WORLD);
    const planned = await stage.plan("kubectl delete namespace shop");
    stage.sim.load(
      `{"apiVersion":"v1","kind":"PersistentVolume","metadata":{"name":"late"},"spec":{"capacity":{"storage":"2Gi"},"accessModes":["ReadWriteOnce"],"persistentVolumeReclaimPolicy":"Delete","storageClassName":"","hostPath":{"path":"/x"}}}`,
    );
    stage.sim.load(
      `{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"late","namespace":"shop"},"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"","volumeName":"late","resources":{"requests":{"storage":"1Gi"}}}}`,
    );
    stage.sim.settle();
    const { outcome, image } = await stage.run("", planned);
    expect(outcome).toMatchObject({
      state: "failed",
      error: { code: "targets_changed" },
      drift: [{ object: "v1 PersistentVolume late", why: expect.stringMatching(/^more would be lost than was agreed to: data loss/) }],
    });
    expect(image).toBeUndefined();
    expect(stage.sim.objects("namespaces").some(({ metadata }) => metadata.name === "shop")).toBe(true);
    const again = await stage.plan("kubectl delete namespace shop");
    stage.sim.load(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"small","namespace":"shop"}}`);
    expect((await stage.run("", again)).outcome).toMatchObject({ state: "succeeded" });
  });

  test("an address that another has by then is given anew", async () => {
    const stage = await stageOf(WORLD);
    const [service] = stage.sim.objects("services").filter(({ metadata }) => metadata.name === "web");
    const { clusterIP } = service!["spec"] as { clusterIP: string };
    const { image } = await stage.run("kubectl delete service web -n shop");
    const foreseen = await stage.foresee(image!);
    stage.sim.load(
      `{"apiVersion":"v1","kind":"Service","metadata":{"name":"thief","namespace":"shop"},"spec":{"clusterIP":"${clusterIP}","ports":[{"port":80}]}}`,
    );
    expect((await stage.putBack(image!, foreseen)).outcome).toMatchObject({ state: "succeeded" });
    const back = stage.sim.objects("services").find(({ metadata }) => metadata.name === "web");
    expect(back!["spec"]).toMatchObject({ type: "NodePort", selector: { app: "web" } });
    expect((back!["spec"] as { clusterIP: string }).clusterIP).not.toBe(clusterIP);
  });
});

/** Everything people decided, by name, over all namespaces. */
function dump(sim: KubeSim): Record<string, unknown> {
  const all = new Map<string, unknown>();
  for (const { metadata } of sim.objects("namespaces")) {
    for (const [name, object] of decided(sim, metadata!.name!)) all.set(`${metadata!.name!} ${name}`, JSON.parse(object));
  }
  for (const object of sim.objects()) {
    if (object.metadata.namespace !== undefined || object.kind === "Namespace") continue;
    const {
      resourceVersion: _version,
      uid: _uid,
      managedFields: _managed,
      generation: _generation,
      creationTimestamp: _time,
      ...metadata
    } = object.metadata as Record<string, unknown>;
    const { status: _status, ...rest } = structuredClone(object) as Record<string, unknown>;
    const claim = (rest["spec"] as { claimRef?: Record<string, unknown> } | undefined)?.claimRef;
    if (claim !== undefined) for (const field of ["uid", "resourceVersion"]) delete claim[field];
    all.set(`${object.kind} ${object.metadata.name}`, sorted({ ...rest, metadata }));
  }
  return Object.fromEntries([...all].toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
