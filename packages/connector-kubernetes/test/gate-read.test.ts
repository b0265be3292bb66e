import { describe, expect, it } from "vitest";
import { openGate } from "../src/index.ts";
import { mayHaveChanged, startRecordingCluster } from "./recording-cluster.ts";

const web = {
  kind: "ConfigMap",
  apiVersion: "v1",
  metadata: { name: "web", namespace: "a", uid: "uid-1", resourceVersion: "7" },
  data: { a: "b" },
};
const PATH = "/api/v1/namespaces/a/configmaps";

describe("a gate for reading", () => {
  it("passes reads, a client's own dry run, and refuses writes", async () => {
    await using upstream = await startRecordingCluster({ [`${PATH}/web`]: web });
    const gate = await openGate({ cluster: upstream.cluster, mode: "read" });
    try {
      expect(await (await fetch(`${gate.url}${PATH}/web`)).json()).toEqual(web);
      const body = JSON.stringify({ kind: "ConfigMap", apiVersion: "v1", metadata: { name: "x" } });
      const headers = { "content-type": "application/json" };
      expect((await fetch(`${gate.url}${PATH}?dryRun=All`, { method: "POST", headers, body })).status).toBe(201);
      expect((await fetch(`${gate.url}${PATH}`, { method: "POST", headers, body })).status).toBe(403);
      expect((await fetch(`${gate.url}${PATH}/web`, { method: "DELETE" })).status).toBe(403);
      expect(gate.refused.map(({ effect }) => effect)).toEqual(["append", "delete"]);
      expect(gate.writes).toEqual([]);
      expect(upstream.requests.map(mayHaveChanged).filter(Boolean)).toEqual([]);
    } finally {
      await gate.close();
    }
  });

  it("stops at once when the cluster keeps what it was asked only to try", async () => {
    const objects: Record<string, object> = { [`${PATH}/web`]: web };
    await using upstream = await startRecordingCluster(objects);
    // An API server that passes the dry run over: the object is gone when it is looked at again.
    const gate = await openGate({
      cluster: {
        request: async (request) => {
          const response = await upstream.cluster.request(request);
          if (request.method === "DELETE") delete objects[request.path];
          return response;
        },
        close: async () => undefined,
      },
      mode: "plan",
    });
    try {
      expect((await fetch(`${gate.url}${PATH}/web`, { method: "DELETE" })).status).toBe(500);
      expect(gate.fault).toContain("web");
      const reached = upstream.requests.length;
      expect((await fetch(`${gate.url}${PATH}`)).status).toBe(500);
      expect(upstream.requests).toHaveLength(reached);
    } finally {
      await gate.close();
    }
  });
});
