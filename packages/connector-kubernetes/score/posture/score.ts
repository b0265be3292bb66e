import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKS, Inventory, postureOf, type KubeObject, type PostureFix } from "@interlock/kube-model";
import { POSTURE_CASES } from "@interlock/kube-model/testing";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { openCluster } from "../../src/index.ts";
import { readCommand } from "../../src/kubectl/command.ts";
import { readObjects } from "../../src/posture/read-posture.ts";

export interface FixOutcome {
  check: string;
  /** `mended`: the check finds nothing any more. `decided`: there is nothing to run before somebody has decided. */
  outcome: "mended" | "decided" | "not taken" | "failed";
  detail?: string;
}

/** Puts what each check must find into a cluster, runs the fix with kubectl and looks again. */
export async function scoreFixes(program: string, checks = CHECKS.map(({ id }) => id)): Promise<FixOutcome[]> {
  const outcomes: FixOutcome[] = [];
  for (const check of checks) outcomes.push(await scoreFix(program, check));
  return outcomes;
}

async function scoreFix(program: string, check: string): Promise<FixOutcome> {
  const sim = await startKubeSim({ nodes: 2 });
  try {
    try {
      put(sim, POSTURE_CASES[check]!.fails);
    } catch (error) {
      // What no server takes is found in manifests alone.
      return { check, outcome: "not taken", detail: error instanceof Error ? error.message : String(error) };
    }
    sim.settle();
    const before = await found(sim, check);
    if (before.length === 0) return { check, outcome: "not taken", detail: "the cluster has mended it itself" };
    const lines = before.flatMap(linesOf);
    if (lines.length === 0) return { check, outcome: "decided" };
    for (const line of lines) await run(program, sim, line);
    sim.settle();
    const after = await found(sim, check);
    return after.length === 0 ? { check, outcome: "mended" } : { check, outcome: "failed", detail: lines.join("\n") };
  } catch (error) {
    return { check, outcome: "failed", detail: error instanceof Error ? error.message : String(error) };
  } finally {
    await sim.stop();
  }
}

/** Of choices the first is as good as any. */
const linesOf = ({ lines, choices }: PostureFix): string[] => (lines.length > 0 ? [...lines, ...choices.slice(0, 1)] : choices.slice(0, 1));

/** With the namespaces that its objects are in. */
function put(sim: KubeSim, objects: readonly KubeObject[]): void {
  const named = new Set(objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => String(metadata?.name)));
  const wanted = new Set(objects.flatMap(({ metadata }) => (metadata?.namespace === undefined ? [] : [String(metadata.namespace)])));
  const homes = [...wanted].filter((name) => !named.has(name) && !["default", "kube-system"].includes(name));
  const first = objects.filter(({ kind }) => kind === "Namespace");
  const rest = objects.filter(({ kind }) => kind !== "Namespace");
  sim.load([...homes.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })), ...first, ...rest]);
}

/** What is found of what was put there, and of nothing else. */
async function found(sim: KubeSim, check: string): Promise<PostureFix[]> {
  const cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  try {
    const { objects, unread } = await readObjects(cluster, AbortSignal.timeout(30_000));
    const inventory = new Inventory({ sources: objects.map((object) => ({ object })), from: "cluster", unread });
    const { findings } = postureOf(inventory, { checks: [check] });
    return findings
      .filter(({ system, object }) => !system && !/^v1 Namespace default$|StorageClass gp3$/.test(object))
      .map(({ fix }) => fix);
  } finally {
    await cluster.close();
  }
}

async function run(program: string, sim: KubeSim, line: string): Promise<void> {
  const { lines, diagnostics } = readCommand(line);
  if (diagnostics.length > 0) throw new Error(`a room does not take it: ${line}`);
  const folder = await mkdtemp(join(tmpdir(), "interlock-score-"));
  try {
    await writeFile(join(folder, "config"), sim.kubeconfig());
    for (const { argv, stdin } of lines) {
      await new Promise<void>((done, failed) => {
        const child = execFile(program, ["--kubeconfig", join(folder, "config"), ...argv], (error, _out, said) =>
          error === null ? done() : failed(new Error(`${line}: ${said}`)),
        );
        child.stdin?.end(stdin ?? "");
      });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
