import { setTimeout as pause } from "node:timers/promises";
import { TargetError } from "@interlock/connector";
import type { ObjectEntry, ObjectsChange } from "@interlock/protocol";
import { afterEach, expect, test } from "vitest";
import { KindWatch } from "./kind-watch.ts";
import type { ObjectSource, Trouble, WatchEvent } from "./object-source.ts";

const entry = (name: string, version: string, namespace = "shop"): ObjectEntry => ({
  uid: name,
  name,
  namespace,
  labels: {},
  at: "",
  version,
});

type Step = WatchEvent | Trouble | "end" | "cut";

/** A cluster that answers as it is told: lists one after the other, and what each watch yields. */
function source(lists: (readonly ObjectEntry[] | Trouble)[], watches: Step[][] = []) {
  const from: string[] = [];
  const made: Pick<ObjectSource, "list" | "watch"> = {
    list(page) {
      const list = lists.length > 1 ? lists.shift()! : lists[0]!;
      if ("trouble" in list) return Promise.resolve(list);
      for (let at = 0; at < list.length; at += 2) page(list.slice(at, at + 2));
      return Promise.resolve({ version: "10" });
    },
    async *watch(version, signal) {
      from.push(version);
      yield { type: "version", version };
      for (const step of watches.shift() ?? []) {
        if (step === "end") return;
        if (step === "cut") throw new TargetError("target_down", "The cluster does not answer.");
        yield step;
      }
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
    },
  };
  return { made, from };
}

const open: KindWatch[] = [];
afterEach(() => open.splice(0).forEach((watch) => watch.stop()));

function watch(made: Pick<ObjectSource, "list" | "watch">) {
  const watching = new KindWatch(made, { gatherMs: 1, retryMs: { first: 1, most: 5 }, refusedMs: 10 });
  open.push(watching);
  return watching;
}

/** What a follower knows after everything it was told. */
function page(watching: KindWatch, namespace?: string) {
  const known = new Map<string, string>();
  const changes: ObjectsChange[] = [];
  const following = watching.follow(namespace, (change) => {
    changes.push(change);
    if (change.reset) known.clear();
    for (const { uid, version } of change.put) known.set(uid, version);
    for (const uid of change.gone) known.delete(uid);
  });
  return { known, changes, close: () => following.close(), phase: () => changes.at(-1)?.phase };
}

async function until(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 5_000; !condition(); await pause(1)) if (Date.now() > end) throw new Error("it does not come to that");
}

test("what is listed and what happens afterwards is told, of one namespace where one is asked for", async () => {
  const { made, from } = source(
    [[entry("a", "1"), entry("b", "2"), entry("c", "3", "other")]],
    [
      [
        { type: "put", entry: entry("d", "11") },
        { type: "gone", uid: "a" },
        { type: "put", entry: entry("c", "12", "other") },
      ],
    ],
  );
  const watching = watch(made);
  const all = page(watching);
  const shop = page(watching, "shop");
  await until(() => all.known.get("c") === "12");
  expect(Object.fromEntries(all.known)).toEqual({ b: "2", c: "12", d: "11" });
  expect([...shop.known.keys()].toSorted()).toEqual(["b", "d"]);
  expect(all.phase()).toBe("live");
  // Who comes later is told what there is.
  expect([...page(watching, "other").known]).toEqual([["c", "12"]]);
  expect(from).toEqual(["10"]);
});

test("a server that remembers no longer is listed anew, and what went meanwhile is gone", async () => {
  const { made, from } = source(
    [
      [entry("a", "1"), entry("b", "2")],
      [entry("b", "20"), entry("c", "21")],
    ],
    [[{ trouble: "expired", why: "too old resource version" }]],
  );
  const seen = page(watch(made));
  await until(() => seen.known.has("c"));
  expect(Object.fromEntries(seen.known)).toEqual({ b: "20", c: "21" });
  expect(from).toHaveLength(2);
  expect(seen.changes.every(({ phase }) => phase !== "refused")).toBe(true);
});

test("a watch that ends or is cut goes on where it was, and says while it is behind", async () => {
  const { made, from } = source(
    [[entry("a", "1")]],
    [
      [{ type: "put", entry: entry("a", "15") }, "end"],
      [{ type: "version", version: "17" }, "cut"],
      [{ type: "put", entry: entry("b", "18") }],
    ],
  );
  const seen = page(watch(made));
  await until(() => seen.known.has("b"));
  expect(from).toEqual(["10", "15", "17"]);
  expect(seen.known.get("a")).toBe("15");
  await until(() => seen.phase() === "live");
  expect(seen.changes.map(({ phase }) => phase)).toContain("behind");
});

test("what may not be listed says so in the server's words, and is tried again", async () => {
  const { made } = source([{ trouble: "refused", why: "secrets is forbidden" }, [entry("a", "1")]]);
  const seen = page(watch(made));
  await until(() => seen.known.has("a"));
  expect(seen.changes.find(({ phase }) => phase === "refused")).toMatchObject({ why: "secrets is forbidden", put: [] });
  await until(() => seen.phase() === "live");
});

test("somebody who has left is told nothing more", async () => {
  const { made } = source([[entry("a", "1")]], [[{ type: "put", entry: entry("b", "2") }]]);
  const watching = watch(made);
  const left = page(watching);
  left.close();
  const before = left.changes.length;
  expect(watching.followers).toBe(0);
  const stays = page(watching);
  await until(() => stays.known.has("b"));
  expect(left.changes).toHaveLength(before);
});
