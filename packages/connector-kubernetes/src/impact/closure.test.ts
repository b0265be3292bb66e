import type { KubeObject } from "@interlock/kube-model";
import { expect, test } from "vitest";
import { closureOf, type Closure } from "./closure.ts";
import { namespace, object, ownedBy, pod, worldOf } from "./cluster-of.testing.ts";
import { propagationOf } from "./owner-graph.ts";
import { nameOf } from "./world.ts";

const lines = (closure: Closure): string[] =>
  closure.taken.map((one) => `${one.effect} ${nameOf(one.object)} ${one.via.join("+")} ${one.depth}`);
const deployment = object("apps/v1", "Deployment", "a/web");
const set = object("apps/v1", "ReplicaSet", "a/web-1", {}, { ownerReferences: [ownedBy(deployment)] });
const one = pod("a/web-1-x", {}, set);

test("owned objects go with their owner, level by level", () => {
  const world = worldOf([deployment, set, one, pod("a/stranger", {})]);
  const closure = closureOf(world, world.byUid("Deployment:a/web")!, "Background");
  expect(lines(closure)).toEqual(["delete apps/v1 ReplicaSet a/web-1 ownerReference 1", "delete v1 Pod a/web-1-x ownerReference 2"]);
});

test("orphaned objects stay, and only the nearest lose an owner", () => {
  const world = worldOf([deployment, set, one]);
  expect(lines(closureOf(world, world.byUid("Deployment:a/web")!, "Orphan"))).toEqual([
    "modify apps/v1 ReplicaSet a/web-1 ownerReference 1",
  ]);
});

test("an object with another owner stays until that one goes, too", () => {
  const second = object("v1", "ConfigMap", "a/second");
  const shared = object("v1", "Secret", "a/shared", {}, { ownerReferences: [ownedBy(deployment, false), ownedBy(second, false)] });
  const world = worldOf([deployment, second, shared]);
  expect(lines(closureOf(world, world.byUid("Deployment:a/web")!, "Background"))).toEqual(["modify v1 Secret a/shared ownerReference 1"]);
  const both = worldOf([namespace("a"), deployment, second, shared]);
  expect(lines(closureOf(both, both.byUid("Namespace:a")!, "Background"))).toContain(
    "delete v1 Secret a/shared namespace+ownerReference 1",
  );
  // An owner that is gone already does not keep it.
  const alone = worldOf([deployment, shared]);
  expect(lines(closureOf(alone, alone.byUid("Deployment:a/web")!, "Background"))).toEqual(["delete v1 Secret a/shared ownerReference 1"]);
});

test("jobs leave their pods behind unless the delete says otherwise", () => {
  const job = object("batch/v1", "Job", "a/once");
  const world = worldOf([job, deployment]);
  const [theJob, theDeployment] = [world.byUid("Job:a/once")!, world.byUid("Deployment:a/web")!];
  expect(propagationOf(theJob, {})).toBe("Orphan");
  expect(propagationOf(theJob, { propagationPolicy: "Background" })).toBe("Background");
  expect(propagationOf(theDeployment, {})).toBe("Background");
  expect(propagationOf(theDeployment, { orphanDependents: true })).toBe("Orphan");
  expect(propagationOf({ ...theDeployment, finalizers: ["foregroundDeletion"] }, {})).toBe("Foreground");
});

test("a definition takes its custom resources and what they own", () => {
  const definition = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
    spec: { group: "example.com", names: { plural: "widgets" } },
  });
  const widget = object("example.com/v1", "Widget", "a/w");
  const world = worldOf([definition, widget, pod("a/made", {}, widget), pod("a/other", {})]);
  expect(lines(closureOf(world, world.byUid("CustomResourceDefinition:widgets.example.com")!, "Background"))).toEqual([
    "delete example.com/v1 Widget a/w customResourceDefinition 1",
    "delete v1 Pod a/made ownerReference 2",
  ]);
});

test("a node takes the pods that run on it, a Service its Endpoints, an account its tokens", () => {
  const account = object("v1", "ServiceAccount", "a/robot");
  const token = object(
    "v1",
    "Secret",
    "a/robot-token",
    {},
    { annotations: { "kubernetes.io/service-account.uid": "ServiceAccount:a/robot" } },
  );
  const world = worldOf([
    object("v1", "Node", "n1"),
    pod("a/here", {}, undefined, { nodeName: "n1" }),
    pod("a/there", {}, undefined, { nodeName: "n2" }),
    object("v1", "Service", "a/web"),
    object("v1", "Endpoints", "a/web"),
    account,
    token,
    object("v1", "Secret", "a/other"),
  ]);
  expect(lines(closureOf(world, world.byUid("Node:n1")!, "Background"))).toEqual(["delete v1 Pod a/here node 1"]);
  expect(lines(closureOf(world, world.byUid("Service:a/web")!, "Background"))).toEqual(["delete v1 Endpoints a/web service 1"]);
  expect(lines(closureOf(world, world.byUid("ServiceAccount:a/robot")!, "Background"))).toEqual([
    "delete v1 Secret a/robot-token serviceAccount 1",
  ]);
});

