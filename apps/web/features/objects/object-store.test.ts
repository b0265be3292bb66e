import type { ObjectsChange } from "@interlock/protocol";
import { expect, test } from "vitest";
import type { Notice, Request } from "../room/room-connection.ts";
import { ObjectStore } from "./object-store.ts";

function stage() {
  const sent: Notice[] = [];
  const asked: Request[] = [];
  const store = new ObjectStore({
    notify: (message) => sent.push(message) > 0,
    ask: (request) => {
      asked.push(request);
      return Promise.resolve({ ok: true, value: { counts: [{ kind: "/pods", count: 3 }] } });
    },
  });
  return { store, sent, asked };
}

const SCOPE = { connectionId: "c", kind: "/pods", namespace: "shop" };
const change = (more: Partial<ObjectsChange>): ObjectsChange => ({ phase: "live", reset: false, put: [], gone: [], ...more });
const entry = (name: string) => ({ uid: name, name, namespace: "shop", labels: {}, at: "", version: "1" });

test("a list that two parts of a page follow is asked for once, and left when both have", () => {
  const { store, sent } = stage();
  const one = store.watch(SCOPE);
  const two = store.watch(SCOPE);
  expect(sent).toEqual([{ type: "objects.watch", ...SCOPE }]);
  one();
  one();
  expect(sent).toHaveLength(1);
  two();
  expect(sent.at(-1)).toEqual({ type: "objects.unwatch", ...SCOPE });
  expect(store.scope(SCOPE)).toBeUndefined();
});

test("what is told is put together, and forgotten where it is told anew", () => {
  const { store } = stage();
  store.watch(SCOPE);
  const names = () => [...(store.scope(SCOPE)?.entries.values() ?? [])].map(({ name }) => name);
  store.receive({ type: "objects", ...SCOPE, change: change({ reset: true, put: [entry("a"), entry("b")] }) });
  const before = store.scope(SCOPE)?.entries;
  store.receive({ type: "objects", ...SCOPE, change: change({ put: [entry("c")], gone: ["a"] }) });
  expect(names()).toEqual(["b", "c"]);
  // Who holds what was there before sees no change of it.
  expect(before?.size).toBe(2);
  store.receive({ type: "objects", ...SCOPE, change: change({ phase: "refused", why: "forbidden", reset: true }) });
  expect([names(), store.scope(SCOPE)?.phase, store.scope(SCOPE)?.why]).toEqual([[], "refused", "forbidden"]);
  // Of a list nobody follows any more.
  store.receive({ type: "objects", ...SCOPE, kind: "/secrets", change: change({ put: [entry("x")] }) });
  expect(store.scope({ ...SCOPE, kind: "/secrets" })).toBeUndefined();
});

test("after a reconnect everything that is followed is asked for again", () => {
  const { store, sent } = stage();
  store.watch(SCOPE);
  const left = store.watch({ ...SCOPE, kind: "/nodes" });
  left();
  sent.length = 0;
  store.reconnected();
  expect(sent).toEqual([{ type: "objects.watch", ...SCOPE }]);
});

test("numbers stay in view while they are asked for anew", async () => {
  const { store, asked } = stage();
  await store.loadCounts("c", "shop");
  expect(store.counts("c", "shop")?.value?.get("/pods")?.count).toBe(3);
  const again = store.loadCounts("c", "shop");
  void store.loadCounts("c", "shop");
  expect(store.counts("c", "shop")).toMatchObject({ phase: "loading", value: expect.any(Map) });
  await again;
  expect(asked).toHaveLength(2);
  expect(store.counts("c", undefined)).toBeUndefined();
});
