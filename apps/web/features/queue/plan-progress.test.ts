import type { Execution } from "@interlock/protocol";
import { expect, test } from "vitest";
import { liveResult, planResult, progressWords } from "./plan-progress.ts";

type Summary = Execution["results"][number];
const result = (statement: number, names: string, rows: number): Summary =>
  ({ statement, rows, chunks: rows, done: false, columns: names.split(",").map((name) => ({ name, type: "text" })) }) as unknown as Summary;
const requests = result(0, "request,object,outcome", 3);
const outcome = (rows: number) => result(1, "after,object,state", rows);

test("while requests are sent the newest is told, then what comes of them", () => {
  expect(liveResult([])).toBeUndefined();
  expect(liveResult([requests, outcome(0)])).toBe(requests);
  expect(liveResult([requests, outcome(2)])?.statement).toBe(1);
  expect(liveResult([result(0, "name,status", 7)])).toBeUndefined();
  expect(planResult(requests.columns)).toBe("requests");
});

test("in words as short as a card", () => {
  expect(progressWords(requests, undefined, 5)).toBe("3 of 5 requests");
  expect(progressWords(requests, ["PATCH /x", "apps/v1 Deployment shop/web", "done"], 5)).toBe(
    "3 of 5 requests · Deployment shop/web done",
  );
  expect(progressWords(outcome(2), ["4 s", "apps/v1 Deployment shop/web", "4/6 ready"], 5)).toBe("Deployment shop/web: 4/6 ready");
  expect(progressWords(outcome(2), undefined, 5)).toBe("");
});
