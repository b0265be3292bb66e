import type { RequestRecord } from "@interlock/kube-sim";
import {
  applyWrites,
  freezeFiles,
  openCluster,
  readCommand,
  runKubectl,
  type CommandLine,
  type Files,
  type PlannedWrite,
  type RefusedRequest,
} from "../src/index.ts";
import { FOLLOWING } from "../src/kubectl/verbs.data.ts";
import { onlyReads } from "../src/parse.ts";
import { openPlanner } from "../src/plan-line.ts";
import type { Case } from "./cases/case.ts";
import { startCluster, type Drawn } from "./cluster.ts";
import { writeOfPlan, writeOfRequest, type ComparedWrite } from "./compared-write.ts";
import { FILES } from "./files.data.ts";
import { named, type Names } from "./fixture.ts";
import { differences, snapshot } from "./left-behind.ts";

export interface CaseResult {
  text: string;
  /** Verb and flags of each line, without their values. */
  shapes: string[];
  planned: ComparedWrite[];
  /** What kubectl alone did to a cluster just like it. */
  done: ComparedWrite[];
  refused: readonly RefusedRequest[];
  /** Writes that reached the cluster while planning, changes that it kept, and objects that were other ones afterwards. All must be 0. */
  writesWhilePlanning: number;
  changesWhilePlanning: number;
  objectsChangedWhilePlanning: number;
  /** Exit code of each line, while planning and alone. */
  codes: { planned: (number | string)[]; alone: (number | string)[] };
  writes: readonly PlannedWrite[];
  /** How sending the planned writes ended, afterwards, and where what they left differs from what kubectl alone left. */
  applied: { state: string; failures: string[]; differences: string[] };
  /** What was printed while planning, and alone. */
  output: { planned: string; alone: string };
}

/** Longest one line may take, in milliseconds; a line that waits for something that never comes ends then. */
const LINE_MS = 60_000;

/** Of a fixed length of certificates there is no text file. */
export type MoreFiles = Readonly<Record<string, string>>;

function filesOf(text: string, names: Names, more: MoreFiles): Files {
  const all = Object.entries({ ...FILES, ...more });
  const whole = /-f \.(\s|$)/.test(text);
  const used = all.filter(([name]) => {
    const folder = name.includes("/") ? name.slice(0, name.indexOf("/")) : undefined;
    if (folder !== undefined) return new RegExp(`(-f|-k|kustomize) ${folder}\\b`).test(text);
    return text.includes(name) || (whole && /^(made|pod|account)\.yaml$|^list\.json$|^note\.txt$/.test(name));
  });
  return new Map(used.map(([name, content]) => [name, Buffer.from(named(content, names))]));
}

