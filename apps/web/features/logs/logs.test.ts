import { describe, expect, test } from "vitest";
import { LogBuffer } from "./log-buffer.ts";
import { filtered, pieces } from "./log-filter.ts";
import { readLogLine, shownTime, timeOrder, type LogLine } from "./log-line.ts";
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
