/**
 * Questions about who may reach whom, with their reasons, the smallest change and what else it opens, and the whole matrix of classes. All
 * of it is work of one thread, measured in that thread's time on the processor: what else the machine does has no part in it.
 */
import { matrixOf, Network, reachability, type KubeObject, type Pod } from "@interlock/kube-model";
import { median, type Benchmark, type Report } from "./measure/figure.ts";
import { networkObjects, type Layout } from "./measure/network-objects.ts";
import { percentile } from "./measure/percentile.ts";

const QUESTION_GOAL_MS = 20;
const MATRIX_GOAL_MS = 2000;

const benchmark: Benchmark = async (report, small) => {
  const size = small ? { pods: 200, policies: 20 } : { pods: 5000, policies: 500 };
  measure("500 policies × 5,000 pods", { namespaces: small ? 5 : 50, ...size }, report, small);
  // As bad as it gets: every policy may concern every pod.
  measure("the same in one namespace", { namespaces: 1, ...size }, report, small, true);
};
export default benchmark;

function measure(name: string, layout: Layout, report: Report, small: boolean, worst = false): void {
  const objects = networkObjects(layout);
  const built = times(small ? 1 : 5, () => void Network.of(objects));
  report({ name: `reachability, ${name}: reading the objects`, value: median(built), unit: "ms", goal: "–", ok: true });
  const asked = questions(objects, small ? 10 : worst ? 100 : 350);
  const network = Network.of(objects);
  const first = times(1, () => void ask(network, asked[0]!));
  report({ name: `reachability, ${name}: the first question`, value: first[0]!, unit: "ms", goal: "–", ok: true });
  // Steady state: what each further one takes, once the code is warm.
  for (const question of asked.splice(0, small ? 2 : 50)) ask(network, question);
  let blocked = 0;
  const taken = asked.map((question) => {
    const started = threadMs();
    if (!ask(network, question)) blocked++;
    return threadMs() - started;
  });
  const value = percentile(taken, 0.95);
  report({
    name: `reachability, ${name}: one question, p95`,
    value,
    unit: "ms",
    spread: [Math.min(...taken), Math.max(...taken)],
    goal: worst ? "–" : `≤ ${QUESTION_GOAL_MS}`,
    ok: worst || value <= QUESTION_GOAL_MS,
  });
  report({
    name: `reachability, ${name}: share of them that were blocked`,
    value: (100 * blocked) / asked.length,
    unit: "%",
    goal: "–",
    ok: true,
  });
  const matrices = times(small ? 1 : 5, () => void matrixOf(Network.of(objects)));
  const matrix = median(matrices);
  report({
    name: `reachability, ${name}: the matrix of all label classes`,
    value: matrix,
    unit: "ms",
    spread: [Math.min(...matrices), Math.max(...matrices)],
    goal: `≤ ${MATRIX_GOAL_MS}`,
    ok: matrix <= MATRIX_GOAL_MS,
  });
}

type Asked = { from: Pod; to: Pod; port: number };

/** Pods from all over the cluster, on ports that they have. */
function questions(objects: readonly KubeObject[], count: number): Asked[] {
  const pods = [...Network.of(objects).pods];
  return Array.from({ length: count }, (_, index) => ({
    from: pods[(index * 7919) % pods.length]!,
    to: pods[(index * 104_729 + 13) % pods.length]!,
    port: [8000, 8001, 9090, 53, 5432][index % 5]!,
  }));
}

function ask(network: Network, { from, to, port }: Asked): boolean {
  const end = ({ namespace, name }: Pod) => ({ namespace, pod: name });
  const answer = reachability(network, { from: end(from), to: end(to), port, protocol: "TCP" });
  if ("unknown" in answer) throw new Error(answer.unknown);
  return answer.allowed;
}

function times(count: number, work: () => void): number[] {
  return Array.from({ length: count }, () => {
    const started = threadMs();
    work();
    return threadMs() - started;
  });
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
