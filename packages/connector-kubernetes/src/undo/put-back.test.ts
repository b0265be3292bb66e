import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Cluster, ClusterRequest } from "../cluster/cluster.ts";
import { faultOf } from "../cluster/open-cluster.ts";
import { namespace, object, TYPES } from "../impact/cluster-of.testing.ts";
import type { Kept } from "./kept.ts";
import { planPutBack } from "./put-back.ts";

const SETTINGS = object("v1", "ConfigMap", "a/settings", { data: { colour: "red" } });
const KEPT: Kept = {
  form: 1,
  lost: [],
  objects: [{ type: TYPES.find("/configmaps")!, namespace: "a", name: "settings", after: "gone", uid: "u", wanted: SETTINGS }],
};

test("a dry run that nobody waits for any more is ended", async () => {
  const asking = new AbortController();
  const tried: ClusterRequest[] = [];
  const answer = (status: number, body: object) => ({ status, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(body))]) });
  const cluster: Cluster = {
    request: (request) => {
      const { method, path, signal } = request;
      if (method === "GET") return Promise.resolve(path === "/api/v1/namespaces/a" ? answer(200, namespace("a")) : answer(404, {}));
      tried.push(request);
      const ended = new Promise<never>((_, reject) => {
        signal!.addEventListener("abort", () => reject(faultOf(signal!.reason as Error, signal)), { once: true });
      });
      setImmediate(() => asking.abort(new DOMException("", "TimeoutError")));
      return ended;
    },
    close: () => Promise.resolve(),
  };
  await expect(planPutBack(cluster, KEPT, asking.signal)).rejects.toMatchObject({ code: "analysis_timeout" });
  expect(tried.map(({ method, query }) => [method, new URLSearchParams(query).get("dryRun")])).toEqual([["POST", "All"]]);
});
