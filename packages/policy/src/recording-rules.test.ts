import { expect, test } from "vitest";
import { parsePolicy } from "./parse.ts";
import { judgeRecording, type RecordingRule } from "./recording-rules.ts";

const DAY_MS = 86_400_000;
const prod = { name: "api-3", connector: "ssh", environment: "prod", labels: { pci: "yes" } } as const;
const staging = { ...prod, environment: "staging", labels: {} } as const;

function rules(text: string): readonly RecordingRule[] {
  const parsed = parsePolicy(`version: 1\nrules: []\nrecordings:\n${text}`);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.policy.recordings;
}

test("without a rule members and administrators watch, and nothing is removed", () => {
  expect(judgeRecording([], prod)).toEqual({ members: true, watchers: ["admins"] });
});

test("of several times the longest holds, and names its rule", () => {
  const several = rules(`
  - { id: all, keep: 30d }
  - { id: cards, match: { labels: { pci: "yes" } }, keep: 365d, watchers: [auditors] }
  - { id: off, enabled: false, keep: 9999d }
  - { id: short, match: { environment: [prod] }, keep: 12h }`);
  expect(judgeRecording(several, prod)).toEqual({
    members: true,
    watchers: ["admins", "auditors"],
    keep: { ms: 365 * DAY_MS, rule: "cards" },
  });
  expect(judgeRecording(several, staging)).toEqual({ members: true, watchers: ["admins"], keep: { ms: 30 * DAY_MS, rule: "all" } });
});

test("one rule is enough to keep a room's members out", () => {
  const closed = rules(`
  - { id: all, watchers: [auditors] }
  - { id: closed, match: { environment: [prod] }, members: false }`);
  expect(judgeRecording(closed, prod)).toMatchObject({ members: false, watchers: ["admins", "auditors"] });
  expect(judgeRecording(closed, staging)).toMatchObject({ members: true });
});

test.each([
  ["keep: 0d", "from 1 h"],
  ["keep: 99999d", "from 1 h"],
  ["keep: 5m", "pattern"],
  ["match: { groups: [oncall] }", "groups is not known here"],
  ["watchers: []", "fewer than 1"],
  ["members: sometimes", "boolean"],
])("what is wrong is said at its place: %s", (field, message) => {
  const parsed = parsePolicy(`version: 1\nrules: []\nrecordings:\n  - id: one\n    ${field}\n`);
  expect(parsed).toMatchObject({ ok: false, errors: [{ line: 5, message: expect.stringContaining(message) }] });
});

test("names are told apart from those of other rules", () => {
  const parsed = parsePolicy("version: 1\nrules: [{ id: same, effect: deny }]\nrecordings:\n  - { id: same }\n");
  expect(parsed).toMatchObject({ ok: false, errors: [{ message: "there is another rule same" }] });
});
