import { expect, test } from "vitest";
import { seat } from "./seats.ts";

const demand = (group: string, count = 1) => ({ group, count });

test("nobody fills two seats, whatever groups they are in", () => {
  const { seats, full } = seat([demand("platform"), demand("network")], [{ id: "one", groups: ["platform", "network"] }]);
  expect([...seats]).toEqual([["one", "platform"]]);
  expect(full).toBe(false);
});

test("somebody who fits two groups moves for somebody who fits one", () => {
  const { seats, full } = seat(
    [demand("platform"), demand("network")],
    [
      { id: "both", groups: ["platform", "network"] },
      { id: "platform-only", groups: ["platform"] },
    ],
  );
  expect(Object.fromEntries(seats)).toEqual({ both: "network", "platform-only": "platform" });
  expect(full).toBe(true);
});

test("two seats of one group need two people", () => {
  const demands = [demand("payments", 2)];
  expect(seat(demands, [{ id: "a", groups: ["payments"] }]).full).toBe(false);
  expect(
    seat(demands, [
      { id: "a", groups: ["payments"] },
      { id: "b", groups: ["payments"] },
    ]).full,
  ).toBe(true);
});

test("who fits no open seat gets none and takes none away", () => {
  const { seats } = seat(
    [demand("payments")],
    [
      { id: "a", groups: ["payments"] },
      { id: "b", groups: ["payments"] },
      { id: "c", groups: [] },
    ],
  );
  expect([...seats.keys()]).toEqual(["a"]);
});

test("nothing demanded is full at once", () => {
  expect(seat([], []).full).toBe(true);
});
