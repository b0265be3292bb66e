import { expect, test } from "vitest";
import { DEFAULT_POLICY } from "./default-policy.ts";
import { parsePolicy, policyVersion } from "./parse.ts";
import { maskRules } from "./policy.ts";

/** Puts text after `version: 1` and a rule's beginning, so that every case shows only what is wrong. */
const rule = (rest: string) => `version: 1\nrules:\n  - id: a\n    effect: deny\n${rest}`;

function errorsOf(text: string) {
  const parsed = parsePolicy(text);
  return parsed.ok ? [] : parsed.errors.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test("the default policy is valid and masks what it says", () => {
  const parsed = parsePolicy(DEFAULT_POLICY);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  expect(parsed.policy.version).toBe(policyVersion(DEFAULT_POLICY));
  expect(maskRules(parsed.policy)).toEqual({
    columns: ["payments.customers.email", "payments.customers.phone", "payments.customers.card_number"],
    detectors: ["email", "card"],
  });
});

test("mask patterns are lower-cased and every mask counts", () => {
  const parsed = parsePolicy(
    "version: 1\nrules: []\nmasks:\n  - columns: [A.B.Email, '*.*.email']\n  - columns: [a.b.email]\n  - detectors: [card]\n",
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  expect(maskRules(parsed.policy)).toEqual({ columns: ["a.b.email", "*.*.email"], detectors: ["card"] });
});

test.each([
  ["nothing at all", "", /^1:1 must be object/],
  ["no version", "rules: []\n", /^1:1 must have required property 'version'/],
  ["another version", "version: 2\nrules: []\n", /^1:10 it must be 1/],
  ["an unknown top-level field", "version: 1\nrules: []\nrule: []\n", /^3:1 rule is not known here/],
  ["an unknown field of a rule", rule("    wen: 'true'\n"), /^5:5 wen is not known here/],
  ["an effect there is not", "version: 1\nrules:\n  - id: a\n    effect: alow\n", /^4:13 it must be one of allow, review, deny, mask/],
  ["an effect of statements there is not", rule("    match: { effects: [remove] }\n"), /^5:24 it must be one of read, session/],
  ["a condition that is not text", rule("    when: true\n"), /^5:11 it must be text/],
  ["an id twice", rule("  - id: a\n    effect: deny\n"), /^5:9 there is another rule a/],
  ["a key twice", rule("    effect: allow\n"), /^5:5 .*unique/],
  ["broken YAML", "version: 1\nrules: [\n", /^3:1 /],
  ["a tag", rule("    message: !!js/function 'x'\n"), /^5:14 .*tag/i],
  [
    "a secret shown without a reason",
    "version: 1\nrules:\n  - id: a\n    effect: allow\n    obligations: { secrets: [a/b/c] }\n",
    /^5:\d+ what is shown of a secret is shown for a reason/,
  ],
  [
    "a secret that is no key of one",
    "version: 1\nrules:\n  - id: a\n    effect: allow\n    obligations: { reason: true, secrets: [a/b] }\n",
    /^5:\d+ must match pattern/,
  ],
  ["two documents", "version: 1\nrules: []\n---\nversion: 1\n", /^3:1 .*multiple documents/],
  ["a review by nobody", "version: 1\nrules:\n  - id: a\n    effect: review\n", /^4:5 a review needs reviews/],
  [
    "reviews of an allow",
    "version: 1\nrules:\n  - id: a\n    effect: allow\n    reviews: [{ count: 1, group: g }]\n",
    /^5:5 only a rule with effect: review/,
  ],
  ["a mask of nothing", "version: 1\nrules:\n  - id: a\n    effect: mask\n", /^4:5 a mask needs obligations.masks/],
  ["obligations of a deny", rule("    obligations: { reason: true }\n"), /^5:5 what is denied never runs/],
  [
    "a count of no people",
    "version: 1\nrules:\n  - id: a\n    effect: review\n    reviews: [{ count: 0, group: g }]\n",
    /^5:24 must be >= 1/,
  ],
  [
    "a countdown of a day",
    "version: 1\nrules:\n  - id: a\n    effect: allow\n    obligations: { countdown: 24h }\n",
    /^5:31 countdown must be from 0 ms to 1 h/,
  ],
  ["a detector there is not", "version: 1\nrules: []\nmasks: [{ detectors: [face] }]\n", /^3:23 it must be one of email, card/],
  ["a column without its schema", "version: 1\nrules: []\nmasks: [{ columns: [customers.email] }]\n", /^3:21 must match pattern/],
  ["more text than a policy has", "#".repeat(1_000_001), /^1:1 the policy is longer/],
  [
    "an alias bomb",
    `version: 1\na: &a [x,x,x,x,x,x,x,x,x,x]\n${"bcdefgh"
      .split("")
      .map((key, index) => `${key}: &${key} [${Array(10).fill(`*${"abcdefgh"[index]}`).join(",")}]`)
      .join("\n")}\n`,
    /^1:1 Excessive alias count/,
  ],
])("%s is an error at its line and column", (_, text, error) => {
  expect(errorsOf(text)[0]).toMatch(error);
});

test.each([
  ["an unknown variable", "foo == 1", "5:11 Unknown variable: foo"],
  ["an unknown field", "impact.rows.vlaue > 1", "5:23 there is no vlaue"],
  ["a field of an element", "objects.exists(o, o.nme == 'x')", "5:31 there is no nme"],
  ["types that do not compare", "impact.rows.value == 'x'", "5:11 no such overload: int == string"],
  ["a result that is no answer", "size(objects)", "5:11 it must be true or false, but it is int"],
  ["a result of any type", "principal.groups", "5:11 it must be true or false, but it is list<string>"],
  ["half an expression", "impact.rows.value >", "5:30 Unexpected token: EOF"],
  [
    "a regular expression of V8",
    "statement.text.matches('(a+)+$')",
    "5:11 matches() cannot be used in a policy; use re(text, pattern), which takes linear time",
  ],
  ["a pattern that is wrong", "re(statement.text, '(')", "5:30 error parsing regexp: missing closing ): `(`"],
  [
    "a pattern that is not known yet",
    "re('a', statement.text)",
    "5:19 the pattern of re() must be a text between quotes, so that it can be checked now",
  ],
  ["a zone there is not", "now.getHours('Mars/Olympus') > 1", '5:24 there is no time zone "Mars/Olympus"'],
  ["map", "objects.map(o, o.name) == ['x']", "5:11 map() cannot be used in a policy"],
  ["bind", "cel.bind(a, statement.text, a == a)", "5:11 bind() cannot be used in a policy"],
  ["dyn", "dyn(impact).foo == 1", "5:11 dyn() cannot be used in a policy"],
  ["split", "size(statement.text.split('')) > 1", "5:16 split() cannot be used in a policy"],
  ["a name taken twice", "objects.exists(impact, true)", "5:26 impact already means something; call the element otherwise"],
  ["deep iteration", "objects.all(a, objects.all(b, objects.all(c, objects.all(d, true))))", "5:56 iterations nest deeper than 3"],
  ["doubling", "objects.all(a, objects.all(b, a.name + a.name == 'x'))", "5:41 inside an iteration, one side of + must be a literal"],
  [
    "a word misspelt",
    "impact.effect == 'delte'",
    '5:28 "delte" is none of "read", "session", "append", "modify", "delete", "schema", "privilege", "unknown"',
  ],
  ["a word misspelt in a list", "objects.all(o, o.via in ['statement', 'fk'])", '5:49 "fk" is none of "statement", "cascade", "trigger"'],
  ["a kind misspelt", "impact.complete && 'exakt' != impact.rows.kind", '5:30 "exakt" is none of "exact", "capped", "estimate", "unknown"'],
  [
    "a field by name",
    "impact['rows'] == impact['rows']",
    "5:18 only labels and annotations are looked up by name, and lists by a whole number",
  ],
])("%s in an expression is an error at its line and column", (_, when, error) => {
  expect(errorsOf(rule(`    when: ${when}\n`))).toContain(error);
});

test.each([
  ["plain over two lines", "    when: impact.complete &&\n      foo\n", "6:7"],
  ["single quotes", "    when: 'impact.complete && foo'\n", "5:31"],
  ["double quotes", '    when: "impact.complete && foo"\n', "5:31"],
  ["a literal block", "    when: |\n      impact.complete\n        && foo\n", "7:12"],
  ["a folded block", "    when: >-\n      impact.complete\n      && foo\n", "7:10"],
  ["escapes, where the start has to do", '    when: "impact.complete \\x26\\x26 foo"\n', "5:11"],
])("the place inside %s is found", (_, when, place) => {
  expect(errorsOf(rule(when))).toEqual([`${place} Unknown variable: foo`]);
});

test("all errors are named, in the order of the text", () => {
  expect(errorsOf(rule("    when: foo\n  - id: b\n    effect: review\n  - id: a\n    effect: deny\n    when: bar\n"))).toEqual([
    "5:11 Unknown variable: foo",
    "7:5 a review needs reviews: who, and how many",
    "8:9 there is another rule a",
    "10:11 Unknown variable: bar",
  ]);
});
