import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Document } from "@interlock/protocol";
import { RoomPosts } from "./room-posts.ts";

const ROOM = {
  id: "00000000-0000-4000-8000-000000000001",
  code: "R-1",
  title: "Posture of eks-prod",
  open: true,
  openedAt: "2026-11-21T00:00:00.000Z",
  members: [],
  waiting: 0,
};
const FIX = { name: "namespace-environment.kubectl", connection: "eks-prod", text: "# kubectl label …\n" };
const Made = Document.pick({ id: true });
const NEW_DOCUMENT = { id: "00000000-0000-4000-8000-000000000002" };

type Answer = "no answer" | { status: number; body: unknown };
const refused = (status: number, code: string): Answer => ({ status, body: { type: "about:blank", title: code, status, code, next: "" } });
const made = (body: unknown): Answer => ({ status: 201, body });

let asked: { path: string; key: string }[];
let answers: Answer[];

beforeEach(() => {
  asked = [];
  vi.stubGlobal("fetch", (path: string, { headers }: { headers: Record<string, string> }) => {
    asked.push({ path: path.replace("/api/v1", ""), key: headers["idempotency-key"]! });
    const answer = answers.shift()!;
    if (answer === "no answer") return Promise.reject(new TypeError("failed to fetch"));
    return Promise.resolve(new Response(JSON.stringify(answer.body), { status: answer.status }));
  });
});
afterEach(() => vi.unstubAllGlobals());

test("a document that was refused goes into the room that was made for it, not into a second one", async () => {
  answers = [made(ROOM), refused(413, "too_large"), made(NEW_DOCUMENT)];
  const posts = new RoomPosts("Posture of eks-prod");
  expect(await posts.put(undefined, "documents", FIX, Made)).toMatchObject({ ok: false, code: "too_large" });
  expect(posts.room?.id).toBe(ROOM.id);
  expect(await posts.put(undefined, "documents", FIX, Made)).toEqual({ ok: true, value: { roomId: ROOM.id, answer: NEW_DOCUMENT } });
  expect(asked.map(({ path }) => path)).toEqual(["/rooms", `/rooms/${ROOM.id}/documents`, `/rooms/${ROOM.id}/documents`]);
  // What was refused is asked anew; the answer of a key is kept.
  expect(asked[2]!.key).not.toBe(asked[1]!.key);
});

test("what had no answer may have been done, and is sent again as itself", async () => {
  answers = ["no answer", made(ROOM), refused(500, "internal"), made(NEW_DOCUMENT)];
  const posts = new RoomPosts("Posture of eks-prod");
  expect(await posts.put(undefined, "documents", FIX, Made)).toMatchObject({ ok: false, code: "internal" });
  expect(await posts.put(undefined, "documents", FIX, Made)).toMatchObject({ ok: false, code: "internal" });
  expect((await posts.put(undefined, "documents", FIX, Made)).ok).toBe(true);
  const [room, again, document, repeated] = asked.map(({ key }) => key);
  expect(again).toBe(room);
  expect(repeated).toBe(document);
  expect(document).not.toBe(room);
});

test("a room that is there is not made", async () => {
  answers = [made(NEW_DOCUMENT)];
  const posts = new RoomPosts("Posture of eks-prod");
  expect(await posts.put("r7", "documents", FIX, Made)).toMatchObject({ value: { roomId: "r7" } });
  expect([asked.map(({ path }) => path), posts.room]).toEqual([["/rooms/r7/documents"], undefined]);
});
