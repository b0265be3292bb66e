import { expect, test } from "vitest";
import { readCommand } from "./kubectl/command.ts";
import { PrintedTable, printsTable } from "./printed-table.ts";

test.each<[string, boolean]>([
  ["kubectl get pods", true],
  ["kubectl get pods -o wide -n web", true],
  ["kubectl get pods -owide -A --show-labels", true],
  ["kubectl get pod/a pod/b", true],
  ["kubectl get pod a b", true],
  ["kubectl top pods -n web", true],
  ["kubectl events -n web", true],
  ["kubectl get pods -o yaml", false],
  ["kubectl get pods -o name", false],
  ["kubectl get pods -o custom-columns=A:.metadata.name", false],
  ["kubectl get pods,services", false],
  ["kubectl get pod/a svc/b", false],
  ["kubectl get all", false],
  ["kubectl get pods -w", false],
  ["kubectl get pods --no-headers", false],
  ["kubectl get --raw /healthz", false],
  ["kubectl describe pods", false],
])("%s prints one table: %s", (text, one) => {
  const { lines, diagnostics } = readCommand(text);
  expect(diagnostics).toEqual([]);
  expect(printsTable(lines[0]!)).toBe(one);
});

test("values stand under their names, also empty ones and names of two words", () => {
  const table = PrintedTable.of("NAME    READY   STATUS    RESTARTS      AGE   IP           NOMINATED NODE   READINESS GATES")!;
  expect(table.names).toEqual(["NAME", "READY", "STATUS", "RESTARTS", "AGE", "IP", "NOMINATED NODE", "READINESS GATES"]);
  expect(table.cells("web-1   1/1     Running   2 (3h ago)    34d   10.0.0.1     <none>           <none>")).toEqual([
    "web-1",
    "1/1",
    "Running",
    "2 (3h ago)",
    "34d",
    "10.0.0.1",
    "<none>",
    "<none>",
  ]);
  expect(table.cells("web-2           Pending                 1s")).toEqual(["web-2", "", "Pending", "", "1s", "", "", ""]);
});

test("what is out of line is not torn apart", () => {
  const table = PrintedTable.of("NAME   READY   STATUS")!;
  expect(table.cells("a-long-name-1   1/1   Running")).toEqual(["a-long-name-1", "1/1", "Running"]);
  expect(table.cells("error: the server said no")).toEqual(["error: the server said no", "", ""]);
  expect(table.cells("")).toEqual(["", "", ""]);
});

test("a message is no header", () => {
  expect(PrintedTable.of("apiVersion: v1")).toBeUndefined();
  expect(PrintedTable.of("")).toBeUndefined();
  expect(PrintedTable.of("  NAME")).toBeUndefined();
});
