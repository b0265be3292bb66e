import { expect, test } from "vitest";
import { linesOf, outputLanguage } from "./output-text.ts";

test.each([
  ["kubectl get deploy api -o yaml", "yaml"],
  ["kubectl get deploy api -oyaml -n web", "yaml"],
  ["kubectl get deploy api --output=json", "yaml"],
  ["kubectl get pods -o jsonpath={.items}", "plaintext"],
  ["kubectl describe pod yaml", "plaintext"],
  ["kubectl logs deploy/api", "plaintext"],
] as const)("%s: %s", (text, language) => {
  expect(outputLanguage(text)).toBe(language);
});

test("a program's output has lines, everything else rows", () => {
  const output = { columns: [{ name: "output", type: "text", mask: "detect" as const }] };
  const table = { columns: [{ name: "name", type: "text", mask: "detect" as const }] };
  expect([linesOf([output], 1), linesOf([output, output], 3), linesOf([table], 1), linesOf([output, table], 0)]).toEqual([
    "line",
    "lines",
    "row",
    "rows",
  ]);
});
