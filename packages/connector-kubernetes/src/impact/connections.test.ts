import type { KubeObject } from "@interlock/kube-model";
import { expect, test } from "vitest";
import { consequencesOf, moreThan } from "../apply/consequences.ts";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { capture } from "../undo/capture.ts";
import { namespace, object, pod, viewOf, write } from "./cluster-of.testing.ts";
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
