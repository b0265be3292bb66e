import type { Json } from "@interlock/kube-model";
import { keyOfType } from "./resource-types.ts";
import type { DataLoss } from "./volumes.ts";
import { nameOf, type World, type WorldObject } from "./world.ts";

const GROUP = "snapshot.storage.k8s.io";
export const SNAPSHOTS = `${GROUP}/volumesnapshots`;
export const CONTENTS = `${GROUP}/volumesnapshotcontents`;

/** The contents of a snapshot that is deleted, where they are deleted with it (deletionPolicy Delete). */
export function contentsOf(world: World, snapshot: WorldObject): WorldObject[] {
  return boundTo(world, snapshot).filter((content) => content.body?.["spec"]?.["deletionPolicy"] === "Delete");
}

const boundTo = (world: World, snapshot: WorldObject): WorldObject[] =>
  [...world.all(CONTENTS)].filter((content) => {
    const reference: Json = content.body?.["spec"]?.["volumeSnapshotRef"] ?? {};
    if (reference["name"] !== snapshot.name || reference["namespace"] !== snapshot.namespace) return false;
    return reference["uid"] === undefined || snapshot.uid === "" || reference["uid"] === snapshot.uid;
  });

/** What is lost with a snapshot, or with its content when that is itself deleted. */
export function lossOfSnapshot(world: World, object: WorldObject): DataLoss {
  const key = keyOfType(object.type);
  const name = nameOf(object);
  if (key === SNAPSHOTS) {
    if (!world.covers(CONTENTS, undefined)) {
      const why = "what it holds may be deleted with it: its deletionPolicy could not be read";
      return { dataLoss: "data loss is possible: the deletionPolicy of the snapshot could not be read", lost: { object: name, why } };
    }
    const kept = boundTo(world, object).filter((content) => content.body?.["spec"]?.["deletionPolicy"] !== "Delete");
    const stays =
      kept.length === 0 ? "what it holds is deleted" : `what it holds stays in ${kept.map(nameOf).join(", ")}, but not under its name`;
    return { lost: { object: name, why: `${stays}; made again, it would be a snapshot of another moment` } };
  }
  if (key !== CONTENTS || object.body?.["spec"]?.["deletionPolicy"] !== "Delete") return {};
  return {
    dataLoss: "data loss: the snapshot behind it is deleted (deletionPolicy Delete)",
    lost: { object: name, why: "the snapshot behind it is deleted" },
  };
}

/** Whether a snapshot, or its content, made again would not be the one that was. */
export function isOfItsMoment(object: WorldObject): boolean {
  const key = keyOfType(object.type);
  if (key === SNAPSHOTS) return true;
  const { deletionPolicy, source }: Json = object.body?.["spec"] ?? {};
  return key === CONTENTS && (deletionPolicy === "Delete" || source?.["snapshotHandle"] === undefined);
}
