import { once } from "node:events";
import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { applyWrites, findDrift, openGate, type Cluster, type ClusterRequest, type PlannedWrite } from "../src/index.ts";
import { startRecordingCluster } from "./recording-cluster.ts";

type Answer = { status: number; body: object; headers?: Record<string, string> } | "lost" | "silent";

/** A cluster that answers in turn, and keeps what it was sent. */
function answering(answers: Answer[]): { cluster: Cluster; sent: ClusterRequest[] } {
  const sent: ClusterRequest[] = [];
  const request = async (one: ClusterRequest) => {
    sent.push(one);
    const answer = answers[sent.length - 1]!;
    if (answer === "silent") return once(one.signal!, "abort").then(() => Promise.reject(one.signal!.reason as Error));
    if (answer === "lost") throw new Error("socket hang up, with what was sent in it");
    return { status: answer.status, headers: answer.headers ?? {}, body: Readable.from([Buffer.from(JSON.stringify(answer.body))]) };
  };
  return { cluster: { request, close: async () => undefined }, sent };
}

const write = (index: number, body: string, bindings: PlannedWrite["bindings"] = []): PlannedWrite => ({
  index,
  method: "POST",
  path: "/api/v1/pods",
  query: "",
  resource: { group: "", version: "v1", resource: "pods", kind: "Pod", name: `p${index}` },
  effect: "append",
  shown: "server",
  warnings: [],
  stored: {
    sensitive: true,
    method: "POST",
    url: "/api/v1/pods?fieldManager=k",
    headers: { "content-type": "application/json" },
    body: Buffer.from(body),
  },
  bindings,
});
const made = (uid: string): Answer => ({ status: 201, body: { kind: "Pod", metadata: { uid, resourceVersion: "9" } } });
const apply = (cluster: Cluster, writes: PlannedWrite[], signal = new AbortController().signal) => applyWrites({ cluster, writes, signal });

