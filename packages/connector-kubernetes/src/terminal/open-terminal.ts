import { TargetError, type TerminalChannel, type TerminalRequest } from "@interlock/connector";
import type { OpenedCluster } from "../cluster/open-cluster.ts";
import { openAttach } from "./attach.ts";
import { openDebug } from "./debug.ts";
import { openExec } from "./exec.ts";

const MODES = { exec: openExec, attach: openAttach, debug: openDebug } as const;

/** Opens a terminal in a pod. A cluster itself has no shell. */
export function openTerminal(cluster: OpenedCluster, request: TerminalRequest, signal: AbortSignal): Promise<TerminalChannel> {
  const place = request.program?.pod;
  if (place === undefined) throw new TargetError("bad_request", "A shell of a cluster is opened in a pod; none is named.");
  return MODES[place.mode ?? "exec"](cluster, place, request, signal);
}
