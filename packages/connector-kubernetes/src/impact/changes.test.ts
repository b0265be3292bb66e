import type { KubeObject } from "@interlock/kube-model";
import { describe, expect, test } from "vitest";
import { namespace, object, ownedBy, pod, viewOf, worldOf, write } from "./cluster-of.testing.ts";
import { impactOf } from "./impact.ts";
import { restartOf, share } from "./restarts.ts";
import { scaledDown } from "./scaling.ts";
import { putOut } from "./taints.ts";

const a = namespace("a");
const template = (more: object = {}) => ({ metadata: { labels: { app: "x" } }, spec: { containers: [], ...more } });
const workload = (kind: string, spec: object = {}) =>
  object("apps/v1", kind, "a/x", { spec: { replicas: 3, selector: { matchLabels: { app: "x" } }, template: template(), ...spec } });
const withSpec = (one: KubeObject, spec: object): KubeObject => ({ ...one, spec: { ...one["spec"], ...spec } });
const changed = { template: template({ priorityClassName: "high" }) };

describe("restarts", () => {
  const pods = (owner: KubeObject) => ["x-0", "x-1", "x-2"].map((name) => pod(`a/${name}`, { app: "x" }, owner));
  function restarts(before: KubeObject, spec: object) {
    const made =
      before.kind === "Deployment"
        ? object("apps/v1", "ReplicaSet", "a/x-1", { spec: { replicas: 3 } }, { ownerReferences: [ownedBy(before)] })
        : before;
    const world = worldOf([before, ...(made === before ? [] : [made]), ...pods(made)]);
    const found = restartOf(world, world.byUid(before.metadata.uid)!, before, withSpec(before, spec));
    return found === undefined ? undefined : { pods: found.pods.map((one) => one.name), how: found.how };
  }
  test.each([
    ["Deployment", {}, 3, /at most 0 of 3 away at a time, 1 more/],
    ["Deployment", { strategy: { type: "Recreate" } }, 3, /Recreate/],
    ["Deployment", { paused: true }, 0, /paused/],
    ["Deployment", { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 2 } } }, 3, /at most 2 of 3/],
    ["StatefulSet", {}, 3, /one after the other/],
    ["StatefulSet", { updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } }, 1, /from ordinal 2/],
    ["StatefulSet", { updateStrategy: { type: "OnDelete" } }, 0, /OnDelete/],
    ["DaemonSet", {}, 3, /at most 1 away/],
  ])("a new template of a %s with %j", (kind, spec, count, how) => {
    const found = restarts(workload(kind, spec), { ...spec, ...changed });
    expect(found!.pods).toHaveLength(count);
    expect(found!.how).toMatch(how);
  });
  test("nothing else restarts pods", () => {
    expect(restarts(workload("Deployment"), { replicas: 5, minReadySeconds: 3 })).toBeUndefined();
    expect(restarts(workload("ReplicaSet"), changed)).toBeUndefined();
  });
  test("shares of replicas", () => {
    expect([share(2, 10, Math.ceil), share("25%", 10, Math.ceil), share("25%", 10, Math.floor)]).toEqual([2, 3, 2]);
  });
});

describe("scaling", () => {
  test("a StatefulSet ends its highest ordinals and, where it says so, their claims", () => {
    const set = (policy: object) =>
      object("apps/v1", "StatefulSet", "a/db", {
        spec: { replicas: 3, volumeClaimTemplates: [{ metadata: { name: "data" } }], persistentVolumeClaimRetentionPolicy: policy },
      });
    const claims = [0, 1, 2].map((at) => object("v1", "PersistentVolumeClaim", `a/data-db-${at}`));
    const ends = (policy: object) => {
      const one = set(policy);
      const world = worldOf([one, ...claims, ...[0, 1, 2].map((at) => pod(`a/db-${at}`, {}, one))]);
      const found = scaledDown(world, world.byUid("StatefulSet:a/db")!, 1, one)!;
      return { pods: found.ends.map((pod) => pod.name), certain: found.certain, claims: found.claims.map((claim) => claim.name) };
    };
    expect(ends({ whenScaled: "Delete" })).toEqual({ pods: ["db-1", "db-2"], certain: true, claims: ["data-db-1", "data-db-2"] });
    expect(ends({}).claims).toEqual([]);
  });
  test("of a ReplicaSet's pods those that are not ready end first", () => {
    const set = object("apps/v1", "ReplicaSet", "a/x");
    const unready = { ...pod("a/z-unready", {}, set), status: { phase: "Running", conditions: [{ type: "Ready", status: "False" }] } };
    const world = worldOf([set, pod("a/a-ready", {}, set), unready]);
    expect(scaledDown(world, world.byUid("ReplicaSet:a/x")!, 1, set)).toMatchObject({ certain: false, ends: [{ name: "z-unready" }] });
    expect(scaledDown(world, world.byUid("ReplicaSet:a/x")!, 2, set)).toBeUndefined();
  });
  test("an autoscaler sets it back, a budget has no room left", async () => {
    const web = workload("Deployment");
    const scaler = object("autoscaling/v2", "HorizontalPodAutoscaler", "a/x", {
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "x" }, minReplicas: 3, maxReplicas: 6 },
    });
    const budget = object("policy/v1", "PodDisruptionBudget", "a/x", {
      spec: { minAvailable: 2, selector: { matchLabels: { app: "x" } } },
    });
    const said = async (replicas: number) =>
      (
        await impactOf(viewOf([a, web, scaler, budget]), [write(0, "PATCH", web, withSpec(web, { replicas }), { subresource: "scale" })])
      ).statements[0]!.risks.map((one) => one.message).join(" ");
    expect(await said(2)).toMatch(/sets it back to at least 3.*allows no disruption \(needs 2\)/s);
    expect(await said(4)).toMatch(/decides how many it has \(3 to 6\)/);
    expect(await said(4)).not.toMatch(/allows no disruption/);
    expect(await said(9)).toMatch(/sets it back to at most 6/);
  });
});

