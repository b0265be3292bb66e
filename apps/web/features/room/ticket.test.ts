import { afterEach, expect, test, vi } from "vitest";
import { fetchTicket } from "./ticket.ts";

afterEach(() => void vi.unstubAllGlobals());

/** A server that takes the request and never answers. */
const silent = (_url: string, { signal }: { signal: AbortSignal }) =>
  new Promise((_answer, failed) => signal.addEventListener("abort", () => failed(signal.reason as Error)));

test("a server that does not answer is given up, so that it can be asked again", async () => {
  const late = new AbortController();
  const timeout = vi.spyOn(AbortSignal, "timeout").mockReturnValue(late.signal);
  vi.stubGlobal("fetch", silent);
  const asked = fetchTicket();
  late.abort(new DOMException("late", "TimeoutError"));
  expect(await asked).toEqual({ ok: false, signedOut: false, why: "Interlock does not answer." });
  expect(timeout).toHaveBeenCalledOnce();
  timeout.mockRestore();
});

test("who leaves waits for nothing", async () => {
  vi.stubGlobal("fetch", silent);
  const leaving = new AbortController();
  const asked = fetchTicket(leaving.signal);
  leaving.abort();
  expect(await asked).toMatchObject({ ok: false, signedOut: false });
});
