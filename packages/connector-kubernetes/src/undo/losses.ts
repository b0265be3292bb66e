import { isFinished } from "../impact/endpoints.ts";
import type { Taken } from "../impact/closure.ts";
import { keyOfType } from "../impact/resource-types.ts";
import { fleetingVolumes } from "../impact/volumes.ts";
import { nameOf, type WorldObject } from "../impact/world.ts";

/** Something that putting the manifests back does not bring back. */
export interface Loss {
  words: string;
  /** False for what nobody misses, such as the generated name of a pod. */
  matters: boolean;
}

/** What cannot come back of a delete, told once for each thing that matters and in sum for the rest. */
export function lossesOf(target: WorldObject, taken: readonly Taken[], gone: ReadonlySet<WorldObject>): Loss[] {
  const losses: Loss[] = [];
  const add = (words: string, matters = true): void => void losses.push({ words, matters });
  for (const { lost } of taken) if (lost !== undefined) add(lost);
  let made = 0;
  const uids = new Set([...gone].map((object) => object.uid));
  for (const object of gone) {
    switch (keyOfType(object.type)) {
      case "/services": {
        const given: { ip?: string; hostname?: string }[] = object.body?.["status"]?.["loadBalancer"]?.["ingress"] ?? [];
        const addresses = given.map((one) => one.ip ?? one.hostname).filter((one) => one !== undefined);
        if (addresses.length > 0) add(`load-balancer address ${addresses.join(", ")} of Service ${object.namespace!}/${object.name}`);
        break;
      }
      case "/pods":
        if (isMade(object, uids)) made++;
        else if (isFinished(object)) add(`${nameOf(object)} has finished and is not run again`, false);
        else if (object.owners.every((owner) => !owner.controller) && fleetingVolumes(object).length > 0) {
          add(`data of ${nameOf(object)} in emptyDir ${fleetingVolumes(object).join(", ")}`);
        }
        break;
      case "/secrets":
        if (object.tokenOf !== undefined) add(`token of Secret ${object.namespace!}/${object.name}: a new one is issued under its name`);
        break;
      case "/nodes":
        add(`Node ${object.name}: its kubelet registers it again if it still runs`, object === target);
        break;
      default:
    }
  }
  if (made > 0) add(`names and addresses of ${made} pods: their controllers make new ones`, false);
  return losses;
}

/** Made by something that goes too and comes back. */
function isMade(object: WorldObject, gone: ReadonlySet<string>): boolean {
  const owner = object.owners.find((one) => one.controller);
  return owner !== undefined && gone.has(owner.uid);
}
