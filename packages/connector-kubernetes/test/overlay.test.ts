import { Readable } from "node:stream";
import type { Json } from "@interlock/kube-model";
import { startKubeSim, type KubeSim } from "@interlock/kube-sim";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FIXTURE, NAMESPACES } from "../score/fixture.ts";
import { applyWrites, openCluster, openGate, type Cluster, type Gate, type OpenedCluster, type Waiting } from "../src/index.ts";

let sim: KubeSim;
let cluster: OpenedCluster;
let gate: Gate;
let waiting: Waiting[];
/** Stands before the cluster: an answer of its own, or undefined to ask it. */
let instead: (method: string, path: string) => { status: number; body: object } | undefined;

beforeEach(async () => {
  sim = await startKubeSim({ nodes: 0 });
  sim.load(NAMESPACES);
  sim.settle();
  sim.load(FIXTURE);
  sim.settle();
  cluster = await openCluster({ kubeconfig: sim.kubeconfig() });
  waiting = [];
  instead = () => undefined;
  const between: Cluster = {
    request: async (request) => {
      const answer = instead(request.method, request.path);
      if (answer === undefined) return cluster.request(request);
      return { status: answer.status, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(answer.body))]) };
    },
    close: async () => undefined,
  };
  gate = await openGate({ cluster: between, mode: "plan", onWaiting: (one) => waiting.push(one) });
});
afterEach(async () => {
  const { fault } = gate;
  await gate.close();
  await cluster.close();
  await sim.stop();
  if (fault !== undefined) throw new Error(fault);
});

const MAPS = "/api/v1/namespaces/payments/configmaps";