/** Plans a command on one cluster and runs it, with kubectl alone, on another that began the same. */
export async function planCase(one: Case, drawn: Drawn, program: string, more: MoreFiles): Promise<CaseResult> {
  const text = named(one.text, drawn.names);
  const read = readCommand(text);
  if (read.diagnostics.length > 0) throw new Error(`${text}: ${read.diagnostics[0]!.message}`);
  const frozen = await freezeFiles(read.lines, filesOf(one.text, drawn.names, more), { signal: AbortSignal.timeout(LINE_MS) });
  if (!frozen.ok) throw new Error(`${text}: ${frozen.reason}`);
  const run = async (runLine: (line: CommandLine, onOutput: (chunk: Buffer) => void) => Promise<string | number>, planning: boolean) => {
    const codes: (number | string)[] = [];
    let output = "";
    for (const line of frozen.lines) {
      // What waits for the cluster to move on is not run while planning, and fails there where it would fail alone as well.
      const waits = FOLLOWING[line.verb] === "always";
      const code = planning && waits ? "waits" : await runLine(line, (chunk) => (output += chunk.toString()));
      codes.push(waits ? "waits" : code);
      // A command ends with its first line that fails.
      if (code !== 0 && code !== "waits" && !onlyReads(line)) break;
    }
    return { codes, output };
  };
  const options = (line: CommandLine, onOutput: (chunk: Buffer) => void) => ({
    files: frozen.files,
    ...(line.stdin === undefined ? {} : { stdin: Buffer.from(line.stdin) }),
    signal: AbortSignal.timeout(LINE_MS * 2),
    timeoutMs: LINE_MS,
    maxOutputBytes: 10_000_000,
    onOutput: (_stream: string, chunk: Buffer) => onOutput(chunk),
  });

  const [sim, alone] = await Promise.all([startCluster(drawn), startCluster(drawn)]);
  const cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  const planner = await openPlanner({ cluster, program, namespace: "default" });
  const { gate } = planner;
  try {
    const before = { writes: sim.writes(), requests: sim.requests.length, objects: snapshot(sim) };
    const planned = await run(async (line, onOutput) => {
      const { outcome } = await planner.run(line, options(line, onOutput));
      return outcome.code ?? outcome.state;
    }, true);
    const reached = sim.requests.slice(before.requests);
    const changesWhilePlanning = sim.writes() - before.writes;
    const after = snapshot(sim);
    const objectsChangedWhilePlanning = [...before.objects].filter(([place, object]) => after.get(place) !== object).length;
    const from = alone.requests.length;
    const ran = await run(async (line, onOutput) => {
      const outcome = await runKubectl({
        ...options(line, onOutput),
        program,
        argv: line.argv,
        serverUrl: alone.url,
        namespace: "default",
      });
      return outcome.code ?? outcome.state;
    }, false);
    const outcome = await applyWrites({ cluster, writes: gate.writes, signal: AbortSignal.timeout(LINE_MS) });
    sim.settle();
    alone.settle();
    return {
      text,
      shapes: read.lines.map(shapeOf),
      applied: {
        state: outcome.state,
        failures: outcome.writes.flatMap(({ index, state, message }) => (state === "done" ? [] : [`${index} ${state}: ${message ?? ""}`])),
        // Which pods come again where after a drain depends on the order they went in, which is nobody's.
        differences: differences(sim.objects(), alone.objects()).filter(
          (one) => !(text.includes("kubectl drain") && one.startsWith("v1 Pod ")),
        ),
      },
      planned: gate.writes.map(writeOfPlan),
      done: alone.requests.slice(from).flatMap((request) => (isWrite(request) && request.code < 300 ? [writeOfRequest(request)] : [])),
      refused: gate.refused,
      writesWhilePlanning: reached.filter(isWrite).length,
      changesWhilePlanning,
      objectsChangedWhilePlanning,
      codes: { planned: planned.codes, alone: ran.codes },
      writes: gate.writes,
      output: { planned: planned.output, alone: ran.output },
    };
  } finally {
    await planner.close();
    await cluster.close();
    await Promise.all([sim.stop(), alone.stop()]);
  }
}

/** e.g. `delete --all --wait`. */
function shapeOf({ verb, argv }: CommandLine): string {
  const end = argv.indexOf("--");
  const flags = (end === -1 ? argv : argv.slice(0, end)).filter((word) => word.startsWith("--")).map((word) => word.split("=", 1)[0]!);
  return [verb, ...new Set(flags.filter((flag) => flag !== "--namespace"))].toSorted((left, right) => (left < right ? -1 : 1)).join(" ");
}

/** A request that may change something: no read, no review of rights, no dry run in the query or in the options of a delete. */
export function isWrite(request: RequestRecord): boolean {
  if (request.method === "GET" || /\/(selfsubject|localsubject|subject)[a-z]*reviews/.test(request.url)) return false;
  const inQuery = /[?&]dryRun=All(&|$)/.test(request.url);
  // An eviction has its options in its body, too.
  if (request.method !== "DELETE" && !/\/eviction(\?|$)/.test(request.url)) return !inQuery;
  // The server goes by the body when there is one.
  return request.body.length === 0 ? !inQuery : !request.body.includes("All");
}
