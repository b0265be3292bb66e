import { expect, test } from "vitest";
import { type Demand, demandAfter } from "./proposal.ts";

const asked: Demand = { range: { start: 0, end: 1, text: "x" }, key: "1", reason: true, maxRows: false, dryRun: false, draft: undefined };

test("what was written for a proposal stays until it is taken", () => {
  expect(demandAfter(asked, "proposed")).toBeUndefined();
  const again = demandAfter(asked, "refused");
  expect(again).toMatchObject({ reason: true, range: asked.range });
  expect(again?.key).not.toBe(asked.key);
  // Nothing was asked for: nothing opens.
  expect(demandAfter(undefined, "refused")).toBeUndefined();
  expect(demandAfter(undefined, asked)).toBe(asked);
});