describe("applyWrites", () => {
  it("sends each once, in order, as it is stored, with what earlier ones made put in", async () => {
    const { cluster, sent } = answering([made("real"), made("other")]);
    const outcome = await apply(cluster, [
      write(0, '{"a":1}'),
      write(1, '{"owner":"planned"}', [{ token: "planned", write: 0, field: "uid" }]),
    ]);
    expect(outcome.state).toBe("succeeded");
    expect(sent.map((one) => String(one.body))).toEqual(['{"a":1}', '{"owner":"real"}']);
    expect(sent[0]).toMatchObject({ method: "POST", path: "/api/v1/pods", query: "fieldManager=k" });
  });

  it("takes the values of a Secret out of a refusal that quotes them", async () => {
    const secret = (body: object) => ({
      ...write(0, JSON.stringify(body)),
      resource: { group: "", version: "v1", resource: "secrets", kind: "Secret", namespace: "a", name: "s" },
    });
    const encoded = Buffer.from("hunter2-more").toString("base64");
    const refusal = (): Answer => ({ status: 403, body: { kind: "Status", message: `denied: hunter2-more (${encoded}) is too short` } });
    for (const body of [
      { data: { password: encoded } },
      { stringData: { password: "hunter2-more" } },
      [{ op: "add", path: "/data/p", value: encoded }],
    ]) {
      const { cluster } = answering([refusal()]);
      const outcome = await apply(cluster, [secret(body)]);
      expect(outcome.state).toBe("failed");
      expect(JSON.stringify(outcome.writes)).not.toMatch(/hunter2|aHVudGVyMi/);
    }
  });

  it("stops at the first that is refused, and says what was done and what was not", async () => {
    const { cluster, sent } = answering([made("a"), { status: 409, body: { kind: "Status", message: "it has changed" } }]);
    const outcome = await apply(cluster, [write(0, "{}"), write(1, "{}"), write(2, "{}")]);
    expect(outcome).toMatchObject({
      state: "failed",
      writes: [{ state: "done", uid: "a" }, { state: "failed", status: 409, message: "it has changed" }, { state: "not_sent" }],
    });
    expect(sent).toHaveLength(2);
  });

  it("does not know of one whose answer was lost, and never sends it again", async () => {
    const { cluster, sent } = answering([made("a"), "lost"]);
    const outcome = await apply(cluster, [write(0, "{}"), write(1, "{}"), write(2, "{}")]);
    expect(outcome.state).toBe("unknown");
    expect(outcome.writes.map((one) => one.state)).toEqual(["done", "unknown", "not_sent"]);
    expect(JSON.stringify(outcome)).not.toContain("socket hang up");
    expect(sent).toHaveLength(2);
  });

  const deleted = (more: Partial<PlannedWrite>): PlannedWrite => ({
    ...write(0, "{}"),
    method: "DELETE",
    path: "/api/v1/pods/p1",
    resource: { ...write(1, "").resource },
    before: { metadata: { name: "p1", uid: "old" } },
    uid: "old",
    ...more,
  });
  const there: Answer = { status: 200, body: { metadata: { uid: "old" } } };

  it("uses a name again only when what was deleted under it is gone", async () => {
    const { cluster, sent } = answering([{ status: 200, body: {} }, there, there, { status: 404, body: {} }, made("new")]);
    expect((await apply(cluster, [deleted({}), write(1, "{}")])).state).toBe("succeeded");
    expect(sent.map((one) => one.method)).toEqual(["POST", "GET", "GET", "GET", "POST"]);
  });

  it("does not send what would meet something that stays", async () => {
    const { cluster, sent } = answering([{ status: 200, body: {} }, there]);
    const writes = [deleted({}), write(1, "{}")];
    const outcome = await applyWrites({ cluster, writes, signal: new AbortController().signal, settleMs: 0 });
    expect(outcome.writes.map((one) => one.state)).toEqual(["done", "not_sent"]);
    expect(outcome).toMatchObject({ state: "failed", writes: [{}, { message: expect.stringContaining("not gone yet") as string }] });
    expect(sent.map((one) => one.method)).toEqual(["POST", "GET"]);
  });

  it("takes a controller's pod that went by itself for deleted, and any other for gone", async () => {
    const owned = { metadata: { name: "p1", uid: "old", ownerReferences: [{ controller: true }] } };
    const missing: Answer = { status: 404, body: { message: "not found" } };
    expect((await apply(answering([missing]).cluster, [deleted({ before: owned })])).state).toBe("succeeded");
    expect((await apply(answering([missing]).cluster, [deleted({})])).state).toBe("failed");
  });

  it("takes a pod whose namespace is ending for evicted, as kubectl does", async () => {
    const message = 'pods "p1" is forbidden: unable to create new content in namespace a because it is being terminated';
    const ending: Answer = { status: 403, body: { message } };
    const evicted = deleted({ method: "POST", resource: { ...write(1, "").resource, subresource: "eviction" } });
    expect((await apply(answering([ending]).cluster, [evicted])).state).toBe("succeeded");
    expect((await apply(answering([ending]).cluster, [write(0, "{}")])).state).toBe("failed");
  });

  it("does not know of one that the server ran out of time with", async () => {
    const late: Answer = { status: 504, body: { message: "request did not complete within requested timeout" } };
    expect((await apply(answering([late]).cluster, [write(0, "{}")])).state).toBe("unknown");
  });

  describe("a version that is outdated on the way", () => {
    const deployment = (resourceVersion: string, replicas: number, ready = 0) => ({
      kind: "Deployment",
      metadata: { name: "web", namespace: "a", uid: "u", resourceVersion, annotations: {} },
      spec: { replicas },
      status: { readyReplicas: ready },
    });
    const ok = (body: object): Answer => ({ status: 200, body });
    const outdated: Answer = { status: 409, body: { kind: "Status", reason: "Conflict", message: "the object has been modified" } };
    const put = (index: number, of: number): PlannedWrite => ({
      ...write(index, '{"v":"planned"}', [{ token: "planned", write: of, field: "resourceVersion" }]),
      method: "PUT",
      path: "/apis/apps/v1/namespaces/a/deployments/web",
      resource: { group: "apps", version: "v1", resource: "deployments", kind: "Deployment", namespace: "a", name: "web" },
      uid: "u",
      before: deployment("1", 2),
    });
    const scale: PlannedWrite = {
      ...put(0, 0),
      bindings: [],
      path: `${put(0, 0).path}/scale`,
      resource: { ...put(0, 0).resource, subresource: "scale" },
    };
    const asked = (sent: ClusterRequest[]): string[] => sent.map(({ method, body }) => (method === "GET" ? "GET" : String(body)));

    it("is looked up again, since a refusal has changed nothing", async () => {
      const { cluster, sent } = answering([ok(deployment("2", 2)), outdated, ok(deployment("3", 2, 1)), ok(deployment("4", 3))]);
      expect((await apply(cluster, [put(0, 0)])).state).toBe("succeeded");
      expect(asked(sent)).toEqual(["GET", '{"v":"2"}', "GET", '{"v":"3"}']);
    });

    it("is not looked up again for what somebody has changed meanwhile", async () => {
      const { cluster, sent } = answering([ok(deployment("2", 2)), outdated, ok(deployment("3", 9))]);
      expect((await apply(cluster, [put(0, 0)])).writes).toMatchObject([
        { state: "not_sent", message: "What it would change was changed a moment ago." },
      ]);
      expect(asked(sent)).toEqual(["GET", '{"v":"2"}', "GET"]);
    });

    it("of an earlier write is the newest, though its controller reports", async () => {
      const { cluster, sent } = answering([
        ok({ kind: "Scale", metadata: { uid: "u" } }),
        ok(deployment("2", 3)),
        ok({
          ...deployment("3", 3, 1),
          metadata: { ...deployment("3", 3).metadata, annotations: { "deployment.kubernetes.io/revision": "2" } },
        }),
        ok(deployment("4", 6)),
      ]);
      expect((await apply(cluster, [scale, put(1, 0)])).state).toBe("succeeded");
      expect(asked(sent)).toEqual([String(scale.stored.body), "GET", "GET", '{"v":"3"}']);
    });

    it("of an earlier write is not put over what somebody has changed since", async () => {
      const { cluster, sent } = answering([ok({ kind: "Scale", metadata: { uid: "u" } }), ok(deployment("2", 3)), ok(deployment("3", 9))]);
      expect((await apply(cluster, [scale, put(1, 0)])).writes).toMatchObject([{ state: "done" }, { state: "not_sent" }]);
      expect(asked(sent).slice(1)).toEqual(["GET", "GET"]);
    });
  });

  it("that waits for its turn when it is stopped was not sent, and the run is cancelled", async () => {
    const abort = new AbortController();
    const { cluster, sent } = answering([{ status: 200, body: {} }, there, there, there]);
    const outcome = await applyWrites({
      cluster,
      writes: [deleted({}), write(1, "{}"), write(2, "{}")],
      signal: abort.signal,
      onProgress: () => void setImmediate(() => abort.abort()),
    });
    expect(outcome).toMatchObject({ state: "cancelled", writes: [{ state: "done" }, { state: "not_sent" }, { state: "not_sent" }] });
    expect(sent.filter(({ method }) => method === "POST")).toHaveLength(1);
  });

  it("does not know of one that the server takes and never answers, nor waits for it for ever", async () => {
    const { cluster } = answering(["silent"]);
    const outcome = await applyWrites({
      cluster,
      writes: [write(0, "{}"), write(1, "{}")],
      signal: AbortSignal.timeout(60_000),
      answerMs: 20,
    });
    expect(outcome).toMatchObject({
      state: "unknown",
      writes: [{ state: "unknown", message: "The cluster has taken the request and does not answer it." }, { state: "not_sent" }],
    });
  });

  it("asks again when the server has too much to do, and takes a webhook's refusal for one", async () => {
    const busy: Answer = { status: 429, body: { message: "too many requests" }, headers: { "retry-after": "1" } };
    const { cluster, sent } = answering([busy, made("a")]);
    expect((await apply(cluster, [write(0, "{}")])).state).toBe("succeeded");
    expect(sent).toHaveLength(2);
    const refused: Answer = { status: 429, body: { message: "denied the request" } };
    expect((await apply(answering([refused]).cluster, [write(0, "{}")])).writes).toMatchObject([{ state: "failed", status: 429 }]);
  });

  describe("a server-side apply that makes an object", () => {
    const applies = (index: number, more: Partial<PlannedWrite> = {}): PlannedWrite => ({
      ...write(index, "{}"),
      method: "PATCH",
      path: "/apis/example.com/v1/things/t",
      resource: { group: "example.com", version: "v1", resource: "things", kind: "Thing", name: "t" },
      after: { kind: "Thing" },
      stored: { ...write(index, "{}").stored, method: "PATCH", url: "/apis/example.com/v1/things/t?fieldManager=k" },
      ...more,
    });
    const missing: Answer = { status: 404, body: { message: "not found" } };

    it("is not sent over what somebody has made by then", async () => {
      const { cluster, sent } = answering([{ status: 200, body: { metadata: { uid: "theirs" } } }]);
      expect((await apply(cluster, [applies(0)])).writes).toMatchObject([
        { state: "not_sent", message: "Somebody has made an object of that name by now." },
      ]);
      expect(sent.map(({ method }) => method)).toEqual(["GET"]);
    });

    it("is tried again while the type that the plan defines is not served yet", async () => {
      const definition = write(0, "{}");
      const resource = {
        group: "apiextensions.k8s.io",
        version: "v1",
        resource: "customresourcedefinitions",
        kind: "CustomResourceDefinition",
      };
      const { cluster, sent } = answering([made("d"), missing, missing, missing, made("t")]);
      const writes = [{ ...definition, resource: { ...resource, name: "things.example.com" } }, applies(1)];
      expect((await apply(cluster, writes)).state).toBe("succeeded");
      expect(sent.map(({ method }) => method)).toEqual(["POST", "GET", "PATCH", "GET", "PATCH"]);
    });
  });

  it("does not begin another after it was stopped", async () => {
    const abort = new AbortController();
    const { cluster, sent } = answering([made("a")]);
    const outcome = await applyWrites({
      cluster,
      writes: [write(0, "{}"), write(1, "{}")],
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    expect(outcome.state).toBe("cancelled");
    expect(sent).toHaveLength(1);
  });
});

describe("findDrift", () => {
  const path = "/api/v1/namespaces/a/configmaps/web";
  const web = (change: object = {}, metadata: object = {}) => ({
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { name: "web", namespace: "a", uid: "uid-1", resourceVersion: "7", ...metadata },
    data: { a: "b" },
    ...change,
  });

  it.each([
    ["nothing", web(), []],
    ["its status and bookkeeping", web({ status: { x: 1 } }, { resourceVersion: "8", managedFields: [{}] }), []],
    ["what it holds", web({ data: { a: "c" } }), ["changed"]],
    ["its identity", web({}, { uid: "uid-2" }), ["replaced"]],
    ["everything", undefined, ["gone"]],
  ])("sees that %s has changed", async (_what, now, expected) => {
    const key = Buffer.from("key");
    const objects: Record<string, object> = { [path]: web() };
    await using upstream = await startRecordingCluster(objects);
    const gate = await openGate({ cluster: upstream.cluster, mode: "plan", fingerprintKey: key });
    try {
      const headers = { "content-type": "application/merge-patch+json" };
      const answer = await fetch(`${gate.url}${path}`, { method: "PATCH", headers, body: '{"data":{"a":"z"}}' });
      expect(answer.status).toBe(200);
      if (now === undefined) delete objects[path];
      else objects[path] = now;
      const drift = await findDrift(upstream.cluster, gate.writes, key);
      expect(drift.map(({ reason }) => reason)).toEqual(expected);
    } finally {
      await gate.close();
    }
  });

  const deployment = (replicas: number, image: string) => ({
    kind: "Deployment",
    apiVersion: "apps/v1",
    metadata: {
      name: "web",
      namespace: "a",
      uid: "uid-1",
      resourceVersion: "7",
      annotations: { "deployment.kubernetes.io/revision": "1" },
    },
    spec: { replicas, image },
  });
  const node = (taints: string[], note: string) => ({
    kind: "Node",
    apiVersion: "v1",
    metadata: { name: "n", uid: "uid-1", resourceVersion: "7", annotations: { note } },
    spec: { taints: taints.map((key) => ({ key, effect: "NoSchedule" })) },
  });
  const pod = (nodeName: string | undefined, image: string) => ({
    kind: "Pod",
    apiVersion: "v1",
    metadata: { name: "p", namespace: "a", uid: "uid-1", resourceVersion: "7" },
    spec: { containers: [{ name: "p", image }], ...(nodeName === undefined ? {} : { nodeName }) },
  });
  const POD = "/api/v1/namespaces/a/pods/p";
  const AT = "/apis/apps/v1/namespaces/a/deployments/web";
  const NODE = "/api/v1/nodes/n";

  it.each([
    ["an autoscaler's replicas, under a patch of something else", AT, deployment(3, "a"), deployment(5, "a"), '{"spec":{"image":"b"}}', []],
    ["replicas that the patch sets itself", AT, deployment(3, "a"), deployment(5, "a"), '{"spec":{"replicas":9}}', ["changed"]],
    ["what somebody has deployed", AT, deployment(3, "a"), deployment(3, "c"), '{"spec":{"image":"b"}}', ["changed"]],
    [
      "how a node is, and notes of its agents",
      NODE,
      node([], "1"),
      node(["node.kubernetes.io/not-ready"], "2"),
      '{"metadata":{"labels":{}}}',
      [],
    ],
    ["a pod that has found its node", POD, pod(undefined, "w"), pod("n", "w"), '{"metadata":{"labels":{}}}', []],
    ["a pod that runs something else", POD, pod(undefined, "w"), pod("n", "x"), '{"metadata":{"labels":{}}}', ["changed"]],
    ["taints of people", NODE, node([], "1"), node(["ours"], "1"), '{"metadata":{"labels":{}}}', ["changed"]],
    ["taints, under a patch of them", NODE, node([], "1"), node(["node.kubernetes.io/x"], "1"), '{"spec":{"taints":[]}}', ["changed"]],
  ])("takes %s as people do", async (_what, at, before, now, patch, expected) => {
    const key = Buffer.from("key");
    const objects: Record<string, object> = { [at]: before };
    await using upstream = await startRecordingCluster(objects);
    const gate = await openGate({ cluster: upstream.cluster, mode: "plan", fingerprintKey: key });
    try {
      const headers = { "content-type": "application/merge-patch+json" };
      expect((await fetch(`${gate.url}${at}`, { method: "PATCH", headers, body: patch })).status).toBe(200);
      objects[at] = now;
      expect((await findDrift(upstream.cluster, gate.writes, key)).map(({ reason }) => reason)).toEqual(expected);
    } finally {
      await gate.close();
    }
  });

  it("sees that somebody has made what was to be made, rights as well", async () => {
    const at = "/apis/rbac.authorization.k8s.io/v1/clusterroles/made";
    const role = { kind: "ClusterRole", apiVersion: "rbac.authorization.k8s.io/v1", metadata: { name: "r" }, rules: [] };
    const objects: Record<string, object> = {};
    const key = Buffer.from("key");
    await using upstream = await startRecordingCluster(objects);
    const gate = await openGate({ cluster: upstream.cluster, mode: "plan", fingerprintKey: key });
    try {
      const headers = { "content-type": "application/json" };
      const url = `${gate.url}/apis/rbac.authorization.k8s.io/v1/clusterroles`;
      expect((await fetch(url, { method: "POST", headers, body: JSON.stringify(role) })).status).toBe(201);
      expect(await findDrift(upstream.cluster, gate.writes, key)).toEqual([]);
      objects[at] = { ...role, metadata: { name: "r", uid: "theirs" } };
      expect(await findDrift(upstream.cluster, gate.writes, key)).toEqual([{ write: 0, reason: "appeared" }]);
      await expect(findDrift(upstream.cluster, gate.writes, key, AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
    } finally {
      await gate.close();
    }
  });
});
