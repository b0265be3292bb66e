import { expect, test } from "vitest";
import { namespace, object, ownedBy, pod, viewOf, write } from "../impact/cluster-of.testing.ts";
import { undoOf, type Undo } from "./undo.ts";

const a = namespace("a");
const web = object("apps/v1", "Deployment", "a/web", { spec: { replicas: 2 }, status: { replicas: 2 } }, { resourceVersion: "7" });
const set = object("apps/v1", "ReplicaSet", "a/web-1", { spec: {} }, { ownerReferences: [ownedBy(web)] });
const one = pod("a/web-1-x", {}, set);
const lines = (undo: Undo): string[] => undo.steps.map((step) => `${step.act} ${step.name}`);

test("what is deleted is put back without what controllers make", async () => {
  const config = object("v1", "ConfigMap", "a/config", { data: {} });
  const undo = await undoOf(viewOf([a, one, set, web, config]), [write(0, "DELETE", a, undefined)]);
  expect(lines(undo)).toEqual(["put v1 Namespace a", "put v1 ConfigMap a/config", "put apps/v1 Deployment a/web"]);
  expect(undo).toMatchObject({
    reversible: "undo",
    complete: true,
    lost: [{ object: "v1 Namespace a", why: "1 pod comes back under a new name and address: their controllers make them", minor: true }],
  });
  const deployment = undo.steps[2]!;
  expect(deployment.act === "put" && deployment.object).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "a" },
    spec: { replicas: 2 },
  });
});

test("a pod whose controller stays is left to it, one without a controller is put back", async () => {
  const bare = pod("a/bare", {});
  const undo = await undoOf(viewOf([a, web, set, one, bare]), [write(0, "DELETE", one, undefined), write(1, "DELETE", bare, undefined)]);
  expect(lines(undo)).toEqual(["put v1 Pod a/bare"]);
});

test("what is changed is put back as it was before the first change, what is made is deleted, what was made and deleted is nothing", async () => {
  const more = { ...web, spec: { replicas: 5 } };
  const [fresh, brief] = [object("v1", "ConfigMap", "a/fresh"), object("v1", "ConfigMap", "a/brief")];
  const undo = await undoOf(viewOf([a, web]), [
    write(0, "PATCH", web, more),
    write(1, "PATCH", more, { ...web, spec: { replicas: 9 } }),
    write(2, "POST", undefined, fresh),
    write(3, "POST", undefined, brief),
    write(4, "DELETE", brief, undefined),
  ]);
  expect(lines(undo)).toEqual(["put apps/v1 Deployment a/web", "delete v1 ConfigMap a/fresh"]);
  expect(undo.steps[0]).toMatchObject({ act: "put", object: { spec: { replicas: 2 } } });
});

test("a claim is bound to its volume again where that stays, and the volume is made ready for it", async () => {
  const claim = object("v1", "PersistentVolumeClaim", "a/data", { spec: { volumeName: "pv" } });
  const volume = (policy: string) =>
    object("v1", "PersistentVolume", "pv", {
      spec: { persistentVolumeReclaimPolicy: policy, claimRef: { namespace: "a", name: "data", uid: claim.metadata.uid } },
    });
  const of = async (policy: string) => {
    const undo = await undoOf(viewOf([a, claim, volume(policy)]), [write(0, "DELETE", claim, undefined)]);
    const specs = undo.steps.map((step) => (step.act === "put" ? step.object["spec"] : undefined));
    return { steps: lines(undo), specs, lost: undo.lost };
  };
  const stays = await of("Retain");
  expect(stays.steps).toEqual(["put v1 PersistentVolume pv", "put v1 PersistentVolumeClaim a/data"]);
  expect(stays.specs[0]?.claimRef).toEqual({ namespace: "a", name: "data" });
  expect(stays.specs[1]).toEqual({ volumeName: "pv" });
  expect(stays.lost).toEqual([]);
  expect(await of("Delete")).toEqual({
    steps: ["put v1 PersistentVolumeClaim a/data"],
    specs: [{}],
    lost: [{ object: "v1 PersistentVolumeClaim a/data", why: "its data is deleted with its volume" }],
  });
});
