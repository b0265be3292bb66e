import { afterEach, describe, expect, test } from "vitest";
import { startDemoCluster, startKubeSim } from "@interlock/kube-sim";
import { kubectl } from "./planned-writes.ts";
import { decided, dump, Stage } from "./undo-stage.ts";

const QUICK = { pace: { startMs: 0, stopMs: 0, runMs: 0 } };
const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function stageOf(...manifests: string[]): Promise<Stage> {
  const stage = new Stage(await startKubeSim(QUICK), open);
  for (const manifest of manifests) {
    stage.sim.load(manifest);
    stage.sim.settle();
  }
  return stage;
}

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(kubectl === undefined)("undo", () => {
  test("a deleted namespace comes back, but for what is said not to", async () => {
    const stage = new Stage(await startDemoCluster(QUICK), open);
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
    ["kubectl delete node spare", "put back v1 Node spare"],
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

  const CLAIM = `kubectl create -n shop -f - <<'EOF'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: fresh }
spec: { accessModes: [ReadWriteOnce], storageClassName: "", resources: { requests: { storage: 1Gi } } }
EOF`;
  const uses = (name: string) =>
    `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"${name}","namespace":"shop"},"spec":{"containers":[{"name":"c","image":"c:1"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"fresh"}}]}}`;
  const GADGETS = `kubectl create -f - <<'EOF'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: gadgets.example.com }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: gadgets, singular: gadget, kind: Gadget, listKind: GadgetList }
  versions: [{ name: v1, served: true, storage: true, schema: { openAPIV3Schema: { type: object } } }]
EOF`;
  test.each([
    [
      "kubectl create namespace fresh\nkubectl create deployment d -n fresh --image=d:1\nkubectl expose deployment d -n fresh --port=80",
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"theirs","namespace":"fresh"}}`,
      "v1 Namespace fresh was changed since: v1 ConfigMap fresh/theirs was put into it since",
    ],
    [CLAIM, uses("theirs"), "v1 PersistentVolumeClaim shop/fresh was changed since: v1 Pod shop/theirs uses it"],
    [
      GADGETS,
      `{"apiVersion":"example.com/v1","kind":"Gadget","metadata":{"name":"theirs","namespace":"shop"}}`,
      "gadgets.example.com was changed since: example.com/v1 Gadget shop/theirs was made of it since",
    ],
  ])("what others put into what a run made is not taken out with it: %#", async (text, theirs, conflict) => {
    const stage = await stageOf(WORLD);
    const { outcome, image } = await stage.run(text);
    expect(outcome).toMatchObject({ state: "succeeded" });
    expect((await stage.foresee(image!)).text).toContain("take out again");
    stage.sim.load(theirs);
    stage.sim.settle();
    const refused = await stage.foresee(image!).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "undo_conflict", message: expect.stringContaining(conflict) });
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
