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
    guard: [],
    integration: true,
  });
  expect(judgeTerminal([...rules, ...rulesOf("  - { id: never, joining: deny, message: Not here. }")], by("ann"))).toMatchObject({
    decision: "deny",
    message: "Not here.",
  });
});

describe("shells in pods", () => {
  const pods = rulesOf(`  - { id: open, joining: peer }
  - { id: shop, match: { pods: { namespaces: [shop] } }, joining: observe }
  - { id: vault, match: { pods: { labels: { app: [vault, agent] } } }, joining: deny }
  - { id: joined, match: { pods: { modes: [attach, debug] } }, joining: peer, reason: true }`);
  const within = (namespace: string, mode: "exec" | "attach" | "debug", labels: Record<string, string> = {}) =>
    judgeTerminal(pods, { ...by("ann"), pod: { namespace, labels, mode } });

  test("a rule sees namespace, labels and mode; a host is in no pod", () => {
    expect(judgeTerminal(pods, by("ann")).rules).toEqual(["open"]);
    expect(within("back", "exec").rules).toEqual(["open"]);
    expect(within("shop", "exec")).toMatchObject({ rules: ["shop", "open"], joining: "observe", reason: false });
    expect(within("shop", "attach")).toMatchObject({ rules: ["shop", "open", "joined"], reason: true });
    expect(within("back", "exec", { app: "agent" }).decision).toBe("deny");
    expect(within("back", "exec", { app: "vaults" }).decision).toBe("allow");
    expect(within("back", "exec", { toString: "vault" }).decision).toBe("allow");
  });

  const digest = `images.example.com/debug@sha256:${"0a".repeat(32)}`;
  test.each<[string, string[], string, boolean]>([
    ["none lists any", [], "busybox:1", false],
    ["one lists it", ["[busybox:1]"], "busybox:1", true],
    ["one lists another", ["[busybox:1]"], "busybox:1.2", false],
    ["a pattern", ['["images.example.com/*:1.*"]'], "images.example.com/a/b:1.2", true],
    ["a pattern from its beginning", ['["images.example.com/*"]'], "evil.example.com/images.example.com/a", false],
    ["the ends of a pattern do not overlap", ['["aa*aa"]'], "aaa", false],
    ["two stars", ['["a*b*c"]'], "a-b-b-c", true],
    ["all lists hold", ["[busybox:1, alpine:3]", "[alpine:3]"], "busybox:1", false],
    ["all lists hold, and it is in both", ["[busybox:1, alpine:3]", "[alpine:3]"], "alpine:3", true],
    ["a digest", ['["images.example.com/debug@sha256:*"]'], digest, true],
    ["a digest that is none", ['["images.example.com/debug@sha256:*"]'], "images.example.com/debug@sha256:1", false],
    ["a tag where a digest is wanted", ['["images.example.com/debug@sha256:*"]'], "images.example.com/debug:1", false],
  ])("images for debugging: %s", (_what, lists, image, permitted) => {
    const rules = rulesOf(
      ["  - { id: open, joining: peer }", ...lists.map((list, index) => `  - { id: l${index}, joining: peer, debugImages: ${list} }`)].join(
        "\n",
      ),
    );
    const pod = { namespace: "shop", labels: {} };
    expect(judgeTerminal(rules, { ...by("ann"), pod: { ...pod, mode: "debug", image } }).decision).toBe(permitted ? "allow" : "deny");
    expect(judgeTerminal(rules, { ...by("ann"), pod: { ...pod, mode: "exec" } }).decision).toBe("allow");
    // Before one is chosen it is known whether any may be.
    expect(judgeTerminal(rules, { ...by("ann"), pod: { ...pod, mode: "debug" } }).decision).toBe(lists.length === 0 ? "deny" : "allow");
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