test("Events are counted, not listed", () => {
  const world = worldOf([namespace("a"), object("v1", "Event", "a/e1"), object("v1", "ConfigMap", "a/c")]);
  const closure = closureOf(world, world.byUid("Namespace:a")!, "Background");
  expect(closure.events).toBe(1);
  expect(lines(closure)).toEqual(["delete v1 ConfigMap a/c namespace 1"]);
});

test("finalizers that nobody takes off soon keep an object", () => {
  const held = object("example.com/v1", "Widget", "a/held", {}, { finalizers: ["example.com/cleanup"] });
  const soon = object("example.com/v1", "Widget", "a/soon", {}, { finalizers: ["foregroundDeletion"] });
  const world = worldOf([namespace("a"), held, soon]);
  const closure = closureOf(world, world.byUid("Namespace:a")!, "Background");
  expect(closure.stays.map((stay) => [nameOf(stay.object), stay.why])).toEqual([
    ["v1 Namespace a", "until example.com/v1 Widget a/held is gone"],
    ["example.com/v1 Widget a/held", "finalizer example.com/cleanup: until its controller, or somebody, takes it off"],
  ]);
  expect(lines(closure)).toContain("delete example.com/v1 Widget a/held namespace+finalizer 1");
});

test("a claim stays while a pod uses it, and goes when the pod goes, too", () => {
  const claim = object("v1", "PersistentVolumeClaim", "a/data", {}, { finalizers: ["kubernetes.io/pvc-protection"] });
  const user = pod("a/user", {}, undefined, { nodeName: "n1", volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }] });
  const world = worldOf([namespace("a"), claim, user]);
  expect(closureOf(world, world.byUid("PersistentVolumeClaim:a/data")!, "Background").stays[0]!.why).toMatch(
    /v1 Pod a\/user no longer uses it/,
  );
  expect(closureOf(world, world.byUid("Namespace:a")!, "Background").stays).toEqual([]);
});

const held = (name: string, owner?: KubeObject): KubeObject =>
  object(
    "example.com/v1",
    "Widget",
    `a/${name}`,
    {},
    {
      finalizers: ["example.com/cleanup"],
      ...(owner === undefined ? {} : { ownerReferences: [{ ...ownedBy(owner), blockOwnerDeletion: true }] }),
    },
  );

test("what holds an object that stays stays with it: its definition, and an owner that is deleted in the foreground", () => {
  const definition = object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com", {
    spec: { group: "example.com", names: { plural: "widgets" } },
  });
  const many = worldOf([definition, ...["b", "c", "d", "e"].map((name) => held(name))]);
  expect(closureOf(many, many.byUid("CustomResourceDefinition:widgets.example.com")!, "Background").stays[0]).toMatchObject({
    object: { name: "widgets.example.com" },
    why: "until example.com/v1 Widget a/b, example.com/v1 Widget a/c, example.com/v1 Widget a/d, 1 more are gone",
  });
  const owned = worldOf([deployment, held("h", deployment)]);
  const why = (propagation: "Foreground" | "Background") =>
    closureOf(owned, owned.byUid("Deployment:a/web")!, propagation).stays.map((one) => one.object.name);
  expect(why("Foreground")).toEqual(["web", "h"]);
  expect(why("Background")).toEqual(["h"]);
});

test("a StatefulSet takes its claims along where it says so, with their volumes", () => {
  const db = (policy: object) =>
    object("apps/v1", "StatefulSet", "a/db", {
      spec: { volumeClaimTemplates: [{ metadata: { name: "data" } }], persistentVolumeClaimRetentionPolicy: policy },
    });
  const claim = object("v1", "PersistentVolumeClaim", "a/data-db-0", { spec: { volumeName: "pv" } });
  const volume = object("v1", "PersistentVolume", "pv", {
    spec: { persistentVolumeReclaimPolicy: "Delete", claimRef: { namespace: "a", name: "data-db-0" } },
  });
  const of = (policy: object, propagation: "Background" | "Orphan" = "Background") => {
    const world = worldOf([db(policy), claim, volume]);
    return lines(closureOf(world, world.byUid("StatefulSet:a/db")!, propagation));
  };
  expect(of({ whenDeleted: "Delete" })).toEqual([
    "delete v1 PersistentVolumeClaim a/data-db-0 persistentVolumeClaimRetentionPolicy 1",
    "delete v1 PersistentVolume pv reclaimPolicy 2",
  ]);
  expect(of({ whenDeleted: "Delete" }, "Orphan")).toEqual([]);
  expect(of({ whenScaled: "Delete" })).toEqual([]);
});

test("a pod that has ended still keeps its claim, one that was never placed does not", () => {
  const claim = object("v1", "PersistentVolumeClaim", "a/data", {}, { finalizers: ["kubernetes.io/pvc-protection"] });
  const volumes = [{ name: "v", persistentVolumeClaim: { claimName: "data" } }];
  const stays = (spec: object, phase: string) => {
    const user = { ...pod("a/user", {}, undefined, { volumes, ...spec }), status: { phase } };
    const world = worldOf([claim, user]);
    return closureOf(world, world.byUid("PersistentVolumeClaim:a/data")!, "Background").stays.length;
  };
  expect(stays({ nodeName: "n1" }, "Succeeded")).toBe(1);
  expect(stays({}, "Pending")).toBe(0);
});
