import { expect, test } from "vitest";
import { AuditLogReader } from "./audit-log-reader.ts";
import { Usage } from "./usage.ts";

const event = (name: string, more: object = {}) => ({
  kind: "Event",
  apiVersion: "audit.k8s.io/v1",
  stage: "ResponseComplete",
  verb: "get",
  user: { username: "ann", groups: ["ops"] },
  objectRef: { resource: "pods", namespace: "shop", name },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: "2026-11-20T00:00:00Z",
  ...more,
});
/** A body with everything that could mislead who reads by brackets. */
const TRICKY = event("b", { requestObject: { items: [{ a: '}]{"\\' }], text: "line\nend" } });
const list = { kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items: [event("a"), TRICKY] };

/** However a log is cut into pieces on its way. */
function read(text: string, size = text.length || 1) {
  const usage = new Usage(0);
  const reader = new AuditLogReader(usage);
  for (let at = 0; at < text.length; at += size) reader.write(text.slice(at, at + size));
  reader.end();
  return {
    names: usage.of("ann").flatMap(({ names }) => [...names]),
    problems: usage.problems,
    entries: usage.entries,
    groups: usage.groupsOf("ann"),
  };
}

test.each([
  ["a line each", `${JSON.stringify(event("a"))}\n${JSON.stringify(TRICKY)}\n`],
  ["lines of Windows, and empty ones", `\r\n${JSON.stringify(event("a"))}\r\n\r\n${JSON.stringify(TRICKY)}`],
  ["a list in one line", JSON.stringify(list)],
  ["lists, one a line", `${JSON.stringify({ ...list, items: [event("a")] })}\n${JSON.stringify({ ...list, items: [TRICKY] })}`],
  ["an indented list", JSON.stringify(list, null, 2)],
  ["a list that says what it is at its end", JSON.stringify({ items: list.items, kind: list.kind, apiVersion: list.apiVersion }, null, 1)],
  ["an array", JSON.stringify([event("a"), TRICKY])],
  ["indented entries, one after the other", `${JSON.stringify(event("a"), null, 2)}\n${JSON.stringify(TRICKY, null, 2)}\n`],
])("%s", (_, text) => {
  for (const size of [text.length, 1, 7, 1_000])
    expect(read(text, size), `in pieces of ${size}`).toEqual({ names: ["a", "b"], problems: [], entries: 2, groups: ["ops"] });
});

test("what is cut off is a problem of its line, and what follows is read", () => {
  const cut = JSON.stringify(event("x")).slice(0, -30);
  expect(read(`${JSON.stringify(event("a"))}\n${cut}\n${JSON.stringify(event("b"))}\n`)).toMatchObject({
    names: ["a", "b"],
    problems: [{ line: 2 }],
  });
  const pretty = JSON.stringify([event("a"), event("b")], null, 1).split("\n");
  const broken = [...pretty.slice(0, 5), '  "verb": "ge', ...pretty].join("\n");
  expect(read(broken)).toMatchObject({ names: ["a", "b"], problems: [{ message: "is cut off" }] });
  expect(read(JSON.stringify(list, null, 1).slice(0, -20)).problems).toMatchObject([{ message: "is cut off" }]);
});

test("an entry that is longer than any is left out, without being held in memory", () => {
  const long = JSON.stringify(event("x", { requestObject: "x".repeat(5 * 1024 * 1024) }));
  const [a, b] = [JSON.stringify(event("a")), JSON.stringify(event("b"))];
  expect(read(`${a}\n${long}\n${b}`, 65_536)).toMatchObject({
    names: ["a", "b"],
    problems: [{ line: 2, message: "is longer than 4 MiB" }],
  });
  expect(read(`[${a},${long},${b}]`, 65_536)).toMatchObject({ names: ["a", "b"], problems: [{ message: "is longer than 4 MiB" }] });
});

test("problems do not quote the log", () => {
  expect(
    read('token=s3cret\n{"password":"s3cret"')
      .problems.map(({ message }) => message)
      .join(),
  ).not.toContain("s3cret");
  expect(read("").entries).toBe(0);
});
