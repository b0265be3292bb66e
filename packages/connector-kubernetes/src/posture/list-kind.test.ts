import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Cluster } from "../cluster/cluster.ts";
import { faultOf } from "../cluster/open-cluster.ts";
import { TYPES } from "../impact/cluster-of.testing.ts";
import { listKind } from "./list-kind.ts";

const PODS = TYPES.find("/pods")!;

/** Begins to answer every request, and goes on as `then` says. */
function beginning(then: (body: Readable, signal: AbortSignal) => void): Cluster {
  return {
    request: ({ signal }) => {
      const body = new Readable({ read: () => {} });
      body.push('{"kind":"PodList","items":[');
      // As undici does it.
      signal!.addEventListener("abort", () => body.destroy(signal!.reason as Error));
      setImmediate(() => then(body, signal!));
      return Promise.resolve({ status: 200, headers: {}, body });
    },
    close: () => Promise.resolve(),
  };
}

/** A signal as of `AbortSignal.timeout`, at a time of the test's choosing. */
function ending(reason: "TimeoutError" | "AbortError"): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  return { signal: controller.signal, end: () => controller.abort(new DOMException("", reason)) };
}

test("a list that is cut off, or that takes too long, leaves the others", async () => {
  const reset = beginning((body) => body.destroy(Object.assign(new Error("other side closed"), { code: "UND_ERR_SOCKET" })));
  expect(await listKind(reset, PODS, () => {}, ending("TimeoutError").signal)).toBe(
    "pods could not be read: The cluster does not answer (UND_ERR_SOCKET)",
  );
  const late = ending("TimeoutError");
  expect(await listKind(beginning(late.end), PODS, () => {}, late.signal)).toBe("pods could not be read: it took too long");
  // Nobody has answered at all by then.
  const silent: Cluster = {
    ...reset,
    request: ({ signal }) =>
      new Promise((_, reject) => signal!.addEventListener("abort", () => reject(faultOf(signal!.reason as Error, signal)))),
  };
  const end = ending("TimeoutError");
  setImmediate(end.end);
  expect(await listKind(silent, PODS, () => {}, end.signal)).toBe("pods could not be read: it took too long");
});

test("a refusal does not name the user of the connection", async () => {
  const refusal = { kind: "Status", message: 'pods is forbidden: User "agent@example.com" cannot list resource "pods"' };
  const cluster: Cluster = {
    request: () => Promise.resolve({ status: 403, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(refusal))]) }),
    close: () => Promise.resolve(),
  };
  expect(await listKind(cluster, PODS, () => {}, ending("AbortError").signal)).toBe(
    "pods could not be read: the connection may not list them",
  );
});

test("nobody waiting any more ends all", async () => {
  const gone = ending("AbortError");
  await expect(listKind(beginning(gone.end), PODS, () => {}, gone.signal)).rejects.toMatchObject({ code: "cancelled" });
});
