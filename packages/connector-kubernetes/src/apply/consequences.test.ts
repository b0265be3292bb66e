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

test("what breaks in another way is drift, however many ways there were", () => {
  const broken = (...whys: string[]) => consequencesOf([{ cascades: [], breaks: whys.map((why) => ({ object: "hook", why })) }], []);
  const agreed = broken("2 of 3 endpoints left", "it has no backend");
  expect(moreThan(agreed, broken("1 endpoint left", "it has no backend"))).toEqual([]);
  expect(moreThan(agreed, broken("2 of 3 endpoints left", "its subject is gone"))).toEqual([
    { object: "hook", why: "more would break than was agreed to: its subject is gone" },
  ]);
  expect(moreThan(agreed, broken("it has no backend", "it has no backend"))).toHaveLength(1);
});

test("a name that every object has is no agreed one", () => {
  expect(moreThan(consequencesOf([], []), consequencesOf([{ cascades: [loss("constructor", "data loss: c")] }], []))).toHaveLength(1);
});
