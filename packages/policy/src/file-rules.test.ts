import { expect, test } from "vitest";
import { DEFAULT_POLICY } from "./default-policy.ts";
import { FILE_ACTS, FILE_BYTES, judgeFile, type FileInput } from "./file-rules.ts";
import { parsePolicy } from "./parse.ts";

const read = (files: string) => {
  const parsed = parsePolicy(`version: 1\nrules: []\nfiles:\n${files}`);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ message }) => message).join("; "));
  return parsed.policy.files;
};
const at = (environment: "prod" | "staging", ...groups: string[]): FileInput => ({
  principal: { name: "ada", groups },
  connection: { name: "web-1", connector: "ssh", environment, labels: {} },
});

test("what no rule allows is denied, and what one denies is denied whatever others say", () => {
  expect(judgeFile([], "browse", at("prod"))).toMatchObject({ decision: "deny", rules: [] });
  const rules = read(`  - { id: all, allow: [browse, preview, download, upload] }
  - { id: none-taken, match: { environment: [prod] }, deny: [download], message: Nothing leaves production. }
  - { id: off, enabled: false, deny: [browse] }`);
  expect(judgeFile(rules, "browse", at("prod"))).toMatchObject({ decision: "allow", rules: ["all"] });
  expect(judgeFile(rules, "download", at("prod"))).toMatchObject({
    decision: "deny",
    rules: ["none-taken"],
    message: "Nothing leaves production.",
  });
  expect(judgeFile(rules, "download", at("staging"))).toMatchObject({ decision: "allow", maxBytes: FILE_BYTES, reason: false });
});

test("the smallest limit holds, and a reason is asked for where one rule wants it", () => {
  const rules = read(`  - { id: a, allow: [download], maxBytes: 10MiB }
  - { id: b, allow: [download, browse], maxBytes: 64KiB, reason: true }`);
  expect(judgeFile(rules, "download", at("prod"))).toMatchObject({ maxBytes: 64 * 1024, reason: true });
});

test("a rule that says nothing, or both of one act, is no rule", () => {
  for (const [files, message] of [
    ["  - { id: a }", "allow or deny"],
    ["  - { id: a, allow: [browse], deny: [browse] }", "both"],
    ["  - { id: a, allow: [read] }", "must be one of"],
    ["  - { id: a, allow: [upload], maxBytes: 3GiB }", "at most 2 GiB"],
    ["  - { id: a, allow: [upload], maxBytes: 0KiB }", "at most 2 GiB"],
  ] as const) {
    const parsed = parsePolicy(`version: 1\nrules: []\nfiles:\n${files}\n`);
    expect(parsed.ok ? [] : parsed.errors.map((error) => error.message).join("; ")).toContain(message);
  }
});

test("by the default policy raw bytes leave no production host, and files go there only by agreement", () => {
  const parsed = parsePolicy(DEFAULT_POLICY);
  if (!parsed.ok) throw new Error("the default policy is not valid");
  const { files } = parsed.policy;
  const may = (input: FileInput) => FILE_ACTS.filter((act) => judgeFile(files, act, input).decision === "allow");
  expect(may(at("prod", "oncall"))).toEqual(["browse", "preview", "upload"]);
  expect(may(at("prod", "interns"))).toEqual([]);
  expect(may(at("staging", "interns"))).toEqual(["browse", "preview", "download", "upload"]);
});
