import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { KeptObjects } from "./kept-edits.ts";

const WEB = { connectionId: "c", kind: "apps/deployments", kindName: "Deployment", namespace: "shop", name: "web" };
const SECRET = { ...WEB, kind: "/secrets", kindName: "Secret", name: "db" };
const edit = (target: typeof WEB, text: string) => ({ target, base: { text: "a: 1\n", uid: "u", version: "1" }, text });

/** What a tab stores, over several loads of its page. */
class TabStorage {
  readonly items = new Map<string, string>();
  get length() {
    return this.items.size;
  }
  key = (index: number) => [...this.items.keys()][index] ?? null;
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

let tab: TabStorage;
/** The page, as it is after it was loaded. */
const load = async () => {
  vi.resetModules();
  return import("./kept-edits.ts");
};
beforeEach(() => void (tab = new TabStorage()));
afterEach(() => void vi.restoreAllMocks());

test("what is open and not saved is there after a reload, for the same person in the same room", async () => {
  const objects: KeptObjects = { panes: [WEB], edits: [edit(WEB, "a: 2\n"), edit({ ...WEB, name: "api" }, "a: 3\n")] };
  (await load()).keepObjects("me", "room", objects, tab);
  const { keptObjects, keepObjects } = await load();
  expect(keptObjects("me", "room", tab)).toEqual(objects);
  expect(keptObjects("me", "another", tab).edits).toEqual([]);
  expect(keptObjects("you", "room", tab).edits).toEqual([]);
  keepObjects("me", "room", { panes: [], edits: [] }, tab);
  expect(tab.items.size).toBe(0);
});

test("values of Secrets are kept in the page's memory, and stored nowhere", async () => {
  const { keepObjects, keptObjects } = await load();
  keepObjects("me", "room", { panes: [SECRET], edits: [edit(SECRET, "password: hunter2\n")] }, tab);
  expect(JSON.stringify([...tab.items])).not.toContain("hunter2");
  expect(keptObjects("me", "room", tab).edits).toHaveLength(1);
  expect((await load()).keptObjects("me", "room", tab)).toEqual({ panes: [SECRET], edits: [] });
});

test("what is stored is bounded, and the newest edits come first", async () => {
  const long = Array.from({ length: 10 }, (_, n) => edit({ ...WEB, name: `web-${n}` }, "x".repeat(100_000)));
  (await load()).keepObjects("me", "room", { panes: [], edits: long }, tab);
  const { keptObjects } = await load();
  expect(keptObjects("me", "room", tab).edits.map(({ target }) => target.name)).toEqual(["web-5", "web-6", "web-7", "web-8", "web-9"]);
});

test("a storage that is full or holds something else costs what it kept, nothing more", async () => {
  const said = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const { keepObjects, keptObjects } = await load();
  tab.items.set("interlock.objects.me.room", "{");
  expect(keptObjects("me", "room", tab)).toEqual({ panes: [], edits: [] });
  tab.setItem = () => {
    throw new Error("it is full");
  };
  keepObjects("me", "room", { panes: [WEB], edits: [] }, tab);
  expect(keptObjects("me", "room", tab).panes).toEqual([WEB]);
  expect(said).toHaveBeenCalledTimes(2);
});

test("after signing out nothing is left, and nothing more is kept", async () => {
  const { keepObjects, keptObjects, forgetObjects } = await load();
  keepObjects("me", "room", { panes: [WEB], edits: [edit(WEB, "a: 2\n")] }, tab);
  tab.items.set("something else", "1");
  forgetObjects(tab);
  keepObjects("me", "room", { panes: [WEB], edits: [edit(WEB, "a: 2\n")] }, tab);
  expect([...tab.items.keys()]).toEqual(["something else"]);
  expect(keptObjects("me", "room", tab)).toEqual({ panes: [], edits: [] });
});