describe("configuration", () => {
  const config = object("v1", "ConfigMap", "a/config", { data: { a: "1" } });
  const mounts = pod("a/mounts", {}, undefined, { volumes: [{ name: "c", configMap: { name: "config" } }] });
  const reads = pod("a/reads", {}, undefined, {
    containers: [{ name: "c", env: [{ name: "A", valueFrom: { configMapKeyRef: { name: "config" } } }] }],
  });
  test("pods that mount it change, pods that read it as environment do not until they restart", async () => {
    const { statements } = await impactOf(viewOf([a, config, mounts, reads]), [write(0, "PATCH", config, { ...config, data: { a: "2" } })]);
    expect(statements[0]!.cascades).toEqual([expect.objectContaining({ object: "v1 Pod a/mounts", effect: "modify", via: ["volume"] })]);
    expect(statements[0]!.risks.map((one) => one.code)).toEqual(["mounted", "stale_environment"]);
  });
  test("a label of it changes nothing", async () => {
    const labelled = { ...config, metadata: { ...config.metadata, labels: { x: "y" } } };
    const { statements } = await impactOf(viewOf([a, config, mounts]), [write(0, "PATCH", config, labelled)]);
    expect(statements[0]).toMatchObject({ cascades: [], risks: [] });
  });
});

describe("nodes, evictions and pods", () => {
  const node = (taints: object[]) => object("v1", "Node", "n1", { spec: { taints } });
  const taint = { key: "out", effect: "NoExecute" };
  test("a new taint puts out pods that do not tolerate it", () => {
    const on = (name: string, tolerations: object[]) => pod(name, {}, undefined, { nodeName: "n1", tolerations });
    const world = worldOf([
      on("a/bare", []),
      on("a/stays", [{ key: "out", operator: "Exists" }]),
      on("a/leaves", [{ key: "out", operator: "Exists", tolerationSeconds: 60 }]),
    ]);
    expect(putOut(world, "n1", node([]), node([taint])).map((one) => one.name)).toEqual(["bare", "leaves"]);
    expect(putOut(world, "n1", node([taint]), node([taint]))).toEqual([]);
    expect(putOut(world, "n1", node([]), node([{ key: "out", effect: "NoSchedule" }]))).toEqual([]);
  });
  test("a DaemonSet leaves a node whose labels it does not choose any more, and comes to one that it chooses", async () => {
    const labelled = (name: string, labels: object) => object("v1", "Node", name, { spec: {} }, { labels });
    const daemons = (name: string, spec: object) =>
      object("apps/v1", "DaemonSet", `a/${name}`, {
        spec: { template: { metadata: { labels: { app: name } }, spec: { containers: [], ...spec } } },
      });
    const term = (term: object) => ({
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } },
    });
    const chosen = daemons("chosen", { nodeSelector: { disk: "fast" } });
    const near = daemons("near", term({ matchExpressions: [{ key: "disk", operator: "In", values: ["fast"] }] }));
    const shy = daemons("shy", term({ matchExpressions: [{ key: "disk", operator: "DoesNotExist" }] }));
    const pinned = daemons("pinned", term({ matchFields: [{ key: "metadata.name", operator: "In", values: ["n1"] }] }));
    const pods = [chosen, near, pinned].flatMap((set) =>
      ["n1", "n2"].map((node) => pod(`a/${set.metadata.name}-${node}`, {}, set, { nodeName: node })),
    );
    const fast = labelled("n1", { disk: "fast" });
    const { statements } = await impactOf(viewOf([a, fast, labelled("n2", { disk: "fast" }), chosen, near, shy, pinned, ...pods]), [
      write(0, "PATCH", fast, labelled("n1", {})),
    ]);
    expect(statements[0]!.cascades.map((one) => `${one.effect} ${one.object} ${one.via.join()}`)).toEqual([
      "delete v1 Pod a/chosen-n1 selector",
      "delete v1 Pod a/near-n1 selector",
    ]);
    expect(statements[0]!.risks.map((one) => one.message)).toEqual([
      expect.stringMatching(/DaemonSet a\/chosen no longer runs on it/),
      expect.stringMatching(/DaemonSet a\/near no longer runs on it/),
      expect.stringMatching(/DaemonSet a\/shy starts a pod on it/),
    ]);
  });
  test("evictions of one plan share what a budget allows", async () => {
    const budget = object("policy/v1", "PodDisruptionBudget", "a/x", {
      spec: { minAvailable: 1, selector: { matchLabels: { app: "x" } } },
      status: { disruptionsAllowed: 1 },
    });
    const pods = ["p1", "p2"].map((name) => pod(`a/${name}`, { app: "x" }));
    const evict = pods.map((one, index) => write(index, "POST", one, undefined, { subresource: "eviction" }));
    const { statements } = await impactOf(viewOf([a, budget, ...pods]), evict);
    expect(statements.map((one) => one.willFail.map((fail) => fail.code))).toEqual([[], ["TooManyRequests"]]);
  });
  test("a pod whose labels its ReplicaSet no longer selects is let go of", async () => {
    const set = object("apps/v1", "ReplicaSet", "a/x", { spec: { replicas: 1, selector: { matchLabels: { app: "x" } } } });
    const one = pod("a/x-1", { app: "x" }, set);
    const labelled = (labels: object) => ({ ...one, metadata: { ...one.metadata, labels } });
    const why = async (labels: object) =>
      (await impactOf(viewOf([a, set, one]), [write(0, "PATCH", one, labelled(labels))])).statements[0]!.breaks!;
    expect(await why({ app: "y" })).toEqual([
      expect.objectContaining({ object: "apps/v1 ReplicaSet a/x", why: expect.stringMatching(/lets go of v1 Pod a\/x-1/) }),
    ]);
    expect(await why({ app: "x", more: "z" })).toEqual([]);
  });
});