async function ask(
  method: string,
  path: string,
  body?: unknown,
  type = "application/json",
  accept = "application/json",
): Promise<{ status: number; body: Json }> {
  const response = await fetch(gate.url + path, {
    method,
    headers: { accept, ...(body === undefined ? {} : { "content-type": type }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}
const map = (name: string, more: object = {}) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...more }, data: { a: "b" } });
const names = async (path: string): Promise<string[]> => (await ask("GET", path)).body.items.map((item: Json) => item.metadata.name);
const merge = (path: string, body: object) => ask("PATCH", path, body, "application/merge-patch+json");

describe("the cluster as the plan would leave it", () => {
  it("has what was created and not what was deleted, in lists, by selectors and page by page", async () => {
    const before = await names(MAPS);
    expect((await ask("POST", MAPS, map("aaa", { labels: { app: "web" } }))).status).toBe(201);
    expect((await ask("DELETE", `${MAPS}/settings`)).status).toBe(200);
    expect((await merge(`${MAPS}/held`, { metadata: { labels: { app: "web" } } })).status).toBe(200);
    expect(await names(MAPS)).toEqual(["aaa", ...before.filter((name) => name !== "settings")]);
    expect(await names(`${MAPS}?labelSelector=app%3Dweb`)).toEqual(["aaa", "held"]);
    expect(await names(`${MAPS}?fieldSelector=metadata.name%3Dsettings`)).toEqual([]);
    const paged: string[] = [];
    for (let next = ""; ;) {
      const { body } = await ask("GET", `${MAPS}?limit=1${next === "" ? "" : `&continue=${encodeURIComponent(next)}`}`);
      paged.push(...body.items.map((item: Json) => item.metadata.name));
      next = body.metadata.continue ?? "";
      if (next === "") break;
    }
    expect(paged.toSorted((left, right) => (left < right ? -1 : 1))).toEqual(await names(MAPS));
    expect((await ask("GET", `${MAPS}/settings`)).body).toMatchObject({ code: 404, reason: "NotFound" });
    expect((await ask("DELETE", `${MAPS}/settings`)).status).toBe(404);
    expect((await ask("POST", MAPS, map("aaa"))).body).toMatchObject({ code: 409, reason: "AlreadyExists" });
    const table = await ask("GET", MAPS, undefined, undefined, "application/json;as=Table;v=v1;g=meta.k8s.io");
    expect(table.body.rows.map((row: Json) => row.cells[0])).toEqual(await names(MAPS));
    const metadata = await ask("GET", `${MAPS}/aaa`, undefined, undefined, "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io");
    expect(metadata.body).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "aaa" } });
    expect(metadata.body.data).toBeUndefined();
  });

  it("takes changes one over the other, and refuses those made against an older one", async () => {
    const first = await merge(`${MAPS}/settings`, { data: { one: "1" } });
    const stale = (await ask("GET", `${MAPS}/settings`)).body;
    expect(stale).toEqual(first.body);
    await merge(`${MAPS}/settings`, { data: { two: "2" } });
    const now = (await ask("GET", `${MAPS}/settings`)).body;
    expect(now.data).toMatchObject({ one: "1", two: "2", mode: "live" });
    expect((await ask("PUT", `${MAPS}/settings`, stale)).body).toMatchObject({ code: 409, reason: "Conflict" });
    expect((await ask("PUT", `${MAPS}/settings`, { ...now, data: {} })).status).toBe(200);
    expect((await ask("DELETE", `${MAPS}/settings`, { kind: "DeleteOptions", preconditions: { uid: "another" } })).status).toBe(409);
    const outcome = await applyWrites({ cluster, writes: gate.writes, signal: new AbortController().signal });
    expect(outcome.state).toBe("succeeded");
    expect(sim.objects("configmaps").find((object) => object.metadata.name === "settings")?.["data"]).toBeUndefined();
  });

  it("keeps what has finalizers, tells who waits for it, and lets it go with them", async () => {
    expect((await ask("DELETE", `${MAPS}/held`)).body.metadata.deletionTimestamp).toBeDefined();
    expect((await ask("GET", `${MAPS}/held`)).body.metadata.finalizers).toEqual(["example.com/keep"]);
    const abort = new AbortController();
    await fetch(`${gate.url}${MAPS}?watch=true&fieldSelector=metadata.name%3Dheld&resourceVersion=1`, { signal: abort.signal });
    expect(waiting).toEqual([{ resource: "configmaps", namespace: "payments", name: "held", finalizers: ["example.com/keep"] }]);
    abort.abort();
    await merge(`${MAPS}/held`, { metadata: { finalizers: null } });
    expect((await ask("GET", `${MAPS}/held`)).status).toBe(404);
  });

  it("empties a deleted namespace, and begins a new one of that name empty", async () => {
    await ask("POST", MAPS, map("aaa"));
    expect((await ask("DELETE", "/api/v1/namespaces/payments")).status).toBe(200);
    expect(await names(MAPS)).toEqual([]);
    expect((await ask("GET", `${MAPS}/settings`)).status).toBe(404);
    expect((await names("/api/v1/secrets")).includes("database")).toBe(false);
    expect((await ask("POST", MAPS, map("bbb"))).status).toBe(404);
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "payments" } };
    expect((await ask("POST", "/api/v1/namespaces", namespace)).body.metadata.labels).toEqual({
      "kubernetes.io/metadata.name": "payments",
    });
    expect((await ask("POST", MAPS, map("settings"))).status).toBe(201);
    expect(await names(MAPS)).toEqual(["settings"]);
  });

  it("tells a watch at once that it listens, and what the plan changes after that", async () => {
    const { body: list } = await ask("GET", MAPS);
    const abort = new AbortController();
    const response = await fetch(`${gate.url}${MAPS}?watch=true&resourceVersion=${list.metadata.resourceVersion}`, {
      signal: abort.signal,
    });
    expect(response.status).toBe(200);
    const events: string[] = [];
    const reading = (async () => {
      let text = "";
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        events.splice(
          0,
          events.length,
          ...text
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => `${JSON.parse(line).type} ${JSON.parse(line).object.metadata.name}`),
        );
        if (events.length === 3) return;
      }
    })();
    await ask("POST", MAPS, map("aaa"));
    await merge(`${MAPS}/settings`, { data: { x: "y" } });
    await ask("DELETE", `${MAPS}/aaa`);
    await reading;
    abort.abort();
    expect(events).toEqual(["ADDED aaa", "MODIFIED settings", "DELETED aaa"]);
  });

  it("deletes a collection member by member", async () => {
    const members = (await names(`${MAPS}?labelSelector=app%3Dweb`)).toSorted((left, right) => (left < right ? -1 : 1));
    expect((await ask("DELETE", `${MAPS}?labelSelector=app%3Dweb`)).status).toBe(200);
    expect(gate.writes.map(({ path, uid }) => [path, uid !== undefined])).toEqual(members.map((name) => [`${MAPS}/${name}`, true]));
    expect(await names(`${MAPS}?labelSelector=app%3Dweb`)).toEqual([]);
  });

  it("never asks an API server behind it that may pass a dry run over, and works it out instead", async () => {
    const sent: string[] = [];
    instead = (method, path) => {
      if (path.startsWith("/apis/apiregistration.k8s.io")) return { status: 200, body: { spec: { service: { name: "x" } } } };
      if (!path.includes("example.com")) return undefined;
      if (method !== "GET") sent.push(`${method} ${path}`);
      if (path.endsWith("/things/old"))
        return {
          status: 200,
          body: { kind: "Thing", apiVersion: "example.com/v1", metadata: { name: "old", uid: "u", resourceVersion: "5" }, spec: { a: 1 } },
        };
      return { status: 404, body: { kind: "Status", code: 404 } };
    };
    const things = "/apis/example.com/v1/things";
    expect((await ask("POST", things, { apiVersion: "example.com/v1", kind: "Thing", metadata: { name: "new" } })).status).toBe(201);
    expect((await merge(`${things}/old`, { spec: { b: 2 } })).body.spec).toEqual({ a: 1, b: 2 });
    expect((await ask("DELETE", `${things}/new`)).status).toBe(200);
    expect((await ask("DELETE", `${things}/old`)).status).toBe(200);
    expect((await ask("DELETE", `${things}/none`)).status).toBe(404);
    expect(gate.writes.map(({ method, shown, effect }) => [method, shown, effect])).toEqual([
      ["POST", "plan", "append"],
      ["PATCH", "plan", "modify"],
      ["DELETE", "plan", "delete"],
      ["DELETE", "plan", "delete"],
    ]);
    expect(sent).toEqual([]);
  });

  it("works a write out by itself where a webhook takes no dry run", async () => {
    instead = (method) =>
      method === "GET"
        ? undefined
        : { status: 400, body: { kind: "Status", message: 'admission webhook "x.example.com" does not support dry run', code: 400 } };
    expect((await ask("POST", MAPS, map("aaa"))).status).toBe(201);
    expect((await merge(`${MAPS}/settings`, { data: { x: "y" } })).body.data).toMatchObject({ x: "y", mode: "live" });
    expect((await merge("/apis/apps/v1/namespaces/payments/deployments/web/scale", { spec: { replicas: 7 } })).body.spec.replicas).toBe(7);
    expect((await ask("DELETE", `${MAPS}/settings`)).status).toBe(200);
    expect(gate.writes.map(({ shown }) => shown)).toEqual(["plan", "plan", "plan", "plan"]);
  });
});
