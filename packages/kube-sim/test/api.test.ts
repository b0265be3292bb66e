import { request as httpsRequest } from "node:https";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type KubeSim, startKubeSim } from "../src/index.ts";

const CONFIG_MAPS = "/api/v1/namespaces/default/configmaps";
const META = "v=v1;g=meta.k8s.io";

let sim: KubeSim;
beforeEach(async () => {
  sim = await startKubeSim();
});
afterEach(async () => {
  await sim.stop();
  if (sim.faults.length > 0) throw new AggregateError(sim.faults, "the simulated cluster had faults");
});

interface Call {
  body?: unknown;
  accept?: string;
  type?: string;
}

async function call(method: string, path: string, { body, accept, type = "application/json" }: Call = {}) {
  const response = await fetch(sim.url + path, {
    method,
    headers: { ...(accept && { accept }), ...(body === undefined ? {} : { "content-type": type }) },
    ...(body === undefined ? {} : { body: typeof body === "string" || Buffer.isBuffer(body) ? (body as string) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get("content-type")?.startsWith("application/json") === true;
  return { code: response.status, headers: response.headers, text, body: (json ? JSON.parse(text) : undefined) as any };
}

const configMap = (name: string, data: Record<string, string> = {}, metadata: object = {}) => ({ metadata: { name, ...metadata }, data });

describe("reading", () => {
  it("lists in pages of one state, and refuses a page of a state that is gone", async () => {
    for (const name of ["a", "b", "c", "d", "e"])
      await call("POST", CONFIG_MAPS, { body: configMap(name, {}, { labels: { page: "yes" } }) });
    const first = await call("GET", `${CONFIG_MAPS}?limit=3`);
    expect(first.body.metadata.remainingItemCount).toBe(3);
    const token = first.body.metadata.continue as string;
    const second = await call("GET", `${CONFIG_MAPS}?limit=3&continue=${token}`);
    expect([...first.body.items, ...second.body.items].map((one: any) => one.metadata.name)).toEqual([
      "a",
      "b",
      "c",
      "d",
      "e",
      "kube-root-ca.crt",
    ]);
    expect(second.body.metadata).toEqual({ resourceVersion: first.body.metadata.resourceVersion });
    expect((await call("GET", `${CONFIG_MAPS}?limit=2&labelSelector=page`)).body.metadata).not.toHaveProperty("remainingItemCount");
    await call("POST", CONFIG_MAPS, { body: configMap("f") });
    sim.cluster.store.compact();
    expect(await call("GET", `${CONFIG_MAPS}?limit=3&continue=${token}`)).toMatchObject({ code: 410, body: { reason: "Expired" } });
    expect(await call("GET", `${CONFIG_MAPS}?limit=3&continue=nonsense`)).toMatchObject({ code: 400 });
  });

  it("answers with tables, metadata alone, YAML, or not at all, as it is asked", async () => {
    await call("POST", CONFIG_MAPS, { body: configMap("a", { k: "v" }) });
    const table = await call("GET", CONFIG_MAPS, { accept: `application/json;as=Table;${META},application/json` });
    expect(table.body.columnDefinitions.map((one: any) => one.name)).toEqual(["Name", "Data", "Age"]);
    expect(table.body.rows[0]).toMatchObject({
      cells: ["a", 1, expect.stringMatching(/^\d+s$/)],
      object: { kind: "PartialObjectMetadata", metadata: { name: "a" } },
    });
    const list = await call("GET", CONFIG_MAPS, { accept: `application/json;as=PartialObjectMetadataList;${META}` });
    expect(list.body).toMatchObject({
      kind: "PartialObjectMetadataList",
      items: [{ kind: "PartialObjectMetadata", metadata: { name: "a" } }, {}],
    });
    expect(list.text).not.toContain('"data"');
    expect((await call("GET", `${CONFIG_MAPS}/a`, { accept: "application/yaml" })).text).toContain("kind: ConfigMap");
    expect((await call("GET", CONFIG_MAPS, { accept: "application/vnd.kubernetes.protobuf,application/json" })).body.kind).toBe(
      "ConfigMapList",
    );
    expect((await call("GET", CONFIG_MAPS, { accept: "text/html" })).code).toBe(406);
  });

  it.each([
    ["/api/v1/namespaces/default/pods?fieldSelector=spec.colour%3Dred", 400],
    ["/api/v1/pods?labelSelector=a%20b", 400],
    ["/api/v1/namespaces/default/nodes", 404],
    ["/apis/apps/v2/deployments", 404],
    ["/api/v1/namespaces/default/configmaps/gone", 404],
    ["/api/v1/namespaces/default/configmaps/a/status", 404],
    ["/nothing/here", 404],
  ])("%s is %i", async (path, code) => {
    const found = await call("GET", path);
    expect(found).toMatchObject({ code, body: { kind: "Status", status: "Failure", code } });
  });

  it("has discovery in both forms and OpenAPI in both versions", async () => {
    const wanted = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
    const all = await call("GET", "/apis", { accept: wanted });
    expect(all.headers.get("content-type")).toBe("application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
    expect(all.body.items.find((one: any) => one.metadata.name === "apps").versions[0].resources.map((one: any) => one.resource)).toContain(
      "deployments",
    );
    expect((await call("GET", "/apis")).body).toMatchObject({ kind: "APIGroupList" });
    expect((await call("GET", "/api/v1")).body.resources.map((one: any) => one.name)).toContain("pods/eviction");
    const index = await call("GET", "/openapi/v3");
    const apps = await call("GET", index.body.paths["apis/apps/v1"].serverRelativeURL);
    const schema = apps.body.components.schemas["io.k8s.api.core.v1.PodSpec"].properties.containers;
    expect(schema).toMatchObject({
      "x-kubernetes-patch-merge-key": "name",
      "x-kubernetes-patch-strategy": "merge",
      "x-kubernetes-list-type": "map",
    });
    expect((await call("GET", "/openapi/v2")).body.definitions).toHaveProperty(["io.k8s.api.apps.v1.Deployment"]);
  });
});

describe("watching", () => {
  async function* events(path: string): AsyncGenerator<any> {
    const response = await fetch(sim.url + path);
    let text = "";
    for await (const chunk of response.body!) {
      text += Buffer.from(chunk).toString("utf8");
      for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
        yield JSON.parse(text.slice(0, end));
        text = text.slice(end + 1);
      }
    }
  }

  it("tells what is there, then what changes, and objects that leave a selection", async () => {
    const stream = events(`${CONFIG_MAPS}?watch=true&labelSelector=w%3D1`);
    const next = async () => (await stream.next()).value as { type: string; object: any };
    await call("POST", CONFIG_MAPS, { body: configMap("a", {}, { labels: { w: "1" } }) });
    expect(await next()).toMatchObject({ type: "ADDED", object: { kind: "ConfigMap", metadata: { name: "a" } } });
    await call("PATCH", `${CONFIG_MAPS}/a`, { body: { data: { k: "v" } }, type: "application/merge-patch+json" });
    expect(await next()).toMatchObject({ type: "MODIFIED", object: { data: { k: "v" } } });
    await call("PATCH", `${CONFIG_MAPS}/a`, { body: { metadata: { labels: { w: "2" } } }, type: "application/merge-patch+json" });
    expect(await next()).toMatchObject({ type: "DELETED", object: { metadata: { labels: { w: "1" } } } });
    await stream.return(undefined);
  });

  it("begins where it is told, with bookmarks, and says when that is too long ago", async () => {
    const { body } = await call("GET", CONFIG_MAPS);
    await call("POST", CONFIG_MAPS, { body: configMap("a") });
    const found: any[] = [];
    for await (const one of events(
      `${CONFIG_MAPS}?watch=true&resourceVersion=${body.metadata.resourceVersion}&timeoutSeconds=1&allowWatchBookmarks=true`,
    ))
      found.push(one);
    expect(found.map((one) => one.type)).toEqual(["ADDED", "BOOKMARK"]);
    expect(found[1].object).toMatchObject({ kind: "ConfigMap", metadata: { resourceVersion: String(sim.cluster.store.version) } });
    sim.cluster.store.compact();
    const late = (await events(`${CONFIG_MAPS}?watch=true&resourceVersion=${body.metadata.resourceVersion}`).next()).value;
    expect(late).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
  });

  it("sends its headers before there is anything to tell", async () => {
    const { body } = await call("GET", CONFIG_MAPS);
    const silent = new AbortController();
    const response = await fetch(`${sim.url}${CONFIG_MAPS}?watch=true&resourceVersion=${body.metadata.resourceVersion}`, {
      signal: silent.signal,
    });
    expect(response.status).toBe(200);
    silent.abort();
  });
});

describe("writing", () => {
  it.each([
    ["POST", CONFIG_MAPS, { body: configMap("b") }],
    ["PUT", `${CONFIG_MAPS}/a`, { body: configMap("a", { k: "2" }) }],
    ["PATCH", `${CONFIG_MAPS}/a`, { body: { data: { k: "2" } }, type: "application/merge-patch+json" }],
    ["PATCH", `${CONFIG_MAPS}/b`, { body: "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}\n", type: "application/apply-patch+yaml" }],
    ["DELETE", `${CONFIG_MAPS}/a`, {}],
    ["DELETE", CONFIG_MAPS, {}],
    ["DELETE", "/api/v1/namespaces/other", {}],
  ] as const)("%s %s changes nothing in a dry run", async (method, path, options) => {
    await call("POST", "/api/v1/namespaces", { body: { metadata: { name: "other" } } });
    await call("POST", CONFIG_MAPS, { body: configMap("a", { k: "1" }) });
    sim.settle();
    const before = sim.writes();
    const manager = path.endsWith("/b") ? "&fieldManager=me" : "";
    const dry = await call(method, `${path}?dryRun=All${manager}`, options);
    expect(dry.code).toBeLessThan(300);
    sim.settle();
    expect(sim.writes()).toBe(before);
    expect((await call(method, `${path}?dryRun=Some${manager}`, options)).code).toBe(400);
    await call(method, `${path}?x=y${manager}`, options);
    expect(sim.writes()).toBeGreaterThan(before);
  });

  it("heeds dryRun and preconditions in the body of a deletion", async () => {
    const { body } = await call("POST", CONFIG_MAPS, { body: configMap("a") });
    const path = `${CONFIG_MAPS}/a`;
    expect(await call("DELETE", path, { body: { dryRun: ["All"] } })).toMatchObject({ code: 200, body: { status: "Success" } });
    expect(await call("DELETE", path, { body: { preconditions: { uid: "another" } } })).toMatchObject({
      code: 409,
      body: { reason: "Conflict" },
    });
    expect(await call("DELETE", path, { body: { preconditions: { resourceVersion: "1" } } })).toMatchObject({ code: 409 });
    expect(await call("DELETE", path, { body: { propagationPolicy: "Sideways" } })).toMatchObject({ code: 400 });
    expect(await call("DELETE", path, { body: { preconditions: { uid: body.metadata.uid } } })).toMatchObject({
      code: 200,
      body: { kind: "Status", status: "Success", details: { name: "a", kind: "configmaps", uid: body.metadata.uid } },
    });
    expect((await call("GET", path)).code).toBe(404);
  });

  it("keeps a pod through its grace period, and an object through its finalizers", async () => {
    const pod = { metadata: { name: "p" }, spec: { containers: [{ name: "c", image: "x:1" }] } };
    await call("POST", "/api/v1/namespaces/default/pods", { body: pod });
    sim.settle();
    const going = await call("DELETE", "/api/v1/namespaces/default/pods/p");
    expect(going.body).toMatchObject({ kind: "Pod", metadata: { deletionGracePeriodSeconds: 30, deletionTimestamp: expect.any(String) } });
    sim.settle();
    expect((await call("GET", "/api/v1/namespaces/default/pods/p")).code).toBe(404);
    await call("POST", CONFIG_MAPS, { body: configMap("held", {}, { finalizers: ["example.com/hold"] }) });
    expect((await call("DELETE", `${CONFIG_MAPS}/held`)).body).toMatchObject({
      kind: "ConfigMap",
      metadata: { deletionTimestamp: expect.any(String) },
    });
    expect((await call("POST", CONFIG_MAPS, { body: configMap("held") })).code).toBe(409);
    const more = { metadata: { finalizers: ["example.com/hold", "example.com/more"] } };
    expect((await call("PATCH", `${CONFIG_MAPS}/held`, { body: more, type: "application/merge-patch+json" })).code).toBe(422);
    await call("PATCH", `${CONFIG_MAPS}/held`, { body: { metadata: { finalizers: null } }, type: "application/merge-patch+json" });
    expect((await call("GET", `${CONFIG_MAPS}/held`)).code).toBe(404);
  });

  it("creates by an update what may be created so, and nothing else", async () => {
    const lease = { metadata: { name: "l" }, spec: { holderIdentity: "me" } };
    expect((await call("PUT", "/apis/coordination.k8s.io/v1/namespaces/default/leases/l", { body: lease })).code).toBe(201);
    expect((await call("PUT", `${CONFIG_MAPS}/new`, { body: configMap("new") })).code).toBe(404);
  });

  it("lets a namespace go when its finalizer is taken away by hand", async () => {
    const { body } = await call("POST", "/api/v1/namespaces", { body: { metadata: { name: "shop" } } });
    await call("POST", "/api/v1/namespaces/shop/configmaps", { body: configMap("held", {}, { finalizers: ["example.com/hold"] }) });
    await call("DELETE", "/api/v1/namespaces/shop");
    expect((await call("PUT", "/api/v1/namespaces/shop/finalize", { body: { ...body, metadata: { name: "shop" }, spec: {} } })).code).toBe(
      200,
    );
    expect((await call("GET", "/api/v1/namespaces/shop")).code).toBe(404);
  });

  it("refuses an update of another version, and counts only changes", async () => {
    const { body } = await call("POST", CONFIG_MAPS, { body: configMap("a", { k: "1" }) });
    expect((await call("PUT", `${CONFIG_MAPS}/a`, { body: { ...body, data: { k: "2" } } })).code).toBe(200);
    expect(await call("PUT", `${CONFIG_MAPS}/a`, { body })).toMatchObject({
      code: 409,
      body: { reason: "Conflict", details: { name: "a", kind: "configmaps" } },
    });
    const before = sim.writes();
    await call("PUT", `${CONFIG_MAPS}/a`, { body: configMap("a", { k: "2" }) });
    expect(sim.writes()).toBe(before);
  });

  it.each([
    ["POST", CONFIG_MAPS, { body: "k: v", type: "text/plain" }, 415],
    ["POST", CONFIG_MAPS, { body: "{", type: "application/json" }, 400],
    ["POST", CONFIG_MAPS, { body: { kind: "Secret", metadata: { name: "x" } } }, 400],
    ["POST", CONFIG_MAPS, { body: { metadata: { name: "x", namespace: "other" } } }, 400],
    ["POST", CONFIG_MAPS, { body: { metadata: {} } }, 422],
    ["POST", CONFIG_MAPS, { body: Buffer.from("k8s\0\n\0"), type: "application/vnd.kubernetes.protobuf" }, 415],
    ["PATCH", `${CONFIG_MAPS}/kube-root-ca.crt`, { body: {}, type: "application/json" }, 415],
    ["PATCH", `${CONFIG_MAPS}/x`, { body: "{}", type: "application/apply-patch+yaml" }, 422],
    ["POST", `${CONFIG_MAPS}/x`, { body: {} }, 405],
    ["DELETE", "/api/v1/namespaces", {}, 405],
  ] as const)("%s %s %j is refused with %i", async (method, path, options, code) => {
    expect((await call(method, path, options as Call)).code).toBe(code);
  });
});

describe("access", () => {
  it("lets in by token where there is one, and nobody without", async () => {
    await sim.stop();
    sim = await startKubeSim({ token: "the-token" });
    const status = async (authorization?: string) =>
      (await fetch(`${sim.url}/api/v1/pods`, authorization === undefined ? {} : { headers: { authorization } })).status;
    expect([await status(), await status("Bearer wrong"), await status("Bearer the-token")]).toEqual([403, 401, 200]);
  });

  it("knows users over TLS by their certificates", async () => {
    await sim.stop();
    sim = await startKubeSim({ tls: true });
    const whoAmI = (user?: { certificate: string; key?: string }) =>
      new Promise<any>((resolve, reject) => {
        const options = {
          method: "POST",
          ca: sim.certificateAuthority,
          headers: { "content-type": "application/json" },
          ...(user && { cert: user.certificate, key: user.key }),
        };
        const request = httpsRequest(`${sim.url}/apis/authentication.k8s.io/v1/selfsubjectreviews`, options, (response) => {
          let text = "";
          response.on("data", (chunk) => (text += chunk)).on("end", () => resolve(JSON.parse(text)));
        });
        request.on("error", reject).end("{}");
      });
    expect((await whoAmI(sim.clientCertificate("eve", ["dev"]))).status.userInfo).toEqual({
      username: "eve",
      groups: ["dev", "system:authenticated"],
    });
    expect((await whoAmI()).code).toBe(403);
  });

  it("takes back a token with its service account", async () => {
    const { body } = await call("POST", "/api/v1/namespaces/default/serviceaccounts/default/token", { body: { spec: {} } });
    const who = () => fetch(`${sim.url}/api/v1/namespaces/default/pods`, { headers: { authorization: `Bearer ${body.status.token}` } });
    expect((await who()).status).toBe(403);
    await call("DELETE", "/api/v1/namespaces/default/serviceaccounts/default");
    expect((await who()).status).toBe(401);
  });
});
