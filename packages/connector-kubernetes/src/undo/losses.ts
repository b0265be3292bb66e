import type { Loss } from "@interlock/protocol";
import { isFinished } from "../impact/endpoints.ts";
import type { Taken } from "../impact/closure.ts";
import { keyOfType } from "../impact/resource-types.ts";
import { fleetingVolumes } from "../impact/volumes.ts";
import { nameOf, type WorldObject } from "../impact/world.ts";

/** What cannot come back of a delete, told once for each thing that matters and in sum for the rest. */
export function lossesOf(target: WorldObject, taken: readonly Taken[], gone: ReadonlySet<WorldObject>): Loss[] {
  const losses: Loss[] = [];
  const add = (object: WorldObject, why: string, matters = true): void =>
    void losses.push({ object: nameOf(object), why, ...(matters ? {} : { minor: true }) });
  for (const { lost } of taken) if (lost !== undefined) losses.push(lost);
  let made = 0;
  const uids = new Set([...gone].map((object) => object.uid));
  for (const object of gone) {
    switch (keyOfType(object.type)) {
      case "/services": {
        const given: { ip?: string; hostname?: string }[] = object.body?.["status"]?.["loadBalancer"]?.["ingress"] ?? [];
        const addresses = given.map((one) => one.ip ?? one.hostname).filter((one) => one !== undefined);
        if (addresses.length > 0) add(object, `its load-balancer address ${addresses.join(", ")} is given up, and may not be had again`);
        break;
      }
      case "/pods":
        if (isMade(object, uids)) made++;
        else if (isFinished(object)) add(object, "it has finished and is not run again", false);
        else if (object.owners.every((owner) => !owner.controller) && fleetingVolumes(object).length > 0) {
          add(object, `the data in its emptyDir ${fleetingVolumes(object).join(", ")} ends with it`);
        }
        break;
      case "/secrets":
        if (object.tokenOf !== undefined) add(object, "its token ends; a new one is issued under its name");
        break;
      case "/nodes":
        add(object, "its kubelet registers it again if it still runs", object === target);
        break;
      default:
    }
  }
  if (made > 0) {
    const words = made === 1 ? "1 pod comes back under a new name and address" : `${made} pods come back under new names and addresses`;
    add(target, `${words}: their controllers make them`, false);
  }
  return losses;
}

/** Made by something that goes too and comes back. */
function isMade(object: WorldObject, gone: ReadonlySet<string>): boolean {
  const owner = object.owners.find((one) => one.controller);
  return owner !== undefined && gone.has(owner.uid);
}

/** What matters of it in one sentence; undefined where nothing does. */
export function lossText(losses: readonly Loss[]): string | undefined {
  const lost = losses.filter(({ minor }) => minor !== true).map(({ object, why }) => `${object}: ${why}`);
  return lost.length === 0 ? undefined : `Cannot come back: ${lost.join("; ")}.`;
}
