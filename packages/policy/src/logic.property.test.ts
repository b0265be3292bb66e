import type { JsonValue, Statement } from "@interlock/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { impactOf, onCluster, policyOf, writeOf } from "./cases.ts";
import { judge } from "./judge.ts";

/*
 * What is not known could be anything: a rule that holds of some cluster must not be ruled out where nobody has looked at one. And a rule of
 * which no part hangs on what is not known is answered as exactly as ever.
 */

type Manifest = Record<string, JsonValue>;

const image = fc.constantFrom("web:1", "web:2", "");
const container = fc.record({ name: fc.constantFrom("a", "b"), image, securityContext: fc.record({ privileged: fc.boolean() }) });
const object = fc.record({
  apiVersion: fc.constant("v1"),
  kind: fc.constantFrom("Pod", "Namespace"),
  metadata: fc.record({ name: fc.constantFrom("web"), labels: fc.dictionary(fc.constantFrom("env", "tier"), fc.constantFrom("", "prod")) }),
  spec: fc.record({ containers: fc.array(container, { maxLength: 3 }), replicas: fc.nat(3) }),
}) as fc.Arbitrary<Manifest>;

const ABOUT_AFTER = [
  'after.kind == "Namespace"',
  '"env" in after.labels',
  'after.text("metadata.labels.env") == "prod"',
  "after.containers.exists(c, c.privileged)",
  'after.containers.all(c, c.image.text == "web:1")',
  'after.number("spec.replicas") > 1',
  'connection.environment == "prod"',
];
const ABOUT_BEFORE = [
  "before.present",
  '"env" in before.labels && before.labels.env == "prod"',
  "before.containers.exists(b, b.privileged)",
  "after.containers.exists(c, c.privileged && !before.containers.exists(b, b.name == c.name && b.privileged))",
  "after.containers.all(c, before.containers.exists(b, b.name == c.name && b.image.text == c.image.text))",
  'before.text("metadata.labels.tier") != after.text("metadata.labels.tier")',
  'before.number("spec.replicas") >= after.number("spec.replicas")',
  "statement.breaks.exists(b, b.code == 'x')",
  "objects.exists(o, o.via == 'cascade')",
  "impact.rows.value > 1",
];

const predicateOf = (parts: readonly string[]) =>
  fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      fc.constantFrom(...parts),
      fc.tuple(tie("node"), fc.constantFrom("&&", "||"), tie("node")).map(([left, op, right]) => `(${left}) ${op} (${right})`),
      tie("node").map((inner) => `!(${inner})`),
    ),
  })).node;

const policyWith = (when: string) => policyOf(`- { id: all, effect: allow }\n- id: rule\n  effect: deny\n  when: ${JSON.stringify(when)}`);

const cascade = { object: "v1 Pod web/x", effect: "delete" as const, rows: { value: 3, kind: "exact" as const }, via: ["owner"], depth: 1 };

/** As a cluster would tell it, and as nobody can without one. */
const told = (after: Manifest, before: Manifest | null, more: boolean): [known: Statement, unseen: Statement] => [
  writeOf("v1 Pod web", "modify", {
    after,
    ...(before !== null && { before }),
    ...(more && { cascades: [cascade], breaks: [{ object: "v1 Service web", code: "x", why: "it stops" }] }),
  }),
  writeOf("v1 Pod web", "modify", { after }),
];

test("a rule that would hold of some cluster is not ruled out where none was asked", () => {
  fc.assert(
    fc.property(predicateOf([...ABOUT_AFTER, ...ABOUT_BEFORE]), object, fc.option(object), fc.boolean(), (when, after, before, more) => {
      const policy = policyWith(when);
      const [known, unseen] = told(after, before, more);
      fc.pre(judge(policy, { ...onCluster(), impact: impactOf([known]) }).decision === "deny");
      expect(judge(policy, { ...onCluster(), impact: impactOf([unseen], { complete: false }) }).decision).toBe("deny");
    }),
    { numRuns: 300 },
  );
});

test("a rule about what is known is answered as if all were", () => {
  fc.assert(
    fc.property(predicateOf(ABOUT_AFTER), object, fc.option(object), fc.boolean(), (when, after, before, more) => {
      const policy = policyWith(when);
      const [known, unseen] = told(after, before, more);
      const sure = judge(policy, { ...onCluster(), impact: impactOf([known]) });
      expect(judge(policy, { ...onCluster(), impact: impactOf([unseen], { complete: false }) }).decision).toBe(sure.decision);
    }),
    { numRuns: 200 },
  );
});

test("what is known and false ends the doubt about the rest", () => {
  fc.assert(
    fc.property(predicateOf(ABOUT_AFTER), fc.constantFrom(...ABOUT_BEFORE), object, (known, unknown, after) => {
      const [, unseen] = told(after, null, false);
      const input = { ...onCluster(), impact: impactOf([unseen], { complete: false }) };
      fc.pre(judge(policyWith(known), input).decision === "allow");
      expect(judge(policyWith(`(${known}) && (${unknown})`), input).decision).toBe("allow");
      expect(judge(policyWith(`!(!(${unknown}) || !(${known}))`), input).decision).toBe("allow");
    }),
    { numRuns: 200 },
  );
});
