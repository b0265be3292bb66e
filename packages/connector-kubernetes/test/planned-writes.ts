import type { KubeSim } from "@interlock/kube-sim";
import { freezeFiles, openCluster, openGate, readCommand, runKubectl, type OpenedCluster, type PlannedWrite } from "../src/index.ts";
import { kubectlFor } from "../src/testing.ts";

/** Absent where there is none: the tests of plans in this folder are then not run, which is said once for each file. */
export const kubectl = await kubectlFor("tests of plans, of their impact and of undo");

/** A connection to a simulator; both are closed by what is put on the list. */
export async function clusterOf(sim: KubeSim, open: (() => Promise<void>)[]): Promise<OpenedCluster> {
  open.push(() => sim.stop());
  const cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  open.push(() => cluster.close());
  return cluster;
}

/** What kubectl would write for a command. */
export async function planned(cluster: OpenedCluster, text: string): Promise<readonly PlannedWrite[]> {
  const signal = AbortSignal.timeout(60_000);
  const { lines, diagnostics } = readCommand(text);
  if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
  const frozen = await freezeFiles(lines, new Map(), { signal });
  if (!frozen.ok) throw new Error(frozen.reason);
  const gate = await openGate({ cluster, mode: "plan" });
  try {
    for (const line of frozen.lines) {
      await runKubectl({
        program: kubectl!,
        argv: line.argv,
        serverUrl: gate.url,
        namespace: "default",
        files: frozen.files,
        ...(line.stdin === undefined ? {} : { stdin: Buffer.from(line.stdin) }),
        signal,
        timeoutMs: 20_000,
        maxOutputBytes: 1_000_000,
        onOutput: () => {},
      });
    }
    return [...gate.writes];
  } finally {
    await gate.close();
  }
}