describe("rights", () => {
  const role = (rules: object[]) => object("rbac.authorization.k8s.io/v1", "Role", "a/r", { rules });
  const binding = object("rbac.authorization.k8s.io/v1", "RoleBinding", "a/b", {
    subjects: [
      { kind: "ServiceAccount", name: "robot" },
      { kind: "User", name: "alice" },
    ],
    roleRef: { kind: "Role", name: "r" },
  });
  const account = object("v1", "ServiceAccount", "a/robot");
  const pods = { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] };
  const secrets = { apiGroups: [""], resources: ["secrets"], verbs: ["get"] };
  const of = async (before: KubeObject, after: KubeObject, more: KubeObject[] = []) => {
    const { statements } = await impactOf(viewOf([a, account, binding, before, ...more]), [
      write(0, "PATCH", before, after, { effect: "privilege" }),
    ]);
    const { risks, breaks } = statements[0]!;
    return { gains: risks.map((one) => `${one.severity} ${one.message}`), losses: breaks!.map((one) => one.why) };
  };
  test("who gains what, and what it leads to", async () => {
    expect(await of(role([pods]), role([pods, secrets]))).toEqual({
      gains: [
        "danger ServiceAccount a/robot gains get secrets in namespace a, which reads credentials.",
        "danger User alice gains get secrets in namespace a, which reads credentials.",
      ],
      losses: [],
    });
    expect((await of(role([pods]), role([]))).losses).toEqual([
      "ServiceAccount a/robot loses get, list pods in namespace a",
      "User alice loses get, list pods in namespace a",
    ]);
  });
  test("what somebody may do anyway is no gain", async () => {
    const all = object("rbac.authorization.k8s.io/v1", "ClusterRole", "all", {
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    });
    const everything = object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "alice", {
      subjects: [{ kind: "User", name: "alice" }],
      roleRef: { kind: "ClusterRole", name: "all" },
    });
    const { gains } = await of(role([pods]), role([pods, secrets]), [all, everything]);
    expect(gains).toEqual(["danger ServiceAccount a/robot gains get secrets in namespace a, which reads credentials."]);
  });
  test("binding cluster-admin is everything", async () => {
    const all = object("rbac.authorization.k8s.io/v1", "ClusterRole", "cluster-admin", {
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    });
    const fresh = object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "x", {
      subjects: [{ kind: "Group", name: "dev" }],
      roleRef: { kind: "ClusterRole", name: "cluster-admin" },
    });
    const { statements } = await impactOf(viewOf([a, all]), [write(0, "POST", undefined, fresh, { effect: "privilege" })]);
    expect(statements[0]!.risks).toEqual([
      { code: "rights_gained", severity: "danger", message: "Group dev gains * *.* in the whole cluster, that is everything." },
    ]);
  });
});
