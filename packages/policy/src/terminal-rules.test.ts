import { describe, expect, test } from "vitest";
import { parsePolicy } from "./parse.ts";
import { DEFAULT_POLICY } from "./default-policy.ts";
import { judgeTerminal, type TerminalInput, type TerminalRule } from "./terminal-rules.ts";

const connection = { name: "api-3", connector: "ssh", environment: "prod" as const, labels: { team: "payments" } };
const by = (name: string, ...groups: string[]): TerminalInput => ({ principal: { name, groups }, connection });

function rulesOf(terminals: string): readonly TerminalRule[] {
  const read = parsePolicy(`version: 1\nrules: []\nterminals:\n${terminals}`);
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
  return read.policy.terminals;
}

test("what no rule permits is denied", () => {
  expect(judgeTerminal([], by("ann"))).toMatchObject({ decision: "deny", rules: [] });
  expect(judgeTerminal(rulesOf("  - { id: dev, match: { environment: [dev] }, joining: peer }"), by("ann")).decision).toBe("deny");
  expect(judgeTerminal(rulesOf("  - { id: off, enabled: false, joining: peer }"), by("ann")).decision).toBe("deny");
});

test("the strictest way of joining holds, and demands add up", () => {
  const rules = rulesOf(`  - { id: open, joining: peer, keep: 1h }
  - { id: seen, joining: observe, record: required, keep: 5m }
  - { id: team, match: { labels: { team: payments } }, joining: moderated, moderators: [payments] }
  - { id: prod, match: { environment: [prod] }, joining: moderated, moderators: [platform], whenModeratorLeaves: end, reason: true }`);
  expect(judgeTerminal(rules, by("ann"))).toEqual({
    decision: "allow",
    rules: ["team", "prod", "seen", "open"],
    message: "Rule team.",
    joining: "moderated",
    moderators: [["payments"], ["platform"]],
    whenModeratorLeaves: "end",
    recordingRequired: true,
    keepMs: 300_000,
    reason: true,
  });
  expect(judgeTerminal([...rules, ...rulesOf("  - { id: never, joining: deny, message: Not here. }")], by("ann"))).toMatchObject({
    decision: "deny",
    message: "Not here.",
  });
});

test("of the policy one begins with, production opens to on-call in company only", () => {
  const read = parsePolicy(DEFAULT_POLICY);
  const rules = read.ok ? read.policy.terminals : [];
  expect(judgeTerminal(rules, by("oncall", "oncall"))).toMatchObject({
    joining: "moderated",
    moderators: [["platform"]],
    recordingRequired: true,
  });
  expect(judgeTerminal(rules, by("observer"))).toMatchObject({ decision: "deny" });
  expect(judgeTerminal(rules, { ...by("observer"), connection: { ...connection, environment: "dev" } })).toMatchObject({ joining: "peer" });
});

describe("a rule that contradicts itself is refused at its place", () => {
  test.each([
    ["joining: moderated", "joining", "moderated needs moderators"],
    ["joining: peer, moderators: [platform]", "moderators", "only joining: moderated has moderators"],
    ["joining: observe, whenModeratorLeaves: end", "whenModeratorLeaves", "only joining: moderated"],
    ["joining: peer, keep: 25h", "keep", "at most 24 h"],
    ["joining: peer, match: { effects: [read] }", "effects", "effects is not known here"],
    ["joining: alone", "joining", "it must be one of peer, observe, moderated, deny"],
  ])("%s", (rule, _where, message) => {
    const read = parsePolicy(`version: 1\nrules: []\nterminals:\n  - { id: one, ${rule} }`);
    expect(read).toMatchObject({ ok: false, errors: [{ line: 4, message: expect.stringContaining(message) }] });
  });
  test("two rules of one name", () => {
    const read = parsePolicy("version: 1\nrules: [{ id: one, effect: allow }]\nterminals: [{ id: one, joining: peer }]");
    expect(read).toMatchObject({ ok: false, errors: [{ line: 3, message: "there is another rule one" }] });
  });
});
