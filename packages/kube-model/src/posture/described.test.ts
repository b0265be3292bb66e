import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHECKS } from "./checks/all.ts";

test("docs/posture.md describes every check as it is, and no other", () => {
  const text = readFileSync(new URL("../../../../docs/posture.md", import.meta.url), "utf8");
  const rows = text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows.map(([, id, severity, title, why]) => [id, severity, title, why])).toEqual(
    ["rights", "duties", "credentials", "workload", "images", "resources", "availability", "network", "namespaces"].flatMap((area) =>
      CHECKS.filter((check) => check.area === area).map(({ id, severity, title, why }) => [`\`${id}\``, severity, title, why]),
    ),
  );
});
