/** A simulated cluster in a process of its own, with a namespace `big` of so many objects: its memory and its work are not ours. */
import { startKubeSim } from "@interlock/kube-sim";

const wanted = Number(process.argv[2]);
const NAMESPACE = "big";
/** Pods of each Deployment. */
const REPLICAS = 8;
/** Of a Deployment, its ReplicaSet, its pods and its Service, and as many ConfigMaps and Secrets. */
const GROUP = 2 * (REPLICAS + 3);

// Nothing runs here: what controllers would have made is put there.
const sim = await startKubeSim({ nodes: 3, controllers: false });
const uidOf = (storage: string, name: string): string => sim.cluster.store.get(storage, NAMESPACE, name)!.metadata.uid;
sim.load([{ apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } }]);
sim.load([{ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: NAMESPACE } }]);
let made = 1;
for (let at = 0; made + GROUP <= wanted; at++, made += GROUP) loadApp(`app-${at}`, { app: `app-${at}`, team: `team-${at % 7}` });
for (; made < wanted; made++) {
  sim.load([{ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `more-${made}`, namespace: NAMESPACE }, data: { a: "b" } }]);
}
process.send?.({ kubeconfig: sim.kubeconfig(), url: sim.url });
process.once("disconnect", () => void sim.stop().then(() => process.exit(0)));

function loadApp(name: string, labels: Record<string, string>): void {
  const containers = [{ name: "c", image: `images.example/${name}:1.4`, env: [{ name: "A", value: "b" }], resources: {} }];
  const metadata = { name, namespace: NAMESPACE, labels };
  const spec = { replicas: REPLICAS, selector: { matchLabels: { app: name } }, template: { metadata: { labels }, spec: { containers } } };
  sim.load([
    { apiVersion: "apps/v1", kind: "Deployment", metadata, spec },
    { apiVersion: "v1", kind: "Service", metadata, spec: { selector: { app: name }, ports: [{ port: 80 }] } },
  ]);
  const owned = (kind: string, storage: string): object[] => [
    { apiVersion: "apps/v1", kind, name, uid: uidOf(storage, name), controller: true, blockOwnerDeletion: true },
  ];
  const ofDeployment = { ...metadata, ownerReferences: owned("Deployment", "apps/deployments") };
  sim.load([{ apiVersion: "apps/v1", kind: "ReplicaSet", metadata: ofDeployment, spec }]);
  const ownerReferences = owned("ReplicaSet", "apps/replicasets");
  const numbers = Array.from({ length: REPLICAS }, (_none, number) => number);
  sim.load(
    numbers.map((number) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { ...metadata, name: `${name}-${number}`, ownerReferences },
      spec: { containers },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    })),
  );
  const data = { text: "a line of a file\n".repeat(20) };
  for (let number = 0; number < GROUP / 2; number++) {
    const named = { ...metadata, name: `${name}-${number}` };
    const secret = { apiVersion: "v1", kind: "Secret", metadata: named, stringData: { password: `value of ${name}` } };
    sim.load([number % 3 === 0 ? secret : { apiVersion: "v1", kind: "ConfigMap", metadata: named, data }]);
  }
}
