import { isRecord, type Json } from "../../json.ts";
import type { Check } from "../check.ts";
import { word } from "../fix.ts";
import { type Inventory, namespaceOf } from "../inventory.ts";
import { containerCheck } from "../rules.ts";
import type { ContainerAt } from "../workload.ts";

type Kind = "requests" | "limits";

const says = (resources: Json, kind: Kind, resource: string): boolean =>
  resources?.[kind]?.[resource] !== undefined && resources[kind][resource] !== null;

/** Whether a container has it, or resources of the whole pod (1.34) stand for those of its containers. */
export const isSet = (at: ContainerAt, kind: Kind, resource: string, inventory: Inventory): boolean =>
  says(at.workload.spec["resources"], kind, resource) || isSetOfContainer(at, kind, resource, inventory);

/** Whether a container has it by what it says itself or by a LimitRange. A limit stands for a request that is not there. */
export const isSetOfContainer = ({ container, workload }: ContainerAt, kind: Kind, resource: string, inventory: Inventory): boolean =>
  says(container["resources"], kind, resource) ||
  (kind === "requests" && container["resources"]?.limits?.[resource] !== undefined) ||
  isGiven(inventory, namespaceOf(workload.source.object), kind, resource);

export const LIMIT_RANGE = "/LimitRange";

/**
 * Whether a LimitRange of the namespace gives it to containers that say nothing. A default limit that is not there is the `max`; a default
 * request that is not there is the default limit, else the `min` (Kubernetes, SetDefaults_LimitRange).
 */
function isGiven(inventory: Inventory, namespace: string | undefined, kind: Kind, resource: string): boolean {
  const fields = kind === "limits" ? ["default", "max"] : ["defaultRequest", "default", "max", "min"];
  return inventory.in(LIMIT_RANGE, namespace).some(({ object }) => {
    const limits: Json = object["spec"]?.["limits"];
    return (
      Array.isArray(limits) &&
      limits.some((one) => one?.["type"] === "Container" && fields.some((field) => one[field]?.[resource] !== undefined))
    );
  });
}

const amount = (kind: Kind, resource: "cpu" | "memory", about: { severity: "medium" | "low"; title: string; why: string }): Check =>
  containerCheck({
    id: `${resource}-${kind.slice(0, -1)}`,
    area: "resources",
    ...about,
    of: "app",
    also: [LIMIT_RANGE],
    bad: (at, inventory) => (isSet(at, kind, resource, inventory) ? undefined : { path: [...at.path, "resources", kind, resource] }),
    says: (one) => `${one ? "has" : "have"} no ${resource === "cpu" ? "CPU" : "memory"} ${kind.slice(0, -1)}`,
    decision: `How much does it use? kubectl top pods --containers tells for now, a metrics history better; ${word(resource)} is then set by kubectl set resources.`,
  });

const probe = (at: ContainerAt, kind: "livenessProbe" | "readinessProbe"): Json => at.container[kind];

/** Jobs end; nobody sends requests to them, and nobody waits for them to be ready. */
const serves = ({ workload: { kind } }: ContainerAt): boolean => kind !== "Job" && kind !== "CronJob";

/** What a pod may use and how it is known to be well. */
export const RESOURCES: readonly Check[] = [
  amount("requests", "cpu", {
    severity: "medium",
    title: "No CPU request",
    why: "The scheduler puts pods without a request anywhere, and on a busy node they get next to no time; autoscaling by CPU cannot count them.",
  }),
  amount("requests", "memory", {
    severity: "medium",
    title: "No memory request",
    why: "The scheduler takes it for nothing, so that nodes are overfilled; such pods are the first to be evicted.",
  }),
  amount("limits", "memory", {
    severity: "medium",
    title: "No memory limit",
    why: "One leak takes the memory of the node, and the kernel then ends whatever it likes on it.",
  }),
  amount("limits", "cpu", {
    severity: "low",
    title: "No CPU limit",
    why: "Without a limit a busy container takes all idle time of its node. With requests everywhere this is mostly harmless, which is why some leave it out on purpose.",
  }),
  containerCheck({
    id: "liveness-probe",
    title: "No liveness probe",
    severity: "low",
    area: "availability",
    why: "A program that hangs without ending is never started again.",
    of: "app",
    bad: (at) => (serves(at) && probe(at, "livenessProbe") === undefined ? { path: [...at.path, "livenessProbe"] } : undefined),
    says: (one) => `${one ? "has" : "have"} no liveness probe`,
    decision: "What tells that it hangs? A cheap answer of its own, with nothing that it depends on.",
  }),
  containerCheck({
    id: "readiness-probe",
    title: "No readiness probe",
    severity: "medium",
    area: "availability",
    why: "Requests are sent to a pod from the moment its process starts, and a rollout goes on although nothing works.",
    of: "app",
    bad: (at) => (serves(at) && probe(at, "readinessProbe") === undefined ? { path: [...at.path, "readinessProbe"] } : undefined),
    says: (one) => `${one ? "has" : "have"} no readiness probe`,
    decision: "What tells that it can answer? A path of its own, or its port.",
  }),
  containerCheck({
    id: "identical-probes",
    title: "Liveness and readiness asked the same",
    severity: "medium",
    area: "availability",
    why: "What only cannot answer for a while is started anew instead of being left alone: a slow database becomes an outage of everything before it.",
    of: "app",
    bad: (at) => {
      const [alive, ready] = [probe(at, "livenessProbe"), probe(at, "readinessProbe")];
      return isRecord(alive) && isRecord(ready) && asked(alive) === asked(ready) ? { path: [...at.path, "livenessProbe"] } : undefined;
    },
    says: (one) => `${one ? "asks" : "ask"} the same for liveness and readiness`,
    decision: "What tells that it hangs, and not only that it is busy? Ask that for liveness, with more patience.",
  }),
];

/** What is asked and how long one is patient; a more patient liveness probe is another question. */
function asked(of: Json): string {
  const { httpGet, tcpSocket, exec, grpc, failureThreshold = 3, periodSeconds = 10 } = of;
  return JSON.stringify([httpGet, tcpSocket, exec, grpc, failureThreshold * periodSeconds]);
}
