import type { KubeObject } from "@interlock/kube-model";
import { expect, test } from "vitest";
import { consequencesOf, moreThan } from "../apply/consequences.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { capture } from "../undo/capture.ts";
import { namespace, object, ownedBy, pod, viewOf, write } from "./cluster-of.testing.ts";
import { impactOf } from "./impact.ts";

let address = 0;
function running(name: string, labels: Record<string, string>): KubeObject {
  const made = pod(name, labels);
  return { ...made, status: { ...(made["status"] as object), podIP: `10.0.0.${++address}` } };
}

/** A namespace that admits those labelled `env: prod`, and `count` others, each with a pod. */
function cluster(count: number): { objects: KubeObject[]; others: KubeObject[] } {
  const others = Array.from({ length: count }, (_, index) => namespace(`team-${index}`));
  const policy = { podSelector: {}, ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: "prod" } } }] }] };
  const objects = [
    namespace("dst"),
    running("dst/api", { app: "api" }),
    object("networking.k8s.io/v1", "NetworkPolicy", "dst/p", { spec: policy }),
    ...others.flatMap((one) => [one, running(`${one.metadata.name}/client`, { app: "client" })]),
  ];
  return { objects, others };
}

const admit = (others: readonly KubeObject[]): PlannedWrite[] =>
  others.map((one, index) => write(index, "PATCH", one, { ...one, metadata: { ...one.metadata, labels: { env: "prod" } } }));

/** What is agreed to on one cluster, and what is there at the run on another. */
async function driftBetween(was: KubeObject[], is: KubeObject[], writes: PlannedWrite[]) {
  const { statements, warnings, connections } = await impactOf(viewOf(was), writes);
  const captured = await capture(viewOf(is), writes);
  const now = consequencesOf(captured.analyses, captured.missing, captured.connections);
  const [agreed, later] = [connections(), captured.connections].map((each) => each.map(({ why }) => why).toSorted());
  return { agreed, later, drift: moreThan(consequencesOf(statements, warnings, connections()), now) };
}

test.each([3, 43])("what %i writes open is all compared at the run, those told together as well", async (count) => {
  const { objects, others } = cluster(count);
  const writes = admit(others);
  const same = await driftBetween(objects, objects, writes);
  expect(same.drift).toEqual([]);
  expect(same.agreed).toHaveLength(count);
  expect(same.later).toEqual(same.agreed);
  // A pod that nobody was told of is reached by now.
  const more = await driftBetween(objects, [...objects, running("dst/db", { app: "db" })], writes);
  expect(more.drift).toEqual([{ object: "v1 Namespace dst", why: expect.stringContaining("can now be reached from team-") }]);
});

test("one source more is seen behind those that a line names", async () => {
  const { objects, others } = cluster(1);
  const sources = ["a", "b", "c", "d", "e"].map((app) => running(`team-0/${app}`, { app }));
  // A rule that tells them apart: otherwise they are one class.
  const from = { podSelector: { matchExpressions: [{ key: "app", operator: "In", values: ["a", "b", "c", "d", "e"] }] } };
  objects.push(object("networking.k8s.io/v1", "NetworkPolicy", "team-0/p", { spec: { podSelector: {}, ingress: [{ from: [from] }] } }));
  const [was, is] = [sources.slice(0, 4), [...sources.slice(0, 3), sources[4]!]];
  const { drift } = await driftBetween([...objects, ...was], [...objects, ...is], admit(others));
  expect(drift).toHaveLength(1);
});

test("what the last write cannot tell does not stay for the next plan", async () => {
  const { objects, others } = cluster(43);
  const gone = write(43, "DELETE", object("v1", "ConfigMap", "dst/nobody"), undefined);
  const first = await impactOf(viewOf(objects), [...admit(others), gone]);
  expect(first.statements.at(-1)!.breaks).not.toEqual([]);
  const second = await impactOf(viewOf(objects), [{ ...gone, index: 0 }]);
  expect(second.statements[0]!.breaks).toEqual([]);
});

test("rules of policy know them by a code", async () => {
  const { objects, others } = cluster(1);
  const { statements } = await impactOf(viewOf(objects), admit(others));
  expect(statements[0]!.breaks!.map(({ code, object: of }) => [code, of])).toContainEqual(["connection_opened", "v1 Namespace dst"]);
});

