import type { FetchedToken } from "@interlock/protocol";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KEPT_MS, TokenShelf } from "./token-shelf.ts";

const token = (statement = 0): FetchedToken => ({
  statement,
  account: { namespace: "shop", name: "bot" },
  audiences: [],
  expiresAt: "2026-11-21T13:00:00.000Z",
  sha256: "0".repeat(64),
  token: "t",
  kubeconfig: "k",
  warnings: [],
});

describe("tokens that wait for their proposer", () => {
  let gone: string[];
  let shelf: TokenShelf;
  const put = (commandId: string, proposerId = "ann", statement = 0): void =>
    shelf.put({ commandId, proposerId, until: Date.now() + KEPT_MS, token: token(statement) });

  beforeEach(() => {
    vi.useFakeTimers();
    gone = [];
    shelf = new TokenShelf((commandId) => gone.push(commandId));
  });
  afterEach(() => {
    shelf.clear();
    vi.useRealTimers();
  });

  test("are taken once, all of a command together", () => {
    put("a");
    put("a", "ann", 1);
    put("b");
    expect(shelf.take("a").map((one) => one.token.statement)).toEqual([0, 1]);
    expect(shelf.take("a")).toEqual([]);
    expect([shelf.has("a", 0), shelf.has("b", 0), shelf.has("b", 1)]).toEqual([false, true, false]);
    expect(gone).toEqual([]);
  });

  test("are dropped when nobody has come for them", () => {
    put("a");
    vi.advanceTimersByTime(KEPT_MS - 1);
    expect(shelf.has("a", 0)).toBe(true);
    vi.advanceTimersByTime(10);
    expect(gone).toEqual(["a"]);
    expect(shelf.take("a")).toEqual([]);
  });

  test("go with their person's access, and nobody else's", () => {
    put("a", "ann");
    put("b", "bob");
    shelf.dropOf("ann");
    expect([gone, shelf.has("a", 0), shelf.has("b", 0)]).toEqual([["a"], false, true]);
  });

  test("are few: the oldest of a person goes first", () => {
    for (let index = 0; index < 9; index++) put(`a${index}`);
    expect(gone).toEqual(["a0"]);
    for (let index = 0; index < 100; index++) put(`b${index}`, `person ${index}`);
    const left = ["a1", "a8", ...Array.from({ length: 100 }, (_, index) => `b${index}`)].filter((id) => shelf.has(id, 0));
    expect(left).toHaveLength(64);
    expect(left.at(-1)).toBe("b99");
  });
});
