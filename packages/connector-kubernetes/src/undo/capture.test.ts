import { expect, test } from "vitest";
import { namespace, object, ownedBy, pod, viewOf, write } from "../impact/cluster-of.testing.ts";
import type { ClusterView } from "../impact/cluster-view.ts";
import { objectName } from "../impact/resource-types.ts";
import { capture } from "./capture.ts";
import type { Kept } from "./kept.ts";
import { stepsOf, type Step } from "./steps.ts";

const a = namespace("a");
const web = object("apps/v1", "Deployment", "a/web", { spec: { replicas: 2 }, status: { replicas: 2 } }, { resourceVersion: "7" });
const set = object("apps/v1", "ReplicaSet", "a/web-1", { spec: {} }, { ownerReferences: [ownedBy(web)] });
const one = pod("a/web-1-x", {}, set);
const lines = (steps: readonly Step[]): string[] =>
  steps.map(({ act, object: { type, namespace: within, name } }) => `${act} ${objectName(type, within, name)}`);

async function undoOf(view: ClusterView, writes: Parameters<typeof capture>[1]): Promise<{ kept: Kept; steps: Step[] }> {
  const { kept, missing } = await capture(view, writes);
  expect(missing).toEqual([]);
  return { kept, steps: stepsOf(kept) };
}

test("what is deleted is put back without what controllers make", async () => {
  const config = object("v1", "ConfigMap", "a/config", { data: {} });
  const undo = await undoOf(viewOf([a, one, set, web, config]), [write(0, "DELETE", a, undefined)]);
  expect(lines(undo.steps)).toEqual(["create v1 Namespace a", "create v1 ConfigMap a/config", "create apps/v1 Deployment a/web"]);
  expect(undo.kept).toMatchObject({
    lost: [{ object: "v1 Namespace a", why: "1 pod comes back under a new name and address: their controllers make them", minor: true }],
  });
  expect(undo.steps[2]!.object.wanted).toEqual({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "a" },
    spec: { replicas: 2 },
  });
});

test("a pod whose controller stays is left to it, one without a controller is put back", async () => {
  const bare = pod("a/bare", {});
  const undo = await undoOf(viewOf([a, web, set, one, bare]), [write(0, "DELETE", one, undefined), write(1, "DELETE", bare, undefined)]);
  expect(lines(undo.steps)).toEqual(["create v1 Pod a/bare"]);
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
  expect(lines(undo.steps)).toEqual(["change apps/v1 Deployment a/web", "delete v1 ConfigMap a/fresh"]);
  expect(undo.steps[0]).toMatchObject({ act: "change", object: { wanted: { spec: { replicas: 2 } } } });
});

test("a claim is bound to its volume again where that stays, and the volume is made ready for it", async () => {
  const claim = object("v1", "PersistentVolumeClaim", "a/data", { spec: { volumeName: "pv" } });
  const volume = (policy: string) =>
    object("v1", "PersistentVolume", "pv", {
      spec: { persistentVolumeReclaimPolicy: policy, claimRef: { namespace: "a", name: "data", uid: claim.metadata.uid } },
    });
  const of = async (policy: string) => {
    const undo = await undoOf(viewOf([a, claim, volume(policy)]), [write(0, "DELETE", claim, undefined)]);
    const specs = undo.steps.map(({ object: { wanted } }) => wanted?.["spec"]);
    return { steps: lines(undo.steps), specs, lost: undo.kept.lost };
  };
  const stays = await of("Retain");
  expect(stays.steps).toEqual(["change v1 PersistentVolume pv", "create v1 PersistentVolumeClaim a/data"]);
  expect(stays.specs[0]?.claimRef).toEqual({ namespace: "a", name: "data" });
  expect(stays.specs[1]).toEqual({ volumeName: "pv" });
  expect(stays.lost).toEqual([]);
  expect(await of("Delete")).toEqual({
    steps: ["create v1 PersistentVolumeClaim a/data"],
    specs: [{}],
    lost: [{ object: "v1 PersistentVolumeClaim a/data", why: "its data is deleted with its volume" }],
  });
});

const widget = (name: string, owner?: Parameters<typeof ownedBy>[0]) =>
  object("v1", "ConfigMap", `a/${name}`, { data: {} }, owner === undefined ? {} : { ownerReferences: [ownedBy(owner, false)] });

test("owners come before what they own, with ties to them; ties to what does not come back are cut", async () => {
  const owner = widget("owner");
  const owned = widget("owned", owner);
  const ofSet = widget("of-set", set);
  const { steps } = await undoOf(viewOf([a, web, set, ofSet, owned, owner]), [write(0, "DELETE", a, undefined)]);
  expect(lines(steps)).toEqual([
    "create v1 Namespace a",
    "create v1 ConfigMap a/of-set",
    "create v1 ConfigMap a/owner",
    "create v1 ConfigMap a/owned",
    "create apps/v1 Deployment a/web",
  ]);
  expect(steps[1]!.object.wanted!.metadata.ownerReferences).toBeUndefined();
  expect(steps[3]!.object).toMatchObject({ wanted: { metadata: { ownerReferences: [{ uid: owner.metadata.uid }] } }, mayBeMade: true });
});

test("deleted and made again under its name, it is wanted as it was; the root certificate and leases are left to their makers", async () => {
  const before = object("v1", "ConfigMap", "a/c", { data: { a: "1" } });
  const after = { ...before, metadata: { ...before.metadata, uid: "another" }, data: { a: "2" } };
  const root = object("v1", "ConfigMap", "a/kube-root-ca.crt", { data: { ca: "x" } });
  const replaced = await undoOf(viewOf([a, before, root]), [write(0, "DELETE", before, undefined), write(1, "POST", undefined, after)]);
  expect(lines(replaced.steps)).toEqual(["change v1 ConfigMap a/c"]);
  const gone = await undoOf(viewOf([a, before, root]), [write(0, "DELETE", a, undefined)]);
  expect(lines(gone.steps)).toEqual(["create v1 Namespace a", "create v1 ConfigMap a/c"]);
});

test("more than may be kept is not begun", async () => {
  const view = viewOf([a, widget("x"), widget("y")]);
  await expect(capture(view, [write(0, "DELETE", a, undefined)], 2)).rejects.toMatchObject({ code: "undo_lost" });
});

test("the account that every namespace has is put back only where somebody gave it something", async () => {
  const account = (more: object) => object("v1", "ServiceAccount", "a/default", { secrets: [{ name: "default-token-x" }], ...more });
  const { steps } = await undoOf(viewOf([a, account({})]), [write(0, "DELETE", a, undefined)]);
  expect(lines(steps)).toEqual(["create v1 Namespace a"]);
  const given = await undoOf(viewOf([a, account({ imagePullSecrets: [{ name: "pull" }] })]), [write(0, "DELETE", a, undefined)]);
  expect(lines(given.steps)).toEqual(["create v1 Namespace a", "create v1 ServiceAccount a/default"]);
});
