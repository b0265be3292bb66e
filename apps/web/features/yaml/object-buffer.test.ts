import type { ObjectText } from "@interlock/protocol";
import { expect, test } from "vitest";
import type { Request } from "../room/room-connection.ts";
import { ObjectBuffer } from "./object-buffer.ts";

const REF = { connectionId: "c", kind: "apps/deployments", namespace: "shop", name: "web" };
const version = (text: string, number: number): ObjectText => ({ text, full: text, uid: "u", version: String(number) });
/** All that is under way here is promises that are settled. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function open() {
  let now: ObjectText | undefined = version("replicas: 2\n", 1);
  let told: (version: string | undefined) => void = () => undefined;
  const asked: Request[] = [];
  const buffer = new ObjectBuffer(REF, {
    roomId: "r",
    connection: () => "eks-prod",
    command: () => undefined,
    onCommands: () => () => undefined,
    watch: (listener) => {
      told = listener;
      return () => undefined;
    },
    ask: (request) => {
      asked.push(request);
      if (request.type === "object.edit") return Promise.resolve({ ok: true, value: { fields: [], drift: [], conflicts: [] } });
      if (request.type !== "object.read") return Promise.resolve({ ok: true, value: {} });
      return Promise.resolve(now ? { ok: true, value: { ...now } } : { ok: false, code: "not_found", title: "gone", next: "" });
    },
  });
  await settled();
  const becomes = async (text: ObjectText | undefined) => {
    now = text;
    told(text?.version);
    await settled();
  };
  return { buffer, becomes, asked, state: () => buffer.state.get() };
}

test("without edits what is shown is what is there", async () => {
  const { state, becomes, buffer } = await open();
  expect(state()).toMatchObject({ phase: "here", text: "replicas: 2\n" });
  await becomes(version("replicas: 3\n", 2));
  expect(state()).toMatchObject({ text: "replicas: 3\n", base: { version: "2" } });
  expect(buffer.edited).toBe(false);
  expect(state().latest).toBeUndefined();
});

test("an edit stays whatever happens to the object, and what it is of stays with it", async () => {
  const { state, becomes, buffer } = await open();
  buffer.write("replicas: 5\n");
  await becomes(version("replicas: 3\n", 2));
  expect(state()).toMatchObject({ text: "replicas: 5\n", base: { text: "replicas: 2\n" }, latest: { text: "replicas: 3\n" } });
  await becomes(undefined);
  expect(state()).toMatchObject({ text: "replicas: 5\n", gone: true });
  expect(buffer.edited).toBe(true);
});

test("discarding goes on from what is there now", async () => {
  const { state, becomes, buffer } = await open();
  buffer.write("replicas: 5\n");
  await becomes(version("replicas: 3\n", 2));
  buffer.discard();
  expect(state()).toMatchObject({ text: "replicas: 3\n", base: { version: "2" } });
  expect(buffer.edited).toBe(false);
});

test("what is too long to be edited here says so, and nothing is asked", async () => {
  const { state, buffer, asked } = await open();
  buffer.write("x".repeat(100_001));
  asked.length = 0;
  await buffer.plan();
  expect(state().plan?.edit.problem).toContain("100,000 characters");
  expect(asked).toEqual([]);
});

test("an edit that changes nothing has no command", async () => {
  const { state, buffer } = await open();
  buffer.write("replicas: 2 # the same\n");
  await buffer.plan();
  expect(state()).toMatchObject({ planning: false, plan: { of: "replicas: 2 # the same\n", edit: { fields: [] } } });
  expect(state().plan?.edit.command).toBeUndefined();
  expect(state().plan?.edit.problem).toBeUndefined();
});

test("undo of a discard brings the edit back with what it is an edit of", async () => {
  const { state, becomes, buffer } = await open();
  buffer.write("replicas: 5\n");
  await becomes(version("paused: true\nreplicas: 2\n", 2));
  buffer.discard();
  buffer.write("replicas: 5\n");
  // Else leaving out `paused` would be taken for a part of the edit.
  expect(state()).toMatchObject({ text: "replicas: 5\n", base: { version: "1" }, latest: { version: "2" } });
});