/** What a write opens and closes for pods of `src`, in a world of which everything is known. */
const toldBy = async (objects: readonly KubeObject[], before: KubeObject, after: KubeObject): Promise<string[]> =>
  (await impactOf(viewOf(objects), [write(0, "PATCH", before, after)])).statements[0]!.breaks!.flatMap(({ code, why }) => {
    const [, can, ports] = /^pods app=api (can.*) be reached from .*src \(pods app=client\) on (.*)$/.exec(why) ?? [];
    return code?.startsWith("connection_") && can !== undefined ? [`${can} ${ports}`] : [];
  });
const template = (spec: object): object => ({ metadata: { labels: { app: "api" } }, spec });
const http = (containerPort: number): object => ({ ports: [{ name: "http", containerPort, protocol: "TCP" }] });

test.each<[string, object, object, string[]]>([
  [
    "the port of a name that a policy admits",
    { containers: [{ name: "api", ...http(8080) }] },
    { containers: [{ name: "api", ...http(9090) }] },
    ["can no longer 8080/TCP", "can now 9090/TCP"],
  ],
  [
    "a container more with such a port",
    { containers: [{ name: "api" }] },
    { containers: [{ name: "api" }, { name: "more", ...http(9090) }] },
    ["can now 9090/TCP"],
  ],
  [
    "a container less, beside one that an injector added",
    { containers: [{ name: "api" }, { name: "more", ...http(8080) }] },
    { containers: [{ name: "api" }] },
    ["can no longer 8080/TCP"],
  ],
  [
    "a sidecar that is none any more",
    { initContainers: [{ name: "api", restartPolicy: "Always", ...http(8080) }] },
    { initContainers: [{ name: "api", ...http(8080) }] },
    ["can no longer 8080/TCP"],
  ],
  ["another image", { containers: [{ name: "api", image: "a" }] }, { containers: [{ name: "api", image: "b" }] }, []],
])("a rollout with %s", async (_, was, will, expected) => {
  const deployment = (spec: object): KubeObject => object("apps/v1", "Deployment", "dst/api", { spec: { template: template(spec) } });
  const owners = { ownerReferences: [ownedBy(deployment(was))] };
  const set = object("apps/v1", "ReplicaSet", "dst/api-1", { spec: { replicas: 1, template: template(was) } }, owners);
  const { containers = [] } = was as { containers?: object[] };
  const injected = { name: "injected", ports: [{ name: "metrics", containerPort: 15_090 }] };
  const api = pod("dst/api-1-x", { app: "api", "pod-template-hash": "1" }, set, { ...was, containers: [...containers, injected] });
  const policy = (port: string): KubeObject =>
    object("networking.k8s.io/v1", "NetworkPolicy", "dst/p", { spec: { podSelector: {}, ingress: [{ ports: [{ port }] }] } });
  const others = [namespace("dst"), namespace("src"), deployment(was), set, api, running("src/client", { app: "client" })];
  expect(await toldBy([...others, policy("http")], deployment(was), deployment(will))).toEqual(expected);
  expect(await toldBy([...others, policy("metrics")], deployment(was), deployment(will))).toEqual([]);
});

test.each([
  [false, true, "can now every port"],
  [true, false, "can no longer every port"],
])("a rollout between its own and its node's network (%s to %s)", async (was, will, told) => {
  const spec = (hostNetwork: boolean): object => ({ containers: [], ...(hostNetwork ? { hostNetwork } : {}) });
  const daemons = (hostNetwork: boolean): KubeObject =>
    object("apps/v1", "DaemonSet", "dst/api", { spec: { template: template(spec(hostNetwork)) } });
  const one = pod("dst/api-x", { app: "api" }, daemons(was), spec(was));
  const api = { ...one, status: { ...one["status"], podIP: was ? "192.168.0.1" : "10.0.1.1", hostIP: "192.168.0.1" } };
  const policy = object("networking.k8s.io/v1", "NetworkPolicy", "dst/p", { spec: { podSelector: {}, ingress: [] } });
  const objects = [namespace("dst"), namespace("src"), daemons(was), api, policy, running("src/client", { app: "client" })];
  expect(await toldBy(objects, daemons(was), daemons(will))).toEqual([told]);
});
