import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { applyWrites, impactOf, openClusterView, readCommand, type OpenedCluster } from "../src/index.ts";
import { planLines, type LinePlan } from "../src/planning.ts";
import { clusterOf, kubectl } from "./planned-writes.ts";

const DB = `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast }
provisioner: ebs.csi.aws.com
reclaimPolicy: Retain
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: default }
spec:
  replicas: 2
  serviceName: db
  selector: { matchLabels: { app: db } }
  template:
    metadata: { labels: { app: db } }
    spec: { containers: [{ name: db, image: "db:1" }] }
  volumeClaimTemplates:
    - metadata: { name: data }
      spec: { storageClassName: fast, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: files, namespace: default }
spec: { storageClassName: fast, accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }], volumes: [{ name: v, persistentVolumeClaim: { claimName: files } }] }
`;

// Whoever has no kubectl is told so above; nothing of this can be tried without it.
describe.skipIf(kubectl === undefined)("what a plan leaves decides whether a claim or volume stays", () => {
  const open: (() => Promise<void>)[] = [];
  let sim: KubeSim;
  let cluster: OpenedCluster;
  let volume: string;

  beforeAll(async () => {
    sim = await startKubeSim({ nodes: 1, pace: { startMs: 0, stopMs: 0, runMs: 0 } });
    cluster = await clusterOf(sim, open);
    sim.load(DB);
    sim.settle();
    volume = sim.objects("persistentvolumes").find(({ spec }) => spec.claimRef?.name === "files")!.metadata.name;
  });
  afterAll(async () => {
    for (const close of open.toReversed()) await close();
  });

  const planOf = async (text: string): Promise<LinePlan[]> => {
    const { lines } = readCommand(text);
    const signal = AbortSignal.timeout(60_000);
    return (await planLines({ cluster, namespace: "default", program: kubectl, lines, signal })).lines;
  };

  test.each([
    ["kubectl delete statefulset db", "kubectl delete pvc data-db-0", false],
    ["kubectl scale statefulset db --replicas=1", "kubectl delete pvc data-db-1", false],
    ["kubectl scale statefulset db --replicas=1", "kubectl delete pvc data-db-0", true],
    ["kubectl delete statefulset db --cascade=orphan", "kubectl delete pvc data-db-0", true],
    ["kubectl delete deployment web", "kubectl delete pvc files", false],
    ["kubectl scale deployment web --replicas=0", "kubectl delete pvc files", false],
    ["kubectl delete pod -l app=web", "kubectl delete pvc files", false],
    ["kubectl delete configmap -l none=such", "kubectl delete pvc files", true],
    ["kubectl delete deployment web\nkubectl delete pvc files", "kubectl delete pv VOLUME", false],
    ["kubectl delete configmap -l none=such", "kubectl delete pv VOLUME", true],
  ])("%s, then %s", async (before, then, stays) => {
    const text = `${before}\n${then}\nkubectl create configmap after`.replace("VOLUME", volume);
    const lines = await planOf(text);
    const told = lines.at(-2)!;
    expect(told.writes).toHaveLength(1);
    expect(told.warnings).toEqual(stays ? [expect.stringContaining("stays, terminating")] : []);
    expect(lines.at(-1)).toMatchObject(
      stays ? { writes: [], open: [expect.stringContaining("would wait")] } : { writes: [{ method: "POST" }], open: [] },
    );
  });

  test("pods are listed once for all claims, not once for each", async () => {
    const from = sim.requests.length;
    const [line] = await planOf("kubectl delete pvc --all");
    expect(line!.writes).toHaveLength(3);
    const lists = sim.requests.slice(from).filter(({ method, url }) => method === "GET" && /\/pods(\?|$)/.test(url));
    expect(lists).toHaveLength(1);
  });

  test("taking the finalizers off what is being deleted is a delete, with all that goes with it", async () => {
    const path = "/api/v1/namespaces/default/persistentvolumeclaims/files";
    expect((await cluster.request({ method: "DELETE", path, headers: {} })).status).toBe(200);
    sim.settle();
    const lines = await planOf(
      `kubectl patch pvc files --type=merge -p '{"metadata":{"finalizers":null}}'\nkubectl create configmap after`,
    );
    const [write] = lines[0]!.writes;
    expect(write).toMatchObject({ method: "PATCH", effect: "delete" });
    expect(lines[1]!.writes).toHaveLength(1);
    const { statements } = await impactOf(openClusterView(cluster), [write!]);
    expect(statements[0]).toMatchObject({ reversible: "no", cascades: [{ object: `v1 PersistentVolume ${volume}`, effect: "modify" }] });
    const outcome = await applyWrites({ cluster, writes: [write!], signal: AbortSignal.timeout(20_000) });
    expect(outcome.state).toBe("succeeded");
    sim.settle();
    expect(sim.objects("persistentvolumeclaims").some(({ metadata }) => metadata.name === "files")).toBe(false);
    expect(sim.objects("persistentvolumes").find(({ metadata }) => metadata.name === volume)?.["status"]).toMatchObject({
      phase: "Released",
    });
  });
});
