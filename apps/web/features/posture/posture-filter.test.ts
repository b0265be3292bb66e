import type { PostureCheck, PostureFinding } from "@interlock/protocol";
import { expect, test } from "vitest";
import { groupsOf, NO_FILTER } from "./posture-filter.ts";

const check = (id: string, severity: PostureCheck["severity"]): PostureCheck => ({
  id,
  title: `About ${id}`,
  severity,
  area: "rights",
  why: "why",
  state: "found",
  findings: 1,
});
const finding = (id: string, object: string, more: Partial<PostureFinding> = {}): PostureFinding => ({
  check: id,
  severity: "high",
  area: "rights",
  object,
  says: "May do it.",
  evidence: [],
  fix: { lines: [], choices: [] },
  system: false,
  ...more,
});

const CHECKS = [check("exec", "high"), check("bind", "critical"), check("labels", "low")];
const FINDINGS = [
  finding("exec", "User ann"),
  finding("exec", "User bob"),
  finding("bind", "Group ops", { severity: "critical" }),
  finding("bind", "Group system:masters", { severity: "critical", system: true }),
  finding("labels", "v1 Namespace shop", { severity: "low", area: "namespaces" }),
];
const shown = (filter: Partial<typeof NO_FILTER>) =>
  groupsOf(CHECKS, FINDINGS, { ...NO_FILTER, ...filter }).map(({ check: { id }, findings }) => [id, findings.length]);

test("what is worst comes first, and what belongs to Kubernetes only when it is asked for", () => {
  expect(shown({})).toEqual([
    ["bind", 1],
    ["exec", 2],
    ["labels", 1],
  ]);
  expect(shown({ system: true })[0]).toEqual(["bind", 2]);
});

test("severities, areas and words leave out the rest", () => {
  expect(shown({ severities: new Set(["critical", "low"]) })).toEqual([
    ["bind", 1],
    ["labels", 1],
  ]);
  expect(shown({ areas: new Set(["namespaces"]) })).toEqual([["labels", 1]]);
  expect(shown({ text: "exec  ANN" })).toEqual([["exec", 1]]);
  expect(shown({ text: "nobody" })).toEqual([]);
});
