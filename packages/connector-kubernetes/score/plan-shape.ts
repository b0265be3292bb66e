import { startKubeSim, type KubeSim, type RequestRecord } from "@interlock/kube-sim";
import {
  applyWrites,
  freezeFiles,
  openCluster,
  openGate,
  readCommand,
  runKubectl,
  type CommandLine,
  type Files,
  type PlannedWrite,
  type RefusedRequest,
} from "../src/index.ts";
import { FIXTURE, NAMESPACES } from "./fixture.ts";
import type { Shape } from "./shapes.data.ts";
import { differences, type Objects } from "./left-behind.ts";
import { writeOfPlan, writeOfRequest, type ComparedWrite } from "./compared-write.ts";

export interface ShapeResult {
  planned: ComparedWrite[];
  /** What kubectl alone did to a cluster just like it. */
  done: ComparedWrite[];
  refused: readonly RefusedRequest[];
  /** Writes that reached the cluster while planning, and changes that it kept. Both must be 0. */
  writesWhilePlanning: number;
  changesWhilePlanning: number;
  /** Exit code of each line, while planning and alone. */
  codes: { planned: (number | string)[]; alone: (number | string)[] };
  writes: readonly PlannedWrite[];
  /** How sending the planned writes ended, afterwards, and where what they left differs from what kubectl alone left. */
  applied: { state: string; failures: string[]; differences: string[] };
  /** What was printed while planning, and alone. */
  output: { planned: string; alone: string };
}

export async function startFixture(): Promise<KubeSim> {
  const sim = await startKubeSim({ nodes: 0 });
  sim.load(NAMESPACES);
  sim.settle();
  sim.load(FIXTURE);
  sim.settle();
  // A second revision, to go back from.
  await fetch(`${sim.url}/apis/apps/v1/namespaces/payments/deployments/worker`, {
    method: "PATCH",
    headers: { "content-type": "application/strategic-merge-patch+json" },
    body: '{"spec":{"template":{"spec":{"containers":[{"name":"worker","image":"worker:2"}]}}}}',
  });
  sim.settle();
  return sim;
}

/** Longest one line may take, in milliseconds; a line that waits for something that never comes ends then. */
const LINE_MS = 60_000;

/** Plans a command on one cluster and runs it, with kubectl alone, on another that began the same. */
export async function planShape(shape: Shape, program: string): Promise<ShapeResult> {
  const files: Files = new Map(Object.entries(shape.files ?? {}).map(([name, text]) => [name, Buffer.from(text)]));
  const read = readCommand(shape.text);
  if (read.diagnostics.length > 0) throw new Error(`${shape.text}: ${read.diagnostics[0]!.message}`);
  const frozen = await freezeFiles(read.lines, files, { signal: AbortSignal.timeout(LINE_MS) });
  if (!frozen.ok) throw new Error(`${shape.text}: ${frozen.reason}`);
  const run = async (lines: readonly CommandLine[], serverUrl: string) => {
    const codes: (number | string)[] = [];
    let output = "";
    for (const line of lines) {
      const stdin = line.stdin ?? (line.readsStdin ? shape.stdin : undefined);
      const outcome = await runKubectl({
        program,
        argv: line.argv,
        serverUrl,
        namespace: "default",
        files: frozen.files,
        ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin) }),
        signal: AbortSignal.timeout(LINE_MS * 2),
        timeoutMs: LINE_MS,
        maxOutputBytes: 10_000_000,
        onOutput: (_stream, chunk) => {
          output += chunk.toString();
        },
      });
      codes.push(outcome.code ?? outcome.state);
    }
    return { codes, output };
  };

  const sim = await startFixture();
  const alone = await startFixture();
  const cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  const gate = await openGate({ cluster, mode: "plan" });
  try {
    const before = { writes: sim.writes(), requests: sim.requests.length };
    const planned = await run(frozen.lines, gate.url);
    const reached = sim.requests.slice(before.requests);
    const changesWhilePlanning = sim.writes() - before.writes;
    const from = alone.requests.length;
    // The kubeconfig of a run has a path for its secret; a cluster has none.
    const ran = await run(frozen.lines, alone.url);
    const outcome = await applyWrites({ cluster, writes: gate.writes, signal: AbortSignal.timeout(LINE_MS) });
    const applied = {
      state: outcome.state,
      failures: outcome.writes.flatMap(({ index, state, message }) => (state === "done" ? [] : [`${index} ${state}: ${message ?? ""}`])),
      differences: differences(gate.writes, settled(sim), settled(alone)),
    };
    return {
      applied,
      planned: gate.writes.map(writeOfPlan),
      done: alone.requests.slice(from).flatMap((request) => (isWrite(request) && request.code < 300 ? [writeOfRequest(request)] : [])),
      refused: gate.refused,
      writesWhilePlanning: reached.filter(isWrite).length,
      changesWhilePlanning,
      codes: { planned: planned.codes, alone: ran.codes },
      writes: gate.writes,
      output: { planned: planned.output, alone: ran.output },
    };
  } finally {
    await gate.close();
    await cluster.close();
    await sim.stop();
    await alone.stop();
  }
}

/** A request that may change something: no read, no review of rights, no dry run in the query or in the options of a delete. */
function isWrite(request: RequestRecord): boolean {
  if (request.method === "GET" || /\/(selfsubject|localsubject|subject)[a-z]*reviews/.test(request.url)) return false;
  const inQuery = /[?&]dryRun=All(&|$)/.test(request.url);
  // An eviction has its options in its body, too.
  if (request.method !== "DELETE" && !/\/eviction(\?|$)/.test(request.url)) return !inQuery;
  // The server goes by the body when there is one.
  return request.body.length === 0 ? !inQuery : !request.body.includes("All");
}

function settled(sim: KubeSim): Objects {
  sim.settle();
  return sim.objects();
}
