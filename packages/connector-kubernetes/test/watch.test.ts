import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Cluster, PlannedWrite } from "../src/index.ts";
import { watchOutcome } from "../src/apply/watch.ts";

type Answer = { status: number; body?: object } | "down";

/** A cluster whose object goes through these states, a look each, and stays in the last; and what is told of it. */
function stage(states: Answer[]) {
  let look = 0;
  const cluster: Cluster = {
    close: async () => undefined,
    request: async () => {
      const state = states[Math.min(look++, states.length - 1)]!;
      if (state === "down") throw new Error("socket hang up");
      return { status: state.status, headers: {}, body: Readable.from([Buffer.from(JSON.stringify(state.body ?? {}))]) };
    },
  };
  const lines: string[] = [];
  let ended = 0;
  const sink = {
    columns: () => {},
    rows: (_statement: number, bytes: Uint8Array) => void lines.push(textOf(bytes)),
    end: () => void ended++,
    notice: () => {},
  };
  return { cluster, sink, lines, ended: () => ended };
}

/** The last two fields of one DataRow. */
function textOf(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  const fields: string[] = [];
  for (let at = 7; at < buffer.length;) {
    const size = buffer.readInt32BE(at);
    fields.push(buffer.toString("utf8", at + 4, at + 4 + size));
    at += 4 + size;
  }
  return fields.slice(1).join(" ");
}

const deletion = {
  index: 0,
  method: "DELETE",
  path: "/api/v1/namespaces/a",
  query: "",
  resource: { group: "", version: "v1", resource: "namespaces", kind: "Namespace", name: "a" },
  effect: "delete",
  uid: "u",
  shown: "server",
  warnings: [],
  bindings: [],
  stored: { sensitive: true, method: "DELETE", url: "/api/v1/namespaces/a", headers: {}, body: Buffer.alloc(0) },
} satisfies PlannedWrite;

const ending = (message: string): Answer => ({
  status: 200,
  body: {
    kind: "Namespace",
    metadata: { name: "a", uid: "u", deletionTimestamp: "2026-01-01T00:00:00Z" },
    status: { conditions: [{ type: "NamespaceContentRemaining", status: "True", message }] },
  },
});

const watch = (
  stage_: ReturnType<typeof stage>,
  more: { signal?: AbortSignal; timeoutMs?: number; stallMs?: number } = {},
): Promise<void> =>
  watchOutcome(stage_.cluster, [deletion], {
    sink: stage_.sink,
    statement: 1,
    signal: new AbortController().signal,
    timeoutMs: 60_000,
    ...more,
  });

test("a line is told for each thing that is new, and the end comes by itself", async () => {
  const one = stage([ending("2 pods remain"), ending("2 pods remain"), "down", ending("1 pod remains"), { status: 404 }]);
  await watch(one);
  expect(one.lines).toEqual(["v1 Namespace a is ending: 2 pods remain", "v1 Namespace a is ending: 1 pod remains", "v1 Namespace a gone"]);
  expect(one.ended()).toBe(1);
});

test("another object of the name is the end of the one that was deleted", async () => {
  const one = stage([{ status: 200, body: { kind: "Namespace", metadata: { name: "a", uid: "other" } } }]);
  await watch(one);
  expect(one.lines).toEqual(["v1 Namespace a gone"]);
});

test("whoever stops it stops the watching", async () => {
  const stop = new AbortController();
  const one = stage([ending("2 pods remain")]);
  const done = watch(one, { signal: stop.signal });
  setTimeout(() => stop.abort(), 50);
  await done;
  expect(one.lines.at(-1)).toMatch(/is not watched any longer, since somebody stopped that; what was done stays done/);
});

test("what does not move on is not watched for ever, nor longer than it may be", async () => {
  const still = stage([ending("finalizer x")]);
  await watch(still, { stallMs: 150 });
  expect(still.lines.at(-1)).toMatch(/has not moved on for a while/);
  const long = stage([ending("1"), ending("2"), ending("3"), ending("4"), ending("5")]);
  await watch(long, { timeoutMs: 150 });
  expect(long.lines.at(-1)).toMatch(/takes longer than it is watched/);
});

test("writes that lead to nothing that takes time show nothing", async () => {
  const one = stage([]);
  const made = { ...deletion, method: "POST", resource: { ...deletion.resource, resource: "configmaps", kind: "ConfigMap" } };
  await watchOutcome(one.cluster, [made], { sink: one.sink, statement: 1, signal: new AbortController().signal, timeoutMs: 1 });
  expect([one.lines, one.ended()]).toEqual([[], 0]);
});
