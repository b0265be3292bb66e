import type { Json } from "../json.ts";
import type { Pair } from "./change.ts";
import type { Network } from "./network.ts";
import type { Direction } from "./policy.ts";

/**
 * Whether an answer rests on an address that a Service may rewrite: of what comes from outside the source's, of what leaves to an endpoint
 * outside the destination's. Whether rules see addresses before or after that is not defined (Concept "Network Policies", "Behavior of to
 * and from selectors"). `service`: `namespace/name`.
 */
export function rewritingDoubts(network: Network, pairs: readonly Pair[], service: string): string[] {
  const [namespace, name] = service.split("/") as [string, string];
  const spec: Json = network.service(namespace, name)?.["spec"];
  const doubts = new Set<string>();
  for (const { from, to } of pairs) {
    if (!("pod" in from) && "pod" in to && goesByAddress(network, to, "ingress") && spec?.["externalTrafficPolicy"] !== "Local")
      doubts.add(
        `Service ${service} may pass on what comes from outside with the address of a node, as externalTrafficPolicy Cluster has it: a rule for an ipBlock would then be held against that.`,
      );
    if (!("pod" in to) && "pod" in from && goesByAddress(network, from, "egress"))
      doubts.add(`Whether a rule for an ipBlock is held against the address of Service ${service} or of its endpoint is not defined.`);
  }
  return [...doubts];
}

const goesByAddress = (network: Network, { pod }: Extract<Pair["from"], { pod: unknown }>, direction: Direction): boolean =>
  network
    .isolating(pod, direction)
    .some((policy) => policy[direction]!.some(({ peers }) => peers?.some(({ kind }) => kind === "block") === true));
