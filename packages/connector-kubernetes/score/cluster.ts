import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { Chance } from "./chance.ts";
import { fixtureOf, NAMES, named, namespacesOf, type Names } from "./fixture.ts";

/** What the clusters of one seed begin with. Seed 0 is the fixture as it is written. */
export interface Drawn {
  names: Names;
  /** More objects, of which the cases do not know the names. */
  neighbours: readonly object[];
  /** How many pods the workloads of the fixture have. */
  replicas: { web: number; worker: number; db: number };
}

const WORDS = ["oak", "elm", "ash", "fir", "yew", "bay", "fig", "may", "rye", "sky"];

export function drawCluster(seed: number): Drawn {
  if (seed === 0) return { names: NAMES, neighbours: [], replicas: { web: 2, worker: 1, db: 1 } };
  const chance = new Chance(seed);
  const names = Object.fromEntries(
    Object.keys(NAMES).map((key) => [key, `${chance.one(WORDS)}-${key}${chance.onceIn(3) ? `-${chance.below(90) + 10}` : ""}`]),
  ) as Names;
  return {
    names,
    neighbours: neighboursOf(names, chance),
    replicas: { web: chance.between(1, 4), worker: chance.between(1, 3), db: 1 },
  };
}

const KEYS = ["app", "tier", "team", "zone"];

function neighboursOf(names: Names, chance: Chance): object[] {
  const made: object[] = [];
  const labels = (): object =>
    Object.fromEntries(chance.some(KEYS, chance.below(3)).map((key) => [key, chance.onceIn(2) ? names.web : chance.one(WORDS)]));
  const metadata = (name: string, namespace?: string): object => ({
    name,
    ...(namespace === undefined ? {} : { namespace }),
    labels: labels(),
    ...(chance.onceIn(3) ? { annotations: { note: chance.one(WORDS) } } : {}),
  });
  const add = (most: number, make: (name: string, namespace: string) => object): void => {
    for (let count = chance.below(most + 1); count > 0; count--) {
      made.push(make(`${chance.one(WORDS)}-${chance.below(1000)}-${made.length}`, chance.one([names.shop, names.shop, names.lab])));
    }
  };
  const containers = (): object[] => [{ name: "c", image: `${chance.one(WORDS)}:${chance.between(1, 9)}` }];
  add(6, (name, namespace) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: metadata(name, namespace),
    data: { [chance.one(WORDS)]: "x" },
  }));
  add(3, (name, namespace) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: metadata(name, namespace),
    stringData: { [chance.one(WORDS)]: "neighbour-value" },
  }));
  add(3, (name, namespace) => {
    const app = { app: name };
    const template = { metadata: { labels: app }, spec: { containers: containers() } };
    return {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: metadata(name, namespace),
      spec: { replicas: chance.below(4), selector: { matchLabels: app }, template },
    };
  });
  add(3, (name, namespace) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(name, namespace),
    spec: { selector: { app: chance.one([names.web, names.worker, name]) }, ports: [{ port: chance.between(80, 9000) }] },
  }));
  add(3, (name, namespace) => ({ apiVersion: "v1", kind: "Pod", metadata: metadata(name, namespace), spec: { containers: containers() } }));
  add(2, (name, namespace) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: metadata(name, namespace) }));
  add(2, (name, namespace) => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: metadata(name, namespace),
    spec: { podSelector: { matchLabels: labels() }, policyTypes: ["Ingress"] },
  }));
  add(2, (name, namespace) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadata(name, namespace),
    spec: { template: { spec: { restartPolicy: "Never", containers: containers() } } },
  }));
  return made;
}

/** A running cluster of a seed; two of the same seed begin the same, names picked by its controllers included. */
export async function startCluster({ names, neighbours, replicas }: Drawn): Promise<KubeSim> {
  const sim = await startKubeSim({ nodes: 0 });
  sim.load(namespacesOf(names));
  sim.settle();
  sim.load(fixtureOf(names));
  if (neighbours.length > 0) sim.load(neighbours);
  sim.settle();
  const send = async (method: string, path: string, type: string, body: object): Promise<void> => {
    const response = await fetch(`${sim.url}${named(path, names)}`, {
      method,
      headers: { "content-type": type },
      body: named(JSON.stringify(body), names),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
    await response.body?.cancel();
    sim.settle();
  };
  const apps = "/apis/apps/v1/namespaces/<shop>";
  const merge = "application/strategic-merge-patch+json";
  const containers = (name: string, image: string): object => ({ template: { spec: { containers: [{ name, image }] } } });
  // Second revisions, to go back from.
  await send("PATCH", `${apps}/deployments/<worker>`, merge, { spec: containers("<worker>", "worker:2") });
  await send("PATCH", `${apps}/daemonsets/<logs>`, merge, { spec: containers("<logs>", "logs:2") });
  await send("PATCH", `${apps}/statefulsets/<db>`, merge, { spec: { ...containers("<db>", "postgres:15"), replicas: replicas.db } });
  await send("PATCH", `${apps}/deployments/<web>`, merge, { spec: { replicas: replicas.web } });
  await send("PATCH", `${apps}/deployments/<worker>`, merge, { spec: { replicas: replicas.worker } });
  const maps = "/api/v1/namespaces/<shop>/configmaps";
  const applied = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "<applied>", namespace: "<shop>" },
    data: { kept: "a", dropped: "b" },
  };
  const annotations = { "kubectl.kubernetes.io/last-applied-configuration": `${named(JSON.stringify(applied), names)}\n` };
  await send("POST", `${maps}?fieldManager=kubectl-client-side-apply`, "application/json", {
    ...applied,
    metadata: { ...applied.metadata, annotations },
  });
  const owned = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "<owned>" }, data: { owner: "gitops", other: "x" } };
  await send("PATCH", `${maps}/<owned>?fieldManager=gitops`, "application/apply-patch+yaml", owned);
  return sim;
}
