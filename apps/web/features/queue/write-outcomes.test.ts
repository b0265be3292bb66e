import { bareStatement, type Execution, type Impact, type Statement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { planEnd, writeOutcomes } from "./write-outcomes.ts";

const line = (index: number): Statement => ({
  ...bareStatement({ index, start: 0, end: 0, text: "kubectl x", title: `write ${index}`, effect: "delete" }),
  request: { method: "DELETE", path: `/${index}` },
});
const reading = bareStatement({ index: 1, start: 0, end: 0, text: "kubectl get pods", title: "kubectl get pods", effect: "read" });
const impact: Impact = { effect: "delete", complete: true, tookMs: 1, warnings: [], statements: [line(0), reading, line(2), line(3)] };

const execution = (done: number, error?: Execution["error"]): Execution => ({
  id: "e",
  startedAt: "2026-11-20T23:40:00Z",
  affected: Array.from({ length: done }, () => ({ object: "v1 Pod a/b", inserted: 0, updated: 0, deleted: 1 })),
  notices: [],
  results: [],
  ...(error === undefined ? {} : { error }),
});

const refused = { code: "statement_failed", message: "admission said no", statement: 1 } as const;

test.each([
  ["succeeded", execution(3), ["done", "done", "done"], "Done"],
  ["failed", execution(1, refused), ["done", "failed", "not_sent"], "Stopped after 1 of 3 requests"],
  ["failed", execution(0, { ...refused, statement: 0 }), ["failed", "not_sent", "not_sent"], "Nothing was done"],
  // The connection was cut: what was sent last may have been done.
  ["unknown", execution(1, refused), ["done", "unknown", "not_sent"], "1 of 3 requests done, 1 not known"],
  ["unknown", execution(0, { ...refused, statement: 0 }), ["unknown", "not_sent", "not_sent"], "0 of 3 requests done, 1 not known"],
  // It had drifted, or was cancelled: no request is to blame.
  [
    "failed",
    execution(0, { code: "targets_changed", message: "Since it was planned: …" }),
    ["not_sent", "not_sent", "not_sent"],
    "Nothing was done",
  ],
  [
    "cancelled",
    execution(2, { code: "cancelled", message: "It was stopped." }),
    ["done", "done", "not_sent"],
    "Stopped after 2 of 3 requests",
  ],
] as const)("%s after %o", (state, ended, states, words) => {
  const outcomes = writeOutcomes({ impact, execution: ended, state });
  expect(outcomes.map((one) => one.state)).toEqual(states);
  expect(outcomes.find(({ why }) => why !== undefined)?.why).toBe(ended.error?.statement === undefined ? undefined : ended.error.message);
  expect(planEnd(outcomes)).toBe(words);
});

test("nothing is said while it runs, or of what wrote nothing", () => {
  expect(writeOutcomes({ impact, execution: execution(1), state: "running" })).toEqual([]);
  // The agent was killed: how far it came is nowhere written.
  expect(writeOutcomes({ impact, execution: execution(0), state: "unknown" })).toEqual([]);
  expect(writeOutcomes({ impact: { ...impact, statements: [reading] }, execution: execution(0), state: "succeeded" })).toEqual([]);
});
