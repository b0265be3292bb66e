import { TargetError } from "@interlock/connector";
import { reachability } from "@interlock/kube-model";
import type { Reachability, ReachQuestion } from "@interlock/protocol";
import type { ClusterView } from "../impact/cluster-view.ts";
import { readNetwork } from "./read-network.ts";

/** Most that is said of what could not be read. */
const MISSING = 10;

/**
 * Whether a cluster's NetworkPolicies let a connection through, read from it as it is now. Rejects with `not_found` for names that are not
 * there, and with TargetError where the answer itself would rest on what could not be read.
 */
export async function reach(view: ClusterView, question: ReachQuestion): Promise<Reachability> {
  const { network, besides, missing } = await readNetwork(view, question);
  const answer = reachability(network, question);
  if ("unknown" in answer) {
    const why = missing.length === 0 ? "" : ` Not everything could be read: ${missing.join("; ")}.`;
    throw new TargetError("not_found", `${answer.unknown}${why}`);
  }
  if (missing.length === 0 && besides.length === 0) return answer;
  const notes = missing.slice(0, MISSING).map((one) => `${one}: what it has is in neither the answer nor in what a change would open.`);
  return { ...answer, certain: false, notes: [...answer.notes, ...besides, ...notes] };
}
