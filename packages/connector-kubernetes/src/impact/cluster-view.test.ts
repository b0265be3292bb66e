import { Readable } from "node:stream";
import { TargetError } from "@interlock/connector";
import { expect, test } from "vitest";
import type { Cluster, ClusterRequest } from "../cluster/cluster.ts";
import { TYPES } from "./cluster-of.testing.ts";
import { openClusterView } from "./cluster-view.ts";

const PODS = TYPES.find("/pods")!;

/** Answers each request in turn, and keeps them. */
function answering(...answers: (readonly [number, unknown] | Error)[]): { cluster: Cluster; asked: ClusterRequest[] } {
  const asked: ClusterRequest[] = [];
  const request = (one: ClusterRequest) => {
    asked.push(one);
    const answer = answers[asked.length - 1];
    if (answer === undefined || answer instanceof Error) return Promise.reject(answer ?? new Error("asked too often"));
    const body = Readable.from([Buffer.from(typeof answer[1] === "string" ? answer[1] : JSON.stringify(answer[1]))]);
    return Promise.resolve({ status: answer[0], headers: {}, body });
  };
  return { asked, cluster: { request, close: () => Promise.resolve() } };
}

const page = (names: string[], next?: string) =>
  [
    200,
    {
      metadata: next === undefined ? {} : { continue: next },
      items: names.map((name) => ({ metadata: { name, namespace: "a", uid: name } })),
    },
  ] as const;

test("names are read page by page, as metadata only", async () => {
  const { cluster, asked } = answering(page(["x"], "more"), page(["y"]));
  const { objects, failure } = await openClusterView(cluster).names(PODS, "a");
  expect([objects.map((one) => one.name), failure]).toEqual([["x", "y"], undefined]);
  expect(asked.map((one) => [one.method, one.path, one.query])).toEqual([
    ["GET", "/api/v1/namespaces/a/pods", "limit=250"],
    ["GET", "/api/v1/namespaces/a/pods", "continue=more&limit=250"],
  ]);
  expect(asked[0]!.headers["accept"]).toContain("as=PartialObjectMetadataList");
});

test("a snapshot that has expired is listed anew, in one piece and once", async () => {
  const expired = [410, { kind: "Status" }] as const;
  const { cluster, asked } = answering(page(["x"], "more"), expired, page(["x", "y"]));
  expect((await openClusterView(cluster).names(PODS, "a")).objects.map((one) => one.name)).toEqual(["x", "y"]);
  expect(asked[2]!.query).toBe("");
  const again = answering(page(["x"], "more"), expired, page(["x"], "more"), expired);
  expect((await openClusterView(again.cluster).names(PODS, "a")).failure).toBe(
    "pods of namespace a could not be listed: the cluster answered 410",
  );
});

test("of a server that forgets each snapshot no whole objects are read for ever", async () => {
  const expired = [410, { kind: "Status" }] as const;
  const { cluster, asked } = answering(page(["x"], "more"), expired, page(["x"], "more"), expired, page(["x"], "more"), expired);
  const read = async (): Promise<void> => {
    for await (const _ of openClusterView(cluster).wholes(PODS, "a"));
  };
  await expect(read()).rejects.toMatchObject({ code: "target_down", message: expect.stringContaining("answered 410") as string });
  expect(asked).toHaveLength(4);
});

test("an answer that is cut off is told like none", async () => {
  const cut = new Readable({ read: () => {} });
  cut.push('{"items":[');
  const cluster: Cluster = { request: () => Promise.resolve({ status: 200, headers: {}, body: cut }), close: () => Promise.resolve() };
  const listed = openClusterView(cluster).bodies(PODS);
  setImmediate(() => cut.destroy(Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" })));
  expect((await listed).failure).toBe("pods could not be listed: The cluster does not answer (UND_ERR_SOCKET)");
});

test("a list that nothing was ever put into may say null in place of its items", async () => {
  const empty = [200, { kind: "PartialObjectMetadataList", metadata: { resourceVersion: "1" }, items: null }] as const;
  expect(await openClusterView(answering(empty).cluster).names(PODS, "a")).toEqual({ objects: [] });
});

test.each([
  ["a refusal", [403, { kind: "Status" }] as const, "pods could not be listed: the cluster answered 403"],
  ["an answer that is no JSON", [200, "<html>"] as const, "pods could not be listed: the cluster answered 200"],
  ["no answer", new TargetError("target_down", "The cluster does not answer."), "pods could not be listed: The cluster does not answer"],
])("%s is told, not passed over", async (_name, answer, failure) => {
  expect(await openClusterView(answering(answer).cluster).bodies(PODS)).toEqual({ objects: [], failure });
});

test("a type that is not there any more has no objects, and being cancelled ends all", async () => {
  expect(await openClusterView(answering([404, {}]).cluster).names(PODS)).toEqual({ objects: [] });
  const cancelled = new TargetError("cancelled", "The request to the cluster was cancelled.");
  await expect(openClusterView(answering(cancelled).cluster).names(PODS)).rejects.toBe(cancelled);
});

test("one object is read whole; that there is none is no fault, that it cannot be read is", async () => {
  const whole = { metadata: { name: "x" }, spec: { big: 1 } };
  expect(await openClusterView(answering([200, whole]).cluster).read(PODS, "a", "x")).toEqual(whole);
  expect(await openClusterView(answering([404, {}]).cluster).read(PODS, "a", "x")).toBeUndefined();
  await expect(openClusterView(answering([403, {}]).cluster).read(PODS, "a", "x")).rejects.toThrow(/answered 403/);
});
