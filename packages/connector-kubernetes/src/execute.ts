import { TargetError, type ExecuteOutcome, type ExecuteRequest, type ExecuteSink } from "@interlock/connector";
import { apply } from "./apply/run.ts";
import type { OpenedCluster } from "./cluster/open-cluster.ts";
import { read } from "./read.ts";
import { openWork } from "./work.ts";

export interface Runner {
  cluster: OpenedCluster;
  /** Absolute path of kubectl; undefined where there is none. */
  program: string | undefined;
}

/** Sends what was planned; a command that planned no write reads, behind a gate that lets nothing else through. */
export async function execute(runner: Runner, request: ExecuteRequest, sink: ExecuteSink, signal: AbortSignal): Promise<ExecuteOutcome> {
  const sealed = request.resolution.targets.some((target) => target.startsWith("~work="));
  if (!sealed && request.work === undefined) return read(runner, request, sink, signal);
  const work = request.work && openWork(request.work, request.resolution.targets);
  if (!work) throw new TargetError("targets_changed", "What was agreed to is not what is stored.");
  if (request.access !== "write") throw new TargetError("bad_request", "A command that writes was called a read.");
  return apply(runner.cluster, work, request, sink, signal);
}
