import { expect, test } from "vitest";
import { object, pod, worldOf } from "./cluster-of.testing.ts";
import { claimsOfSet, fleetingVolumes, reclaimedBy } from "./volumes.ts";
import { whyItStays } from "./finalizers.ts";

const claim = (volumeName?: string) =>
  object("v1", "PersistentVolumeClaim", "a/data", { spec: volumeName === undefined ? {} : { volumeName } });
const volume = (policy: string | undefined, reference: object = { namespace: "a", name: "data" }, metadata: object = {}) =>
  object("v1", "PersistentVolume", "pv", { spec: { persistentVolumeReclaimPolicy: policy, claimRef: reference } }, metadata);

test.each([
  ["Delete", "delete", /^data loss: the volume and its data are deleted with claim a\/data/],
  ["Recycle", "modify", /^data loss: the volume's data is scrubbed/],
  ["Retain", "modify", undefined],
  [undefined, "modify", undefined],
])("a volume with reclaim policy %s", (policy, effect, loss) => {
  const world = worldOf([claim("pv"), volume(policy)]);
  const reclaimed = reclaimedBy(world, world.byUid("PersistentVolumeClaim:a/data")!);
  if (reclaimed === "unknown" || reclaimed === undefined) throw new Error("no volume");
  expect(reclaimed.effect).toBe(effect);
  if (loss === undefined) expect(reclaimed.dataLoss).toBeUndefined();
  else expect(reclaimed.dataLoss).toMatch(loss);
});

test("a claim without a volume loses nothing, and neither does one whose volume is another's", () => {
  const unbound = worldOf([claim()]);
  expect(reclaimedBy(unbound, unbound.byUid("PersistentVolumeClaim:a/data")!)).toBeUndefined();
  const another = worldOf([claim("pv"), volume("Delete", { namespace: "b", name: "data" })]);
  expect(reclaimedBy(another, another.byUid("PersistentVolumeClaim:a/data")!)).toBeUndefined();
});

test("claims of a StatefulSet by template and ordinal", () => {
  const set = object("apps/v1", "StatefulSet", "a/db", { spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }] } });
  const names = ["data-db-0", "data-db-1", "data-db-x", "logs-db-0", "data-dba-0"];
  const world = worldOf([set, ...names.map((name) => object("v1", "PersistentVolumeClaim", `a/${name}`))]);
  const found = (from?: number) => claimsOfSet(world, world.byUid("StatefulSet:a/db")!, from).map((one) => one.name);
  expect(found()).toEqual(["data-db-0", "data-db-1"]);
  expect(found(1)).toEqual(["data-db-1"]);
});

test("volumes that end with a pod", () => {
  const volumes = [
    { name: "cache", emptyDir: {} },
    { name: "shm", emptyDir: { medium: "Memory" } },
    { name: "c", configMap: { name: "c" } },
  ];
  const world = worldOf([pod("a/p", {}, undefined, { volumes })]);
  expect(fleetingVolumes(world.byUid("Pod:a/p")!)).toEqual(["cache"]);
});

test("a bound volume stays while its claim does", () => {
  const bare = volume("Delete", undefined, {
    finalizers: ["kubernetes.io/pv-protection", "external-provisioner.volume.kubernetes.io/finalizer"],
  });
  const protectedVolume = { ...bare, status: { phase: "Bound" } };
  const world = worldOf([claim("pv"), protectedVolume]);
  const [theVolume, theClaim] = [world.byUid("PersistentVolume:pv")!, world.byUid("PersistentVolumeClaim:a/data")!];
  expect(whyItStays(world, theVolume, new Set([theVolume]))).toMatch(/until its claim a\/data is deleted/);
  expect(whyItStays(world, theVolume, new Set([theVolume, theClaim]))).toBeUndefined();
});
