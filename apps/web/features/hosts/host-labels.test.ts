import { expect, test } from "vitest";
import { labelsInCommon } from "./host-labels.ts";

test("a label chooses the other hosts that have it: the host's own first, and none that would choose one host only", () => {
  const own = { labels: { role: "web", zone: "a" } };
  const others = [
    { id: "1", labels: { role: "web", rack: "7" } },
    { id: "2", labels: { role: "db", tier: "gold" } },
    { id: "3", labels: { role: "db", tier: "gold" } },
    { id: "4", labels: { role: "db" } },
  ];
  expect(labelsInCommon(own, others)).toEqual([
    { words: "role=web", ids: ["1"] },
    { words: "role=db", ids: ["2", "3", "4"] },
    { words: "tier=gold", ids: ["2", "3"] },
  ]);
});
