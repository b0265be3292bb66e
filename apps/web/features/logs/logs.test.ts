import type { Command, CommandState } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import { heightsOf, LINE_HEIGHT, visibleLines } from "./line-heights.ts";
import { LogBuffer } from "./log-buffer.ts";
import { filtered, noneLeft, pieces } from "./log-filter.ts";
import { readLogLine, shownTime, timeOrder, type LogLine } from "./log-line.ts";
import { logStatus } from "./log-status.ts";
import { logsCommand, logsKey, readLogsName } from "./logs-target.ts";

const here = { connection: "eks-prod", namespace: "payments" };
const usual = { previous: false, since: "tail" } as const;

describe("the command of a logs pane", () => {
  test.each([
    [
      { ...here, pod: "web-1" },
      usual,
      "logs --namespace payments web-1 --all-containers --prefix --timestamps --tail=2000 --follow --ignore-errors",
    ],
    [
      { ...here, workload: "deployment/web" },
      { ...usual, since: "15m" } as const,
      "logs --namespace payments deployment/web --all-pods --max-log-requests=200 --all-containers --prefix --timestamps --tail=-1 --since=15m --follow --ignore-errors",
    ],
    [
      { ...here, selector: "app in (web, api)" },
      { previous: true, since: "all", container: "web" } as const,
      "logs --namespace payments --selector 'app in (web, api)' --max-log-requests=200 --container web --prefix --timestamps --tail=-1 --previous",
    ],
    [
      { ...here, workload: "deployment/web" },
      { ...usual, onePod: true },
      "logs --namespace payments deployment/web --max-log-requests=200 --all-containers --prefix --timestamps --tail=2000 --follow --ignore-errors",
    ],
  ])("%o", (target, query, text) => {
    expect(logsCommand(target, query)).toBe(`kubectl ${text}`);
  });

  test("a name cannot become another word or another line", () => {
    expect(logsCommand({ ...here, pod: "a'; kubectl delete ns x\n" }, usual)).toContain(`'a'\\''; kubectl delete ns x\n'`);
  });

  test("what people type is a pod, a workload or labels", () => {
    expect(readLogsName(" web-1 ")).toEqual({ pod: "web-1" });
    expect(readLogsName("pod/web-1")).toEqual({ pod: "web-1" });
    expect(readLogsName("deployment/web")).toEqual({ workload: "deployment/web" });
    for (const selector of ["app=web,tier!=db", "!canary", "app in (a, b)", "app notin (a)"])
      expect(readLogsName(selector)).toEqual({ selector });
    for (const text of ["", "--kubeconfig=x", "a/b/c", "deployment/"]) expect(readLogsName(text)).toBeUndefined();
  });

  test("the same logs have the same key", () => {
    expect(logsKey({ ...here, pod: "web-1" })).toBe(logsKey({ namespace: "payments", connection: "eks-prod", pod: "web-1" }));
    expect(logsKey({ ...here, pod: "web-1" })).not.toBe(logsKey({ ...here, pod: "web-1", container: "web" }));
  });
});

describe("a line", () => {
  test("is read as kubectl prefixes it", () => {
    expect(readLogLine(7, "[pod/web-1/nginx] 2026-11-21T15:04:05.123456789Z GET / 200")).toEqual({
      row: 7,
      pod: "web-1",
      container: "nginx",
      time: "2026-11-21T15:04:05.123456789Z",
      text: "GET / 200",
    });
    expect(readLogLine(0, "[pod/web-1/nginx] 2026-11-21T15:04:05Z ")).toMatchObject({ text: "" });
    expect(readLogLine(0, "[pod/web-1/nginx] no time")).toMatchObject({ pod: "web-1", time: undefined, text: "no time" });
    expect(readLogLine(0, "[INFO] ready")).toMatchObject({ pod: undefined, text: "[INFO] ready" });
  });

  test("times are ordered whatever their fraction or zone", () => {
    const times = ["2026-11-21T15:04:05Z", "2026-11-21T15:04:05.1Z", "2026-11-21T15:04:05.000000001Z", "2026-11-21T16:04:04+01:00"];
    expect(times.toSorted((a, b) => (timeOrder(a) < timeOrder(b) ? -1 : 1))).toEqual([times[3], times[0], times[2], times[1]]);
    expect(shownTime("2026-11-21T15:04:05.123456789Z")).toBe("15:04:05.123");
  });
});

const line = (row: number, second: number | undefined, pod = "a", text = `line ${row}`): LogLine => ({
  row,
  time: second === undefined ? undefined : `2026-11-21T15:04:${String(second).padStart(2, "0")}Z`,
  pod,
  container: "c",
  text,
});

