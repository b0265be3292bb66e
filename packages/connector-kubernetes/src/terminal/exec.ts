import { TargetError, type PodProgram, type TerminalChannel, type TerminalRequest } from "@interlock/connector";
import type { Json } from "@interlock/kube-model";
import type { OpenedCluster } from "../cluster/open-cluster.ts";
import { firstSign, markOf } from "./begin.ts";
import { openProgram } from "./open-program.ts";
import { checkPod, containerOf, readPod, whatBecame } from "./pod.ts";
import { endOf, type StreamEnd } from "./pod-stream.ts";
import { PodTerminal } from "./pod-terminal.ts";
import { begunFirst, endingScript, isMissing, isShellText, SHELLS, withVariables } from "./shells.ts";

/** Longest that ending a program by a second one may take, in milliseconds. */
const ENDING_MS = 900;

const STAYS = "Closing a link ends nothing in the container: the program, and what it started, may still run until the container ends.";

/** A shell in a container, or a program of one's own, beside what runs there. */
export async function openExec(
  cluster: OpenedCluster,
  place: PodProgram,
  request: TerminalRequest,
  signal: AbortSignal,
): Promise<TerminalChannel> {
  const pod = await readPod(cluster, place, signal);
  checkPod(pod, place);
  const { name: container } = containerOf(pod, place);
  const argv = request.program?.argv;
  if (argv !== undefined && !isShellText(argv)) return openArgv(cluster, { place, container, pod, argv }, request, signal);
  const shells = argv === undefined ? SHELLS : [begunFirst(argv)];
  for (const [program, option, script, ...rest] of shells as readonly [string, string, string, ...string[]][]) {
    const exec = [program, option, withVariables(script, request.environment ?? {}), ...rest];
    const stream = await openProgram(cluster, { ...place, container, what: { exec }, stdin: true, tty: true }, signal);
    stream.resize(request.columns, request.rows);
    const begun = await markOf(stream, signal);
    if ("pid" in begun) return terminalOf(cluster, { place, container, pod, pid: begun.pid }, stream, request);
    if (!notThere(begun.end, begun.said)) throw new TargetError("target_down", `The shell did not begin: ${whyOf(begun.end, begun.said)}.`);
  }
  throw new TargetError(
    "no_shell",
    `The image of ${container} has neither sh nor bash, as images without a distribution do. A debug container beside it brings a shell, and can see its processes.`,
  );
}

interface Entered {
  place: PodProgram;
  container: string;
  pod: Json;
}

async function openArgv(
  cluster: OpenedCluster,
  { place, container, pod, argv }: Entered & { argv: readonly string[] },
  request: TerminalRequest,
  signal: AbortSignal,
): Promise<TerminalChannel> {
  const stream = await openProgram(cluster, { ...place, container, what: { exec: argv }, stdin: true, tty: true }, signal);
  stream.resize(request.columns, request.rows);
  const end = await firstSign(stream, signal);
  if (end !== undefined && !("status" in end && "exitCode" in end.status)) {
    const missing = notThere(end, "");
    throw new TargetError(missing ? "not_found" : "target_down", `${argv[0]} did not begin: ${whyOf(end, "")}.`);
  }
  return terminalOf(cluster, { place, container, pod }, stream, request);
}

function terminalOf(
  cluster: OpenedCluster,
  { place, container, pod, pid }: Entered & { pid?: number },
  stream: Awaited<ReturnType<typeof openProgram>>,
  size: { columns: number; rows: number },
): TerminalChannel {
  return new PodTerminal({
    stream,
    size,
    ...(pid === undefined ? {} : { ask: () => endProgram(cluster, { ...place, container }, pid) }),
    mayStillRun: STAYS,
    exits: true,
    became: () => whatBecame(cluster, pod, container),
  });
}

/** Ends a program by another one in the same container: the protocol has no signals. Never rejects. */
export async function endProgram(cluster: OpenedCluster, place: PodProgram & { container: string }, pid: number): Promise<string> {
  const signal = AbortSignal.timeout(ENDING_MS);
  try {
    const stream = await openProgram(cluster, { ...place, what: { exec: endingScript(pid) }, stdin: false, tty: false }, signal);
    stream.onData(() => {});
    signal.addEventListener("abort", () => stream.close("it took too long"), { once: true });
    stream.resume();
    const { exitCode } = endOf(await stream.ended);
    return exitCode === 0 ? "Sent HUP to the shell" : exitCode === 9 ? "Sent HUP and KILL to the shell" : "";
  } catch (error) {
    if (error instanceof TargetError) return "";
    throw error;
  }
}

/** Whether the image has no such program. */
function notThere(end: StreamEnd, said: string): boolean {
  if (!("status" in end)) return false;
  const { status } = end;
  return "failed" in status ? isMissing(status.failed) : status.exitCode === 127 || (status.exitCode === 126 && isMissing(said));
}

function whyOf(end: StreamEnd, said: string): string {
  const { exitCode, why } = endOf(end);
  const last = said.trim().split("\n").at(-1)?.trim() ?? "";
  return why ?? `it ended with exit code ${exitCode}${last === "" ? "" : ` (${last.slice(0, 200)})`}`;
}
