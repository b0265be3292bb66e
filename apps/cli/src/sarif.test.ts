import { expect, test } from "vitest";
import { sarifOf } from "./sarif.ts";

const RULE = { id: "no-env", title: "A namespace without an env label", help: "Add `metadata.labels.env`.", level: "error" } as const;
const FINDING = { rule: "no-env", message: "Namespace shop has no env label.", object: "v1 Namespace shop" };
const TOOL = { name: "interlock analyze", version: "0.1.0" };

// oxlint-disable-next-line typescript/no-explicit-any -- what is written is read as anybody would
const runOf = (log: object): any => JSON.parse(JSON.stringify(log)).runs[0];

test("rules, places and levels are where readers of SARIF look for them", () => {
  const place = { file: "./deploy/my shop.yaml", line: 3, column: 5 };
  const log = sarifOf(TOOL, [RULE], [{ ...FINDING, place }], { notes: ["Quotas are not known."] });
  expect(log).toMatchObject({ version: "2.1.0", $schema: expect.stringContaining("sarif-schema-2.1.0.json") as string });
  const run = runOf(log);
  expect(run.tool.driver).toEqual({
    name: "interlock analyze",
    semanticVersion: "0.1.0",
    rules: [
      {
        id: "no-env",
        shortDescription: { text: RULE.title },
        fullDescription: { text: RULE.title },
        help: { text: RULE.help, markdown: RULE.help },
        defaultConfiguration: { level: "error" },
      },
    ],
  });
  expect(run.results).toEqual([
    {
      ruleId: "no-env",
      ruleIndex: 0,
      level: "error",
      message: { text: FINDING.message },
      locations: [
        {
          physicalLocation: { artifactLocation: { uri: "deploy/my%20shop.yaml" }, region: { startLine: 3, startColumn: 5 } },
          logicalLocations: [{ fullyQualifiedName: "v1 Namespace shop", kind: "resource" }],
        },
      ],
      partialFingerprints: { "interlockFinding/v1": expect.stringMatching(/^[0-9a-f]{32}:1$/) as string },
    },
  ]);
  expect(run.invocations[0].toolExecutionNotifications).toEqual([{ level: "note", message: { text: "Quotas are not known." } }]);
});

test("a finding that moves within its file stays the same, and two of the same thing are two", () => {
  const prints = (lines: number[]): string[] => {
    const findings = lines.map((line) => ({ ...FINDING, place: { file: "a.yaml", line } }));
    return runOf(sarifOf(TOOL, [RULE], findings)).results.map(
      (result: { partialFingerprints: Record<string, string> }) => result.partialFingerprints["interlockFinding/v1"],
    );
  };
  expect(prints([3])).toEqual(prints([30]));
  expect(new Set(prints([3, 4])).size).toBe(2);
});

test("standard input, other folders and what is in no file", () => {
  const uri = (file: string) =>
    runOf(sarifOf(TOOL, [], [{ ...FINDING, place: { file, line: 0 } }])).results[0].locations[0].physicalLocation;
  expect(uri("-")).toEqual({ artifactLocation: { uri: "stdin" }, region: { startLine: 1 } });
  expect(uri("/srv/a b.yaml").artifactLocation.uri).toBe("file:///srv/a%20b.yaml");
  const [unlisted] = runOf(sarifOf(TOOL, [], [{ rule: "other", message: "x\u001b[31m" }])).results;
  expect(unlisted).toMatchObject({ ruleId: "other", level: "warning", message: { text: "x[31m" }, locations: [] });
  expect(unlisted).not.toHaveProperty("ruleIndex");
});
