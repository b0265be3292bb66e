import { EFFECTS, ROW_KINDS, type Verdict } from "@interlock/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { cascadeOf, impactOf, inputOf, policyOf, statementOf } from "./cases.ts";
import { judge } from "./judge.ts";
import type { Policy, Rule } from "./policy.ts";

const CONDITIONS = [
  "impact.rows.value > 100",
  "impact.rows.value <= 100",
  "statement.rows.value < 50",
  "objects.exists(o, o.rows.value > 10)",
  "objects.all(o, o.name != 'payments.orders')",
  "connection.labels.tier == 'gold'",
  "room.incident",
  "'oncall' in principal.groups",
  "impact.effect == 'delete' && impact.complete",
];

const rows = fc.record({ value: fc.nat(200), kind: fc.constantFrom(...ROW_KINDS) });
const statement = fc
  .record({ effect: fc.constantFrom(...EFFECTS), rows, cascades: fc.array(rows.map(cascadeOf), { maxLength: 2 }) })
  .map(({ effect, ...fields }) => statementOf(effect, fields));
const input = fc
  .record({ statements: fc.array(statement, { maxLength: 3 }), complete: fc.boolean() })
  .map(({ statements, complete }) => inputOf(impactOf(statements, { complete })));

const ruleText = fc
  .record({
    effect: fc.constantFrom("allow", "review", "deny", "mask"),
    effects: fc.option(fc.subarray([...EFFECTS], { minLength: 1 })),
    when: fc.option(fc.constantFrom(...CONDITIONS)),
    count: fc.integer({ min: 1, max: 3 }),
    group: fc.constantFrom("g", "h"),
    countdown: fc.nat(9),
    rowCap: fc.option(fc.integer({ min: 1, max: 100 })),
  })
  .map(({ effect, effects, when, count, group, countdown, rowCap }) => (id: string) => {
    const cap = rowCap === null ? "" : `, rowCap: ${rowCap}`;
    const lines = [`- id: ${id}`, `  effect: ${effect}`];
    if (effects) lines.push(`  match: { effects: [${effects.join(", ")}] }`);
    if (when) lines.push(`  when: "${when}"`);
    if (effect === "review") lines.push(`  reviews: [{ count: ${count}, group: ${group} }]`);
    if (effect === "mask") lines.push("  obligations: { masks: [email] }");
    else if (effect !== "deny") lines.push(`  obligations: { countdown: ${countdown}s${cap} }`);
    return lines.join("\n");
  });
const policy = fc
  .array(ruleText, { minLength: 1, maxLength: 6 })
  .map((texts) => policyOf(texts.map((text, index) => text(`rule-${index}`)).join("\n")));

const STRENGTH = { allow: 0, review: 1, deny: 2 };
const seats = ({ obligations }: Verdict, group: string) => obligations.reviews.find((demand) => demand.group === group)?.count ?? 0;

/** Whether `a` lets through nothing that `b` would not. */
function atLeastAsStrict(a: Verdict, b: Verdict): boolean {
  if (STRENGTH[a.decision] !== STRENGTH[b.decision]) return STRENGTH[a.decision] > STRENGTH[b.decision];
  return (
    a.decision === "deny" ||
    (["g", "h"].every((group) => seats(a, group) >= seats(b, group)) &&
      a.obligations.countdownMs >= b.obligations.countdownMs &&
      (a.obligations.rowCap ?? Infinity) <= (b.obligations.rowCap ?? Infinity) &&
      b.obligations.masks.every((mask) => a.obligations.masks.includes(mask)))
  );
}

const without = (from: Policy, effects: Rule["effect"][]): Policy => ({
  ...from,
  rules: from.rules.filter(({ effect }) => !effects.includes(effect)),
});

test("the order of rules does not matter", () => {
  fc.assert(
    fc.property(policy, input, fc.array(fc.nat(), { minLength: 6, maxLength: 6 }), (original, given, keys) => {
      const order = original.rules.map((rule, index) => [keys[index]!, rule] as const);
      const shuffled = { ...original, rules: order.toSorted(([a], [b]) => a - b).map(([, rule]) => rule) };
      const [a, b] = [judge(original, given), judge(shuffled, given)];
      expect({ ...b, rules: b.rules.toSorted(), trace: b.trace.toSorted((x, y) => (x.rule < y.rule ? -1 : 1)), message: "" }).toEqual({
        ...a,
        rules: a.rules.toSorted(),
        message: "",
      });
    }),
  );
});

test("adding a deny or a mask never makes a verdict weaker", () => {
  fc.assert(
    fc.property(policy, input, (full, given) => {
      expect(atLeastAsStrict(judge(full, given), judge(without(full, ["deny"]), given))).toBe(true);
      expect(atLeastAsStrict(judge(full, given), judge(without(full, ["mask"]), given))).toBe(true);
    }),
  );
});

test("adding a review never makes weaker what was permitted without it", () => {
  fc.assert(
    fc.property(policy, input, (full, given) => {
      const before = judge(without(full, ["review"]), given);
      fc.pre(before.decision !== "deny");
      expect(atLeastAsStrict(judge(full, given), before)).toBe(true);
    }),
  );
});

test("knowing less never makes a verdict weaker than the most that could be", () => {
  fc.assert(
    fc.property(growing(policy), fc.nat(200), fc.nat(1_000_000), (rules, least, more) => {
      const of = (figure: { value: number; kind: "exact" | "capped" }) =>
        judge(rules, inputOf(impactOf([statementOf("delete", { rows: figure })])));
      expect(atLeastAsStrict(of({ value: least, kind: "capped" }), of({ value: least + more, kind: "exact" }))).toBe(true);
    }),
  );
});

/** Only conditions that grow with a figure: for "at most so many rows" knowing less is allowed to stay a review. */
function growing(from: typeof policy) {
  return from.map((each) => ({
    ...each,
    rules: each.rules.filter(({ effect, when }) => effect !== "review" || when === undefined || !/<|all\(/.test(when.text)),
  }));
}

test("adding a statement never makes a verdict weaker, while figures count for the whole", () => {
  fc.assert(
    fc.property(policy, fc.array(statement, { minLength: 1, maxLength: 2 }), statement, (rules, statements, another) => {
      const independent = { ...rules, rules: rules.rules.filter(({ when }) => !when?.text.includes("impact")) };
      const before = judge(independent, inputOf(impactOf(statements)));
      const after = judge(independent, inputOf(impactOf([...statements, another])));
      expect(atLeastAsStrict(after, before)).toBe(true);
    }),
  );
});

test("every rule has its line of the trace, and a verdict its policy's version", () => {
  fc.assert(
    fc.property(policy, input, (rules, given) => {
      const verdict = judge(rules, given);
      expect(verdict.trace.map(({ rule }) => rule)).toEqual(rules.rules.map(({ id }) => id));
      expect(verdict.trace.every(({ why }) => why !== "")).toBe(true);
      expect(verdict.policyVersion).toBe(rules.version);
    }),
  );
});
