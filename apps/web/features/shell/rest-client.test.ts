import { problem, Room } from "@interlock/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { rest } from "./rest-client.ts";

const Id = Room.pick({ id: true });
const answering = (response: Response | Error) => {
  const fetching = vi.fn<typeof fetch>(() => (response instanceof Error ? Promise.reject(response) : Promise.resolve(response)));
  vi.stubGlobal("fetch", fetching);
  return fetching;
};
afterEach(() => vi.unstubAllGlobals());

test("an answer of the known form is a value", async () => {
  answering(Response.json({ id: "1", more: true }));
  expect(await rest.get("/rooms/1", Id)).toEqual({ ok: true, value: { id: "1" } });
});

test("a problem document becomes the refusal it names", async () => {
  answering(Response.json(problem("room_closed", "INC-1 is closed"), { status: 409 }));
  expect(await rest.get("/rooms/1", Id)).toEqual({ ok: false, code: "room_closed", detail: "INC-1 is closed" });
});

test.each([
  ["a page of a proxy", new Response("<h1>Bad gateway</h1>", { status: 502 }), "internal"],
  ["a bare 401", new Response(null, { status: 401 }), "unauthenticated"],
  ["an answer of another version", Response.json({ uuid: "1" }), "protocol_version"],
  ["something that is not JSON", new Response("ok"), "protocol_version"],
  ["no answer", new TypeError("Failed to fetch"), "internal"],
])("%s is a refusal, not a fault", async (_, response, code) => {
  answering(response);
  expect(await rest.get("/rooms/1", Id)).toMatchObject({ ok: false, code });
});

test("an abort is the only rejection", async () => {
  const abort = new AbortController();
  abort.abort();
  answering(new DOMException("aborted", "AbortError"));
  await expect(rest.get("/rooms/1", Id, abort.signal)).rejects.toThrow("aborted");
});

test("a post carries its body and its Idempotency-Key", async () => {
  const fetching = answering(Response.json({ id: "1" }, { status: 201 }));
  await rest.post("/rooms", { title: "t" }, Id, { key: "once-only" });
  expect(fetching).toHaveBeenCalledWith(
    "/api/v1/rooms",
    expect.objectContaining({
      method: "POST",
      body: '{"title":"t"}',
      headers: { "content-type": "application/json", "idempotency-key": "once-only" },
    }),
  );
});
