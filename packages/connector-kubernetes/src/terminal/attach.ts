import type { PodProgram, TerminalChannel, TerminalRequest } from "@interlock/connector";
import type { OpenedCluster } from "../cluster/open-cluster.ts";
import { openProgram } from "./open-program.ts";
import { checkPod, containerOf, readPod, whatBecame } from "./pod.ts";
import { PodTerminal } from "./pod-terminal.ts";

/** Joins the program that a container was started with. What it said before is in its log. */
export async function openAttach(
  cluster: OpenedCluster,
  place: PodProgram,
  request: TerminalRequest,
  signal: AbortSignal,
): Promise<TerminalChannel> {
  const pod = await readPod(cluster, place, signal);
  checkPod(pod, place);
  const { name: container, stdin, tty } = containerOf(pod, place);
  const stream = await openProgram(cluster, { ...place, container, what: "attach", stdin, tty }, signal);
  return new PodTerminal({
    stream,
    size: request,
    drawnBefore: tty,
    ...(stdin
      ? {}
      : {
          readOnly: `The container ${container} was started without a standard input (its spec has no stdin: true): what it says is shown, and nothing can be typed.`,
        }),
    mayStillRun: `The container's own program goes on: whoever joins it does not own it.`,
    exits: false,
    became: () => whatBecame(cluster, pod, container),
  });
}
