/** Plans of a large namespace's deletion, their memory, and what the API gate adds to a request; the cluster is another process. */
import { findKubectl, kubernetes, HOST_FOLDERS, KUBECTL_MISSING, openCluster, openGate } from "@interlock/connector-kubernetes";
import { median, type Benchmark, type Report } from "./measure/figure.ts";
import { startKubeCluster, type KubeCluster } from "./measure/kube-cluster.ts";
import { percentile } from "./measure/percentile.ts";

const PLAN_GOAL_MS = 2000;
const MEMORY_GOAL_MIB = 64;
const OVERHEAD_GOAL_MS = 5;
/** How often memory is looked at, in milliseconds. */
const LOOK_MS = 5;

const benchmark: Benchmark = async (report, small) => {
  if ((await findKubectl({ path: HOST_FOLDERS })) === undefined) throw new Error(KUBECTL_MISSING);
  await withCluster(small ? 200 : 2000, async (cluster) => {
    await planDelete(cluster);
    const taken: number[] = [];
    for (let run = 0; run < (small ? 1 : 7); run++) taken.push((await planDelete(cluster)).tookMs);
    const value = median(taken);
    const spread: [number, number] = [Math.min(...taken), Math.max(...taken)];
    report({
      name: "plan: delete a namespace of 2,000 objects",
      value,
      unit: "ms",
      spread,
      goal: `≤ ${PLAN_GOAL_MS}`,
      ok: value <= PLAN_GOAL_MS,
    });
    await measureGate(cluster, small, report);
  });
  await withCluster(small ? 400 : 20_000, async (cluster) => {
    const { tookMs, grownMiB } = await planDelete(cluster);
    report({ name: "plan: delete a namespace of 20,000 objects", value: tookMs, unit: "ms", goal: "–", ok: true });
    const ok = grownMiB <= MEMORY_GOAL_MIB;
    report({ name: "plan: growth of memory at 20,000 objects", value: grownMiB, unit: "MiB", goal: `≤ ${MEMORY_GOAL_MIB}`, ok });
  });
};
export default benchmark;

async function withCluster(objects: number, work: (cluster: KubeCluster) => Promise<void>): Promise<void> {
  const cluster = await startKubeCluster(objects);
  try {
    await work(cluster);
  } finally {
    await cluster.stop();
  }
}

/** The whole way of a proposal in the connector: kubectl behind the gate, closure, what breaks elsewhere, what is sealed. */
async function planDelete({ kubeconfig }: KubeCluster): Promise<{ tookMs: number; grownMiB: number }> {
  const target = kubernetes.open({ connectionName: "big", secret: { kubeconfig }, maskedColumns: () => [] });
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const looking = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), LOOK_MS);
  const started = performance.now();
  try {
    const { impact } = await target.plan!("kubectl delete namespace big", { signal: AbortSignal.timeout(120_000), exact: true });
    const tookMs = performance.now() - started;
    if (!impact.complete || impact.effect !== "delete") throw new Error(`the plan is not whole: ${impact.warnings.join("; ")}`);
    return { tookMs, grownMiB: (Math.max(most, process.memoryUsage().rss) - before) / 2 ** 20 };
  } finally {
    clearInterval(looking);
    await target.close();
  }
}

interface Ask {
  name: string;
  path: string;
  method?: string;
  headers: Record<string, string>;
  body?: string;
}

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
const ASKS: readonly Ask[] = [
  { name: "read of an object", path: "/api/v1/namespaces/big/configmaps/app-0-1", headers: { accept: "application/json" } },
  { name: "read of a Secret", path: "/api/v1/namespaces/big/secrets/app-0-0", headers: { accept: "application/json" } },
  { name: "list of 100 as a table", path: "/api/v1/namespaces/big/pods?limit=100", headers: { accept: TABLE } },
  {
    name: "patch",
    path: "/api/v1/namespaces/big/configmaps/app-0-1?fieldManager=bench",
    method: "PATCH",
    headers: { accept: "application/json", "content-type": "application/merge-patch+json" },
    body: '{"data":{"more":"x"}}',
  },
];

/** Rounds of one block; of each block the p95 of the gate through that of the cluster is one value. */
const ROUNDS = 100;
const BLOCKS = 3;
/** Of so many turns the least of each side counts as one: what else the machine does in between is neither's. */
const TRIES = 3;

/** The same requests by turns at the gate and at the cluster itself; a write is a dry run at both, since that is what a gate asks for. */
async function measureGate({ kubeconfig, url }: KubeCluster, small: boolean, report: Report): Promise<void> {
  const cluster = await openCluster({ kubeconfig });
  const turn = async (ask: Ask): Promise<[number, number]> => {
    const gate = await openGate({ cluster, mode: "plan" });
    try {
      // Its connection is there by now, as it is for all but the first request of a run.
      await send(gate.url, { ...ASKS[0]!, path: "/version" });
      const direct = await send(url, ask.method === undefined ? ask : { ...ask, path: `${ask.path}&dryRun=All` });
      return [direct, await send(gate.url, ask)];
    } finally {
      await gate.close();
    }
  };
  const least = async (ask: Ask): Promise<[number, number]> => {
    const tries: [number, number][] = [];
    for (let one = 0; one < TRIES; one++) tries.push(await turn(ask));
    return [Math.min(...tries.map(([direct]) => direct)), Math.min(...tries.map(([, through]) => through))];
  };
  try {
    for (const ask of ASKS) {
      const added: number[] = [];
      const alone: number[] = [];
      for (let warm = 0; warm < (small ? 1 : ROUNDS / 2); warm++) await turn(ask);
      for (let block = 0; block < (small ? 1 : BLOCKS); block++) {
        const times: [number, number][] = [];
        for (let round = 0; round < (small ? 5 : ROUNDS); round++) times.push(await least(ask));
        const [direct, through] = [0, 1].map((side) =>
          percentile(
            times.map((pair) => pair[side]!),
            0.95,
          ),
        ) as [number, number];
        alone.push(direct);
        added.push(through - direct);
      }
      const value = median(added);
      report({
        name: `gate: added to a ${ask.name}, p95`,
        value,
        unit: "ms",
        peer: `the cluster itself, ${median(alone).toFixed(2)} ms`,
        spread: [Math.min(...added), Math.max(...added)],
        goal: `≤ ${OVERHEAD_GOAL_MS}`,
        ok: value <= OVERHEAD_GOAL_MS,
      });
    }
  } finally {
    await cluster.close();
  }
}

async function send(url: string, { path, method = "GET", headers, body }: Ask): Promise<number> {
  const started = performance.now();
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status}`);
  return performance.now() - started;
}