describe("the buffer", () => {
  test("interleaves streams by their time and keeps what has none where it came", () => {
    const buffer = new LogBuffer();
    buffer.add([line(0, 1), line(1, 3), line(2, undefined)]);
    buffer.add([line(3, 2, "b"), line(4, 4, "b"), line(5, 4)]);
    expect(buffer.lines.map(({ row }) => row)).toEqual([0, 3, 1, 2, 4, 5]);
  });

  test("drops the oldest and says how many", () => {
    const buffer = new LogBuffer(10);
    for (let row = 0; row < 25; row++) buffer.add([line(row, row)]);
    expect([buffer.lines.length, buffer.lines[0]!.row, buffer.dropped]).toEqual([10, 15, 15]);
  });

  test("takes no more memory while nobody looks, and loses nothing of the newest", () => {
    const buffer = new LogBuffer(100);
    for (let row = 0; row < 50_000; row++) buffer.add([line(row, Math.floor(row / 1_000), row % 2 === 0 ? "a" : "b")]);
    expect(buffer.lines.map(({ row }) => row)).toEqual(Array.from({ length: 100 }, (_, index) => 49_900 + index));
    expect(buffer.dropped).toBe(49_900);
    const known = buffer.lines;
    buffer.add([]);
    expect(buffer.lines).toBe(known);
  });

  test("a line that would fill the page is cut", () => {
    const buffer = new LogBuffer();
    buffer.add([line(0, 0, "a", "x".repeat(1_000_000))]);
    expect(buffer.lines[0]!.text.length).toBeLessThan(20_000);
  });
});

test("a filter leaves out or marks, by text in any case, pod and container", () => {
  const lines = [line(0, 0, "a", "GET /Orders"), line(1, 1, "b", "POST /orders"), line(2, 2, "a", "ready")];
  const all = { text: "", pod: undefined, container: undefined, only: false };
  expect(filtered(lines, { ...all, text: "ORDERS" })).toHaveLength(3);
  expect(filtered(lines, { ...all, text: "ORDERS", only: true }).map(({ row }) => row)).toEqual([0, 1]);
  expect(filtered(lines, { ...all, pod: "a" }).map(({ row }) => row)).toEqual([0, 2]);
  expect(filtered(lines, { ...all, container: "other" })).toEqual([]);
  expect(pieces("GET /Orders/orders", "orders")).toEqual(["GET /", "Orders", "/", "orders", ""]);
  expect(pieces("ready", "")).toEqual(["ready"]);
});

describe("where lines stand", () => {
  const texts = (...lengths: number[]) => lengths.map((length, row) => line(row, row, "a", "x".repeat(length)));

  test("a wrapped line takes as many rows as it needs, and places and lines find each other", () => {
    const heights = heightsOf(texts(10, 25, 0, 20), 10);
    expect([0, 1, 2, 3, 4].map((index) => heights.top(index) / LINE_HEIGHT)).toEqual([0, 1, 4, 5, 7]);
    for (let index = 0; index < 4; index++) {
      expect(heights.at(heights.top(index))).toBe(index);
      expect(heights.at(heights.top(index + 1) - 1)).toBe(index);
    }
    expect(heights.total).toBe(7 * LINE_HEIGHT);
    expect(heightsOf(texts(10, 25), Infinity).total).toBe(2 * LINE_HEIGHT);
    expect(heightsOf([], 10).at(50)).toBe(0);
  });

  test("what is drawn covers the window and little more", () => {
    const heights = heightsOf(texts(...Array.from({ length: 1_000 }, (_, n) => (n % 3) * 15)), 10);
    for (const at of [0, 777, heights.total - 400]) {
      const { from, to } = visibleLines(heights, at, 400);
      expect(heights.top(from)).toBeLessThanOrEqual(at);
      expect(heights.top(to)).toBeGreaterThanOrEqual(Math.min(at + 400, heights.total));
      expect(to - from).toBeLessThan(60);
    }
  });
});

describe("what a pane says of itself", () => {
  const state = { query: usual, phase: "open", commandId: "c", refusal: undefined, version: 0 } as const;
  const command = (now: CommandState, more: object = {}) =>
    ({
      state: now,
      verdict: { message: "ask platform" },
      reviews: [],
      execution: { notices: ["stopped after 60 min"], results: [], ...more },
    }) as unknown as Command;

  test.each<[CommandState, object, string, string]>([
    ["running", {}, "following", "following"],
    ["succeeded", {}, "ended", "ended"],
    ["succeeded", { results: [{ truncated: true }] }, "stopped", "stopped at its limit"],
    ["cancelled", {}, "stopped", "stopped"],
    ["failed", { error: { message: 'pods "x" not found' } }, "failed", "failed"],
    ["awaiting_review", {}, "waiting", "waits for a review"],
    ["denied", {}, "failed", "denied"],
  ])("%s %o", (now, more, kind, word) => {
    expect(logStatus(state, command(now, more))).toMatchObject({ kind, word });
  });

  test("why it is so", () => {
    expect(logStatus(state, command("failed", { error: { message: 'pods "x" not found' } })).detail).toBe('pods "x" not found');
    expect(logStatus(state, command("denied")).detail).toBe("ask platform");
    expect(logStatus({ ...state, phase: "refused", refusal: { title: "observer", detail: undefined } }, undefined).detail).toMatch(
      /observe/,
    );
    expect(logStatus({ ...state, phase: "asking" }, undefined).kind).toBe("asking");
  });
});

test("why no line is left is what was asked for, and nothing else", () => {
  const all = { text: "", pod: undefined, container: undefined, only: false };
  expect(noneLeft(2_000, { ...all, pod: "web-1" })).toBe("None of 2,000 lines is of pod web-1.");
  // The text is only marked.
  expect(noneLeft(1, { ...all, pod: "web-1", container: "nginx", text: "GET" })).toBe("None of 1 line is of container nginx in pod web-1.");
  expect(noneLeft(5, { ...all, text: "GET", only: true })).toBe("None of 5 lines holds “GET”.");
  expect(noneLeft(5, { ...all, pod: "web-1", text: "GET", only: true })).toBe("None of 5 lines is of pod web-1 and holds “GET”.");
});
