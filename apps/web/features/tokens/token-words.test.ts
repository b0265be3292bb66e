import type { AskedToken, IssuedToken } from "@interlock/protocol";
import { expect, test } from "vitest";
import { kubeconfigName, lifetime, moment, othersWords, rightsInShort, stageOf, timeLeft, tokensInWords } from "./token-words.ts";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const asked = (seconds: number): AskedToken => ({
  account: { namespace: "shop", name: "bot" },
  seconds,
  audiences: [],
  rights: [],
  unread: [],
});
const issued = (more: Partial<IssuedToken>): IssuedToken => ({
  statement: 0,
  account: { namespace: "shop", name: "bot" },
  audiences: [],
  expiresAt: "2026-11-21T12:15:00.000Z",
  sha256: "0".repeat(64),
  keptUntil: "2026-11-21T12:10:00.000Z",
  state: "ready",
  ...more,
});

test.each([
  [45, "45 s"],
  [600, "10 min"],
  [3_600, "1 h"],
  [9_000, "2 h 30 min"],
  [86_400, "24 h"],
  [31_536_000, "365 d"],
])("%i seconds are %s", (seconds, words) => expect(lifetime(seconds)).toBe(words));

test("what is left, on a clock", () => {
  expect(timeLeft("2026-11-21T12:09:58Z", NOW)).toBe("9:58");
  expect(timeLeft("2026-11-21T13:02:03Z", NOW)).toBe("1:02:03");
  expect(timeLeft("2026-11-21T11:00:00Z", NOW)).toBe("0:00");
  expect(timeLeft("2027-11-21T12:00:00Z", NOW)).toBe("365 d");
  expect(moment("2026-11-21T12:00:01Z", NOW)).toMatch(/^\d\d:00:01$/);
  expect(moment("2027-11-21T12:00:01Z", NOW)).toMatch(/^2027-11-2[012] \d\d:00:01$/);
});

test("tokens of a plan in one line", () => {
  expect(tokensInWords([])).toBeUndefined();
  expect(tokensInWords([asked(900)])).toBe("A token of shop/bot for 15 min");
  expect(tokensInWords([asked(900), asked(3_600)])).toBe("2 tokens for up to 1 h");
});

test.each<[Partial<AskedToken>, string]>([
  [{}, "Whoever holds the token of shop/bot may do nothing but learn what the API is"],
  [{ unread: ["roles of the whole cluster could not be read"] }, "What whoever holds the token of shop/bot may do is not known"],
  [{ rights: [{ where: "in shop", may: ["get pods"] }] }, "Whoever holds the token of shop/bot may get pods in shop"],
  [
    {
      rights: [
        { where: "in every namespace", may: ["get /metrics", "list nodes"] },
        { where: "in shop", may: ["get pods"] },
      ],
      more: 3,
    },
    "Whoever holds the token of shop/bot may get /metrics in every namespace, and 5 more",
  ],
])("rights %j in short", (more, words) => expect(rightsInShort({ ...asked(900), ...more })).toBe(words));

test.each<[Partial<IssuedToken>, string]>([
  [{}, "ready"],
  [{ state: "fetched", fetchedAt: "2026-11-21T11:59:00.000Z" }, "fetched"],
  [{ state: "lost" }, "lost"],
  // Nobody has told this page yet that it is gone.
  [{ keptUntil: "2026-11-21T11:59:59.000Z" }, "lost"],
  [{ expiresAt: "2026-11-21T12:00:00.000Z" }, "expired"],
])("a token with %j is %s", (more, stage) => expect(stageOf(issued(more), NOW)).toBe(stage));

test("others are told who has it", () => {
  expect(othersWords("ready", issued({}), "ann")).toContain("Waits for ann");
  expect(othersWords("expired", issued({}), "ann")).toContain("nobody had fetched it");
  expect(othersWords("expired", issued({ fetchedAt: "2026-11-21T11:59:00.000Z" }), "ann")).toContain("handed to ann");
});

test("the file is named after what it opens", () => {
  expect(kubeconfigName("eks prod", { namespace: "shop", name: "bot" })).toBe("eks-prod-shop-bot.kubeconfig");
});
