import type { Loss } from "@interlock/protocol";
import { BUILT_IN } from "../gate/api-facts.ts";
import { ownAddresses } from "../impact/addresses.ts";
import { isFinished } from "../impact/endpoints.ts";
import type { Closure } from "../impact/closure.ts";
import { keyOfType } from "../impact/resource-types.ts";
import { fleetingVolumes } from "../impact/volumes.ts";
import { hasEnded } from "./comes-back.ts";
import { nameOf, type World, type WorldObject } from "../impact/world.ts";

/** What cannot come back of a delete, told once for each thing that matters and in sum for the rest. */
export function lossesOf(world: World, target: WorldObject, { taken, own }: Closure, gone: ReadonlySet<WorldObject>): Loss[] {
  const losses: Loss[] = [];
  const add = (object: WorldObject, why: string, matters = true): void =>
    void losses.push({ object: nameOf(object), why, ...(matters ? {} : { minor: true }) });
  for (const { lost } of [own, ...taken]) if (lost !== undefined) losses.push(lost);
  let made = 0;
  let jobs = 0;
  for (const object of gone) {
    switch (keyOfType(object.type)) {
      case "/services":
      case "networking.k8s.io/ingresses":
      case "gateway.networking.k8s.io/gateways":
        losses.push(...lostAddress(world, object));
        break;
      case "/serviceaccounts": {
        const running = [...world.all("/pods", object.namespace)].filter((pod) => !gone.has(pod) && runsAs(pod, object.name)).length;
        if (running > 0)
          add(
            object,
            `tokens of ${running === 1 ? "1 pod that runs as it stay" : `${running} pods that run as it stay`} void until the kubelet renews them or they restart`,
          );
        break;
      }
      case "batch/jobs":
        if (hasEnded(object)) break;
        if (object.owners.some((owner) => owner.controller)) jobs++;
        else add(object, "it starts again from the beginning", object.body !== undefined);
        break;
      case "certificates.k8s.io/certificatesigningrequests":
        add(object, "its approval and its certificate do not come back");
        break;
      case "/pods":
        if (object !== target && object.owners.some((owner) => owner.controller)) made++;
        else if (isFinished(object)) add(object, "it has finished and is not run again", false);
        else if (object.owners.every((owner) => !owner.controller) && fleetingVolumes(object).length > 0) {
          add(object, `the data in its emptyDir ${fleetingVolumes(object).join(", ")} ends with it`);
        }
        break;
      case "/secrets":
        if (object.tokenOf !== undefined) add(object, "its token ends; a new one is issued under its name");
        break;
      case "/nodes":
        add(object, "its addresses, conditions and capacity are there again once its kubelet reports them, if that still runs", false);
        break;
      default:
    }
  }
  const sum = (count: number, one: string, many: string, why: string): void =>
    void (count > 0 && add(target, `${count} ${count === 1 ? one : many}: ${why}`, false));
  if (made > 0) {
    const words = made === 1 ? "1 pod comes back under a new name and address" : `${made} pods come back under new names and addresses`;
    add(target, `${words}: their controllers make them`, false);
  }
  sum(jobs, "run of a CronJob is not started again", "runs of CronJobs are not started again", "the next come by their schedule");
  sum(
    [...gone].filter((object) => isCustom(object)).length,
    "custom resource comes back without its status",
    "custom resources come back without their status",
    "their controllers write it anew",
  );
  sum(
    [...gone].filter((object) => revisionsOf(world, object) > 1).length,
    "workload comes back without its rollout history",
    "workloads come back without their rollout history",
    "kubectl rollout undo finds no earlier revision",
  );
  return losses;
}

/** The address that is given up with it, if it has one of its own. */
export function lostAddress(world: World, object: WorldObject): Loss[] {
  const addresses = ownAddresses(world, object);
  if (addresses.length === 0) return [];
  return [{ object: nameOf(object), why: `its load-balancer address ${addresses.join(", ")} is given up, and may not be had again` }];
}

const runsAs = (pod: WorldObject, account: string): boolean =>
  !isFinished(pod) && (pod.body?.["spec"]?.["serviceAccountName"] ?? "default") === account;

/** Of a type that Kubernetes does not bring along: what is in its status is written by a controller of its own. */
const isCustom = ({ type }: WorldObject): boolean => !BUILT_IN.has(type.group);

const REVISIONS: Record<string, string | undefined> = {
  "apps/deployments": "apps/replicasets",
  "apps/statefulsets": "apps/controllerrevisions",
  "apps/daemonsets": "apps/controllerrevisions",
};

/** Revisions that a workload could be rolled back to, the current one included. */
function revisionsOf(world: World, workload: WorldObject): number {
  const kind = REVISIONS[keyOfType(workload.type)];
  return kind === undefined ? 0 : [...world.dependents(workload.uid)].filter(({ type }) => keyOfType(type) === kind).length;
}

/** What matters of it in one sentence; undefined where nothing does. */
export function lossText(losses: readonly Loss[]): string | undefined {
  const lost = losses.filter(({ minor }) => minor !== true).map(({ object, why }) => `${object}: ${why}`);
  return lost.length === 0 ? undefined : `Cannot come back: ${lost.join("; ")}.`;
}
