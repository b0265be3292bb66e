import type { Command } from "@interlock/protocol";
import { expect, test } from "vitest";
import { ObjectStore } from "../objects/object-store.ts";
import type { Answer, Request } from "../room/room-connection.ts";
import { EMPTY_ROOM } from "../room/room-state.ts";
import { createStore } from "../room/store.ts";
import { OpenObjects } from "./open-objects.ts";

const WEB = { connectionId: "c", kind: "apps/deployments", kindName: "Deployment", namespace: "shop", name: "web" };
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A visit of one room, in the tab that these tests are. */
async function visit(roomId: string, version: string, commands: readonly Partial<Command>[] = []) {
  const ask = ({ type }: Request): Promise<Answer> =>
    Promise.resolve({ ok: true, value: type === "object.read" ? { text: "a: 1\n", full: "a: 1\nmanaged: 1\n", uid: "u", version } : {} });
  const items = new Map<string, string>();
  const open = new OpenObjects({
    roomId,
    ask,
    room: createStore({ ...EMPTY_ROOM, commands: commands as Command[] }),
    objects: new ObjectStore({ ask, notify: () => true }),
    storage: {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => items.set(key, value),
      removeItem: (key) => items.delete(key),
    },
  });
  open.enter("me");
  await settled();
  return open;
}

test("an edit that is not saved goes on where the room is opened again, on what the object is by then", async () => {
  const first = await visit("room", "1");
  const key = first.open(WEB);
  await settled();
  first.buffer(key)!.write("a: 2\n");
  first.dispose();
  expect((await visit("another room", "1")).panes.get()).toEqual([]);

  const second = await visit("room", "2");
  expect(second.panes.get()).toEqual([{ key, target: WEB }]);
  expect(second.edited.get()).toEqual(new Set([key]));
  expect(second.buffer(key)!.state.get()).toMatchObject({
    phase: "here",
    text: "a: 2\n",
    restored: true,
    base: { text: "a: 1\n", version: "1" },
    latest: { version: "2" },
  });
  // Its pane is closed: the edit stays, and is there when the object is opened from the tree.
  expect(second.close(key)).toBe(true);
  second.dispose();

  const third = await visit("room", "1");
  expect(third.panes.get()).toEqual([]);
  expect(third.edited.get()).toEqual(new Set([key]));
  third.open(WEB);
  await settled();
  const buffer = third.buffer(key)!;
  // The same version as it is an edit of: the whole object is known again.
  expect(buffer.state.get()).toMatchObject({ text: "a: 2\n", base: { version: "1", full: "a: 1\nmanaged: 1\n" } });
  expect(buffer.state.get().latest).toBeUndefined();
  buffer.discard();
  expect(buffer.state.get().restored).toBeUndefined();
  third.dispose();
  expect((await visit("room", "1")).edited.get().size).toBe(0);
});

test("an edit that was proposed is known to be, as long as its command waits", async () => {
  const waiting = { id: "1", state: "awaiting_review" } as const;
  const first = await visit("proposed", "1", [waiting]);
  const key = first.open(WEB);
  await settled();
  const buffer = first.buffer(key)!;
  buffer.write("a: 2\n");
  buffer.state.update((now) => ({ ...now, proposed: { commandId: "1", text: "a: 2\n" } }));
  first.dispose();

  const second = await visit("proposed", "1", [waiting]);
  expect(second.buffer(key)!.state.get().proposed).toEqual({ commandId: "1", text: "a: 2\n" });
  second.dispose();

  // It was saved meanwhile: there is no edit any more.
  const third = await visit("proposed", "2", [{ id: "1", state: "succeeded" }]);
  expect(third.buffer(key)!.edited).toBe(false);
  expect(third.edited.get().size).toBe(0);
  third.dispose();

  // The room knows nothing of that command: it may be proposed.
  const fourth = await visit("proposed", "2", []);
  expect(fourth.buffer(key)!.state.get().proposed).toBeUndefined();
  fourth.dispose();
});

test("an edit that was discarded comes back, also when its pane was closed meanwhile and others changed the object", async () => {
  const room = await visit("undone", "2");
  const key = room.open(WEB);
  await settled();
  const first = room.buffer(key)!;
  const { base } = first.state.get();
  first.write("a: 2\n");
  first.discard();
  expect(room.close(key)).toBe(false);
  expect(room.bringBack(WEB, { base: { ...base!, version: "1" }, text: "a: 2\n" })).toBe(key);
  expect(room.panes.get()).toEqual([{ key, target: WEB }]);
  expect(room.edited.get()).toEqual(new Set([key]));
  await settled();
  expect(room.buffer(key)!.state.get()).toMatchObject({ phase: "here", text: "a: 2\n", base: { version: "1" }, latest: { version: "2" } });
  room.dispose();
  expect((await visit("undone", "2")).unsaved()).toMatchObject([{ text: "a: 2\n", base: { version: "1" } }]);
});
