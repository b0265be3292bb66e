import { expect, test } from "vitest";
import { consequencesOf, moreThan } from "./consequences.ts";

const rows = { value: 1, kind: "exact" } as const;
const loss = (object: string, dataLoss?: string) => ({
  object,
  effect: "delete" as const,
  rows,
  via: [],
  depth: 1,
  ...(dataLoss === undefined ? {} : { dataLoss }),
});

test("more data that is lost and more that breaks is drift; less, other words, and objects without data are not", () => {
  const agreed = consequencesOf(
    [{ cascades: [loss("pv a", "data loss: a")], breaks: [{ object: "hook", why: "2 of 3 endpoints left" }] }],
    ["x could not be read"],
  );
  const same = consequencesOf(
    [{ cascades: [loss("pod b")], breaks: [{ object: "hook", why: "1 of 3 endpoints left" }] }],
    ["x could not be read"],
  );
  expect(moreThan(agreed, same)).toEqual([]);
  const more = consequencesOf(
    [
      {
        cascades: [loss("pv a", "data loss: a"), loss("pv b", "data loss: b")],
        breaks: [
          { object: "hook", why: "2 of 3 endpoints left" },
          { object: "route", why: "it has no backend" },
        ],
      },
    ],
    ["y could not be read"],
  );
  expect(moreThan(agreed, more)).toEqual([
    { object: "pv b", why: "more would be lost than was agreed to: data loss: b" },
    { object: "route", why: "more would break than was agreed to: it has no backend" },
    { object: "the cluster", why: "does not tell all of it any more: y could not be read" },
  ]);
});

test("a name that every object has is no agreed one", () => {
  expect(moreThan(consequencesOf([], []), consequencesOf([{ cascades: [loss("constructor", "data loss: c")] }], []))).toHaveLength(1);
});
