import type { Command } from "@interlock/protocol";
import { expect, test } from "vitest";
import { resultTabs } from "./result-tabs.ts";

/** The part of a command that tabs are made of. */
const command = (id: string, startedAt: string, statements: number[]) =>
  ({
    title: `SELECT ${id}`,
    proposer: { id: "me" },
    impact: { statements: [0, 1, 2].map((index) => ({ index, title: `${id}${index}` })) },
    execution: { id, startedAt, results: statements.map((statement) => ({ statement })) },
  }) as unknown as Command;

test("the newest command's tabs come last, and its statements in their order however they arrived", () => {
  const newest = command("b", "2026-11-21T03:00:01.000Z", [0, 2, 1]);
  const oldest = command("a", "2026-11-21T03:00:00.000Z", [0]);
  expect(resultTabs([newest, oldest], "me").map(({ title }) => title)).toEqual(["a0", "b0", "b1", "b2"]);
});

test("a statement that was run again says so, and the first one keeps its name", () => {
  const again = {
    ...command("a", "2026-11-21T03:00:01.000Z", [0]),
    execution: { id: "again", startedAt: "2026-11-21T03:00:01.000Z", results: [{ statement: 0 }] },
  } as unknown as Command;
  const first = command("a", "2026-11-21T03:00:00.000Z", [0]);
  expect(resultTabs([first], "me").map(({ title }) => title)).toEqual(["a0"]);
  expect(resultTabs([again, first], "me").map(({ title }) => title)).toEqual(["a0", "a0 (2)"]);
});
