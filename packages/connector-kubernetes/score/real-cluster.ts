import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";
import type { ExecuteSink, Target } from "@interlock/connector";
import { kubernetes } from "../src/index.ts";
import { REAL_BASE, REAL_COMMANDS } from "./real-cluster.data.ts";

/** What one command came to on a real cluster; no faults: as kubectl alone. */
export interface RealCase {
  text: string;
  faults: string[];
}

/** Longest for a plan or a run, in milliseconds. */
const LONGEST_MS = 120_000;
/** What controllers are given to come to rest, in milliseconds: nothing tells when they have. */
const REST_MS = 2_500;

/**
 * Holds plans against a real cluster, with controllers that nobody here wrote: each command is planned and sent in one namespace and run by
 * kubectl alone in another that began the same. Nothing may change while planning, and both must be left alike. The cluster is written to:
 * give one that may be thrown away, and rights to everything in it.
 */
export async function runOnRealCluster(
  kubeconfig: string,
  program: string,
  only = "",
  tell: (one: RealCase) => void = () => {},
): Promise<RealCase[]> {
  const target = kubernetes.open({
    connectionName: "real",
    secret: { kubeconfig: await readFile(kubeconfig, "utf8") },
    maskedColumns: () => [],
  });
  const folder = await mkdtemp(join(tmpdir(), "interlock-real-"));
  const kubectl = (line: string, input = ""): Promise<Ran> => shell(folder, program, kubeconfig, line, input);
  const all: RealCase[] = [];
  try {
    for (const [index, command] of REAL_COMMANDS.filter((one) => one.includes(only)).entries()) {
      const one = await compare(target, kubectl, command, `${process.pid.toString(36)}${index}`);
      all.push(one);
      tell(one);
    }
  } finally {
    await target.close();
    await rm(folder, { recursive: true, force: true });
  }
  return all;
}

type Kubectl = (line: string, input?: string) => Promise<Ran>;
interface Ran {
  code: number | null;
  out: string;
  said: string;
}

async function compare(target: Target, kubectl: Kubectl, command: string, mark: string): Promise<RealCase> {
  const [ours, theirs] = [`ours-${mark}`, `them-${mark}`];
  const faults: string[] = [];
  try {
    for (const namespace of [ours, theirs]) {
      const made = await kubectl("kubectl apply -f -", REAL_BASE.replaceAll("{ns}", namespace));
      if (made.code !== 0) return { text: command, faults: [`the namespace could not be made: ${made.said}`] };
    }
    await rest();
    const text = command.replaceAll("{ns}", ours);
    const before = await decided(kubectl, ours);
    const planned = await target.plan!(text, { signal: AbortSignal.timeout(LONGEST_MS), exact: true });
    if ((await decided(kubectl, ours)) !== before) faults.push("it changed the cluster while it was planned");
    if (!planned.impact.complete) faults.push(`the plan is incomplete: ${planned.impact.warnings.join("; ")}`);
    const request = { text, resolution: planned.resolution, access: "write" as const, timeoutMs: LONGEST_MS, rowCap: 1_000 };
    const work = planned.work === undefined ? {} : { work: planned.work };
    const done = await target.execute({ ...request, applicationName: "score", ...work }, SILENT, AbortSignal.timeout(LONGEST_MS));
    const alone = await kubectl(command.replaceAll("{ns}", theirs));
    // A line that writes and then fails has its writes sent, and was foretold to fail.
    const foretold = planned.impact.statements.some(({ willFail }) => willFail.length > 0);
    if ((done.state === "succeeded" && !foretold) !== (alone.code === 0))
      faults.push(`it ended ${done.state} (${done.error?.message ?? ""}), kubectl alone with ${alone.code}: ${alone.said}`);
    await rest();
    faults.push(...difference(await decided(kubectl, ours), await decided(kubectl, theirs), ours, theirs));
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error));
  } finally {
    await kubectl(`kubectl delete namespace ${ours} ${theirs} --wait=false --ignore-not-found`);
  }
  return { text: command, faults };
}

const rest = (): Promise<void> => new Promise((done) => setTimeout(done, REST_MS));

const SILENT: ExecuteSink = { columns: () => {}, rows: () => {}, end: () => {}, notice: () => {} };

/** Kinds whose objects people decide about. */
const KINDS =
  "deployments,statefulsets,daemonsets,jobs,cronjobs,pods,services,configmaps,secrets,serviceaccounts,roles,rolebindings,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,persistentvolumeclaims,resourcequotas,limitranges,ingresses.networking.k8s.io";

/** Fields that the server or a controller fills in, and differently each time. */
const FILLED =
  /^(uid|resourceVersion|creationTimestamp|generation|managedFields|selfLink|status|(batch\.kubernetes\.io\/)?controller-uid|clusterIPs?|nodePort|nodeName|secrets|kubectl\.kubernetes\.io\/restartedAt|deployment\.kubernetes\.io\/revision|deletionTimestamp|deletionGracePeriodSeconds)$/;

/** What people decided in a namespace, a line for each object; what controllers make of it is left out. */
async function decided(kubectl: Kubectl, namespace: string): Promise<string> {
  const { out } = await kubectl(`kubectl get ${KINDS} -n ${namespace} -o json`);
  const { out: itself } = await kubectl(`kubectl get namespace ${namespace} -o json --ignore-not-found`);
  const items = [...(JSON.parse(out) as { items: Item[] }).items, ...(itself === "" ? [] : [JSON.parse(itself) as Item])];
  return (
    items
      .filter(
        ({ metadata, type }) =>
          metadata.ownerReferences?.some((owner) => owner.controller) !== true && type !== "kubernetes.io/service-account-token",
      )
      // A name that the server has drawn is no decision.
      .map((item) => (item.metadata.generateName === undefined ? item : { ...item, metadata: { ...item.metadata, name: undefined } }))
      .map((item) => JSON.stringify(item, (key, value: unknown) => (FILLED.test(key) ? undefined : value)))
      // Admission mounts the account's token under a name of its own.
      .map((line) => line.replaceAll(/(-token|kube-api-access)-[a-z0-9]{5}/g, "$1"))
      .toSorted()
      .join("\n")
  );
}

interface Item {
  metadata: { generateName?: string; ownerReferences?: { controller?: boolean }[] };
  type?: string;
}

function difference(ours: string, theirs: string, name: string, other: string): string[] {
  const [left, right] = [ours.replaceAll(name, "{ns}").split("\n"), theirs.replaceAll(other, "{ns}").split("\n")];
  return [
    ...left.filter((line) => !right.includes(line)).map((line) => `left behind only by the plan: ${line}`),
    ...right.filter((line) => !left.includes(line)).map((line) => `left behind only by kubectl: ${line}`),
  ];
}

/** Lines as somebody types them into a shell. */
async function shell(folder: string, program: string, kubeconfig: string, line: string, input: string): Promise<Ran> {
  const file = join(folder, "line.sh");
  await writeFile(file, `kubectl() { "$KUBECTL" --kubeconfig "$CONFIG" "$@"; }\nset -e\n${line}\n`);
  const env = { PATH: process.env["PATH"] ?? "", HOME: folder, KUBECTL: program, CONFIG: kubeconfig } as unknown as NodeJS.ProcessEnv;
  const child = spawn("bash", [file], { env });
  child.stdin.end(input);
  const ended = new Promise<number | null>((done) => child.once("close", done));
  const [out, said] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  return { code: await ended, out, said: said.trim() };
}
