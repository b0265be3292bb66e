import type { Effect, Rows, Statement } from "@interlock/protocol";
import { describe, expect, test } from "vitest";
import { cascadeOf, exactly, impactOf, inputOf, onCluster, policyOf, statementOf, writeOf } from "./cases.ts";
import { DEFAULT_POLICY } from "./default-policy.ts";
import { judge } from "./judge.ts";
import type { JudgeInput } from "./judge-input.ts";
import { parsePolicy } from "./parse.ts";

const parsedDefault = parsePolicy(DEFAULT_POLICY);
if (!parsedDefault.ok) throw new Error("the default policy is broken");
const defaultPolicy = parsedDefault.policy;

const capped = (value: number): Rows => ({ value, kind: "capped" });
const about = (value: number): Rows => ({ value, kind: "estimate" });
const unknown: Rows = { value: 0, kind: "unknown" };

/** `allow`, `deny a b` or `review 1×g: a`. */
function said(policy: typeof defaultPolicy, input: JudgeInput): string {
  const { decision, rules, obligations } = judge(policy, input);
  const seats = obligations.reviews.map(({ count, group }) => `${count}×${group}`);
  return [decision, ...seats, ...rules.map((rule) => `#${rule}`)].join(" ");
}

const CLUSTER = onCluster().connection;

/** A planned write to one object, with `labels` as it would leave it. */
function write(object: string, effect: Effect, labels: Record<string, string> = {}, fields: Partial<Statement> = {}): Statement {
  const manifest = { apiVersion: "v1", kind: object.split(" ")[1]!, metadata: { labels } };
  return writeOf(object, effect, {
    ...(effect === "append" ? {} : { before: manifest }),
    ...(effect === "delete" ? {} : { after: manifest }),
    ...fields,
  });
}

describe("objects of a cluster", () => {
  const cascade = { object: "v1 Pod payments/web-1", effect: "delete" as const, rows: exactly(1), via: ["namespace"], depth: 1 };
  const taking = write("v1 Namespace payments", "delete", { env: "prod" }, { cascades: [cascade] });
  const connecting = { request: { method: "POST", path: "/", subresource: "token" } };
  test.each<[string, Statement, boolean]>([
    ['o.kind == "Namespace" && o.operation == "create" && !("env" in o.labels)', write("v1 Namespace shop", "append"), true],
    [
      'o.kind == "Namespace" && o.operation == "create" && !("env" in o.labels)',
      write("v1 Namespace shop", "append", { env: "dev" }),
      false,
    ],
    ['o.kind == "Namespace" && o.operation == "create" && !("env" in o.labels)', write("v1 Namespace shop", "modify"), false],
    ['"constructor" in o.labels', write("v1 Namespace shop", "append", { env: "dev" }), false],
    ['"env" in o.labels && o.labels.env == "prod" && o.operation == "delete"', taking, true],
    ['o.kind == "Pod" && o.via == "cascade" && o.operation == "delete" && o.namespace == "payments"', taking, true],
    ['o.kind == "table"', taking, false],
    ['o.namespace == "kube-system" && o.operation == "update"', write("v1 ConfigMap kube-system/coredns", "modify"), true],
    [
      'o.operation == "delete"',
      write("v1 Pod payments/web-1", "delete", {}, { request: { method: "POST", path: "/", subresource: "eviction" } }),
      true,
    ],
    ['o.operation == "connect"', write("v1 ServiceAccount payments/ci", "privilege", {}, connecting), true],
    ['o.operation == ""', statementOf("delete"), true],
  ])("a rule on %s", (when, statement, holds) => {
    const policy = policyOf(`- { id: all, effect: allow }\n- id: rule\n  effect: deny\n  when: objects.exists(o, ${when})`);
    expect(judge(policy, onCluster(statement)).decision).toBe(holds ? "deny" : "allow");
  });
});

describe("the default policy", () => {
  const one = "1×payments-reviewers";
  const two = "2×payments-reviewers";
  test.each<[Effect, Rows, string]>([
    ["read", exactly(1), "allow #reads"],
    ["read", unknown, "allow #reads"],
    ["session", exactly(0), "allow #reads"],
    ["append", exactly(1), `review ${one} #prod-appends`],
    ["modify", about(10), `review ${one} #prod-modifies`],
    ["delete", exactly(100_000), `review ${one} #prod-deletes`],
    ["delete", about(5), `review ${one} #prod-deletes`],
    ["delete", exactly(100_001), `review ${two} #prod-large-deletes #prod-deletes`],
    ["delete", capped(10_000), `review ${two} #prod-large-deletes #prod-deletes`],
    ["delete", unknown, `review ${two} #prod-large-deletes #prod-deletes`],
    ["schema", exactly(0), `review ${two} #prod-schema`],
    ["privilege", exactly(0), "deny #privileges"],
    ["unknown", unknown, "deny #unknown-effects"],
  ])("%s of %j in production: %s", (effect, rows, verdict) => {
    expect(said(defaultPolicy, inputOf(impactOf([statementOf(effect, { rows })])))).toBe(verdict);
  });

  test.each<[Effect, string]>([
    ["read", "allow #reads"],
    ["delete", "allow #outside-prod"],
    ["schema", "allow #outside-prod"],
    ["privilege", "deny #privileges"],
    ["unknown", "deny #unknown-effects"],
  ])("%s in staging: %s", (effect, verdict) => {
    const connection = { name: "payments-staging", connector: "postgres", environment: "staging" as const, labels: {} };
    expect(said(defaultPolicy, inputOf(impactOf([statementOf(effect)]), { connection }))).toBe(verdict);
  });

  test.each<[string, Effect, string]>([
    ["v1 Namespace payments", "delete", "review 2×platform #namespace-delete #cluster-changes"],
    ["v1 Namespace payments", "modify", "review 1×platform #cluster-changes"],
    ["v1 Pod payments/web-1", "delete", "review 1×platform #cluster-changes"],
    ["v1 ConfigMap payments/web", "append", "review 1×platform #cluster-changes"],
    ["apiextensions.k8s.io/v1 CustomResourceDefinition a.b", "schema", "review 2×platform #cluster-schema"],
    ["rbac.authorization.k8s.io/v1 Role payments/all", "privilege", "deny #privileges"],
  ])("%s in a production cluster, %s: %s", (object, effect, verdict) => {
    expect(said(defaultPolicy, onCluster(write(object, effect)))).toBe(verdict);
  });

  test("a delete whose plan is not whole may be of a namespace, so it takes two", () => {
    const incomplete = impactOf([write("v1 Pod payments/web-1", "delete")], { complete: false });
    expect(said(defaultPolicy, inputOf(incomplete, { connection: CLUSTER }))).toContain("2×platform");
  });

  test("rows of cascades count, and so does every statement of a command", () => {
    const cascading = statementOf("delete", { rows: exactly(60_000), cascades: [cascadeOf(exactly(50_000))] });
    expect(said(defaultPolicy, inputOf(impactOf([cascading])))).toContain(two);
    const half = statementOf("delete", { rows: exactly(60_000) });
    expect(said(defaultPolicy, inputOf(impactOf([half, half])))).toContain(two);
  });

  test("a reviewed write is guarded and counts down 5 s; the clock rule is off and says so", () => {
    const { obligations, trace, message } = judge(defaultPolicy, inputOf(impactOf([statementOf("delete")])));
    expect(obligations).toEqual({
      reviews: [{ count: 1, group: "payments-reviewers" }],
      reason: false,
      guard: true,
      countdownMs: 5000,
      masks: [],
    });
    expect(trace.find(({ rule }) => rule === "go-home")).toEqual({ rule: "go-home", matched: false, why: "switched off", effect: "deny" });
    expect(message).toBe("Deletes in production need a payments reviewer.");
  });
});

describe("the clock rule of the default policy, switched on", () => {
  const parsed = parsePolicy(DEFAULT_POLICY.replace("id: go-home\n    enabled: false", "id: go-home\n    enabled: true"));
  if (!parsed.ok) throw new Error("the default policy is broken");
  const policy = parsed.policy;
  const at = (now: string, effect: Effect, incident = false): boolean =>
    judge(policy, {
      ...onCluster(write("v1 ConfigMap shop/web", effect)),
      now: new Date(now),
      room: { id: "r1", incident },
    }).rules.includes("go-home");

  // Berlin is an hour ahead of UTC in winter, and two in summer.
  test.each([
    ["2026-11-20T17:59:59Z", false],
    ["2026-11-20T18:00:00Z", true],
    ["2026-11-21T05:59:59Z", true],
    ["2026-11-21T06:00:00Z", false],
    ["2026-07-01T16:59:59Z", false],
    ["2026-07-01T17:00:00Z", true],
  ])("at %s a write is sent home: %s", (now, home) => {
    expect(at(now, "modify")).toBe(home);
  });

  test.each<[Effect, boolean]>([
    ["append", true],
    ["modify", true],
    ["delete", true],
    ["schema", true],
    ["privilege", true],
    ["read", false],
  ])("at night it holds of %s: %s, and in an incident of nothing", (effect, home) => {
    expect(at("2026-11-20T23:00:00Z", effect)).toBe(home);
    expect(at("2026-11-20T23:00:00Z", effect, true)).toBe(false);
  });
});

describe("combining", () => {
  test("nothing matched is a deny that names the statement", () => {
    const verdict = judge(policyOf("- { id: a, effect: allow, match: { effects: [read] } }"), inputOf(impactOf([statementOf("append")])));
    expect(verdict).toMatchObject({ decision: "deny", rules: [], message: expect.stringContaining("append orders") });
  });

  test("the strictest statement decides", () => {
    const policy = policyOf(`
- { id: reads, effect: allow, match: { effects: [read] } }
- { id: deletes, effect: review, match: { effects: [delete] }, reviews: [{ count: 1, group: g }] }
- { id: schemas, effect: deny, match: { effects: [schema] }, message: Not here. }`);
    const of = (...effects: Effect[]) => said(policy, inputOf(impactOf(effects.map((effect) => statementOf(effect)))));
    expect(of("read")).toBe("allow #reads");
    expect(of("read", "delete", "read")).toBe("review 1×g #deletes");
    expect(of("read", "delete", "schema")).toBe("deny #schemas");
    expect(of("read", "append")).toBe("deny");
  });

  test("demands are a union with the highest count for a group; obligations add up, the stricter wins", () => {
    const policy = policyOf(`
- id: a
  effect: review
  reviews: [{ count: 1, group: g }, { count: 1, group: h }]
  obligations: { countdown: 5s, rowCap: 500, timeout: 1m, masks: [email] }
- id: b
  effect: review
  reviews: [{ count: 2, group: g }]
  obligations: { reason: true, countdown: 2s, rowCap: 100, timeout: 90s, masks: [A.B.C] }
- { id: c, effect: allow, obligations: { guard: true } }
- { id: d, effect: mask, obligations: { masks: [card] } }`);
    expect(judge(policy, inputOf(impactOf([statementOf("append")])))).toMatchObject({
      decision: "review",
      obligations: {
        reviews: [
          { count: 2, group: "g" },
          { count: 1, group: "h" },
        ],
        reason: true,
        guard: true,
        countdownMs: 5000,
        rowCap: 100,
        timeoutMs: 60_000,
        masks: ["a.b.c", "card", "email"],
      },
    });
  });

  test("a mask permits nothing by itself", () => {
    expect(said(policyOf("- { id: a, effect: mask, obligations: { masks: [email] } }"), inputOf(impactOf([statementOf("read")])))).toBe(
      "deny",
    );
  });
});

describe("unknown fails closed (I3)", () => {
  test.each([
    ["an allow that does not name it", "- { id: a, effect: allow }", "deny"],
    ["an allow that names it", "- { id: a, effect: allow, match: { effects: [unknown] } }", "allow #a"],
    ["a review that does not name it", "- { id: a, effect: review, reviews: [{ count: 1, group: g }] }", "deny"],
    ["a deny that does not name it", "- { id: a, effect: allow, match: { effects: [unknown] } }\n- { id: b, effect: deny }", "deny #b"],
  ])("%s", (_, rules, verdict) => {
    expect(said(policyOf(rules), inputOf(impactOf([statementOf("unknown")])))).toBe(verdict);
  });

  test("an impact without statements, or that says more than its statements, is judged as a whole", () => {
    const all = policyOf("- { id: a, effect: allow }");
    expect(said(all, inputOf(impactOf([], { effect: "read" })))).toBe("deny");
    expect(said(all, inputOf(impactOf([statementOf("read")], { effect: "unknown" })))).toBe("deny");
    expect(said(defaultPolicy, inputOf(impactOf([statementOf("read")], { effect: "delete" })))).toContain("review");
  });

  test.each<[string, string, Rows, boolean, string]>([
    ["exact", "impact.rows.value < 10", exactly(5), true, "allow #a"],
    ["an estimate", "impact.rows.value < 10", about(5), true, "deny"],
    ["capped", "impact.rows.value < 10", capped(5), true, "deny"],
    ["unknown", "impact.rows.value < 10", unknown, true, "deny"],
    ["an estimate beside another way to be true", "impact.rows.value < 10 || true", about(5), true, "deny"],
    ["an estimate of the statement", "statement.rows.value < 10", about(5), true, "deny"],
    ["an estimate of an object", "objects.all(o, o.rows.value < 10)", about(5), true, "deny"],
    ["an estimate through a list", "[impact].exists(i, i.rows.value < 10)", about(5), true, "deny"],
    ["an estimate whose value is not read", "impact.rows.kind == 'estimate'", about(5), true, "allow #a"],
    ["an estimate, not read at all", "principal.name == 'oncall'", about(5), true, "allow #a"],
    ["an incomplete sum", "impact.rows.value < 10", exactly(5), false, "deny"],
    ["an incomplete list", "!objects.exists(o, o.name == 'payments.customers')", exactly(5), false, "deny"],
    ["an incomplete list, not read", "connection.environment == 'prod'", exactly(5), false, "allow #a"],
  ])("an allow that depends on a figure: %s", (_, when, rows, complete, verdict) => {
    const policy = policyOf(`- id: a\n  effect: allow\n  when: "${when}"`);
    expect(said(policy, inputOf(impactOf([statementOf("modify", { rows })], { complete })))).toBe(verdict);
  });

  test("its trace says why", () => {
    const policy = policyOf("- { id: a, effect: allow, when: impact.rows.value < 10 }");
    const { trace } = judge(policy, inputOf(impactOf([statementOf("modify", { rows: about(4.6) })])));
    expect(trace[0]).toMatchObject({ matched: false, why: expect.stringContaining("impact.rows is about 5, an estimate") });
  });

  test.each<[string, string, Rows, boolean, string]>([
    ["at least 10", "impact.rows.value > 1000", capped(10), true, "deny #b"],
    ["unknown", "impact.rows.value > 1000", unknown, true, "deny #b"],
    ["exactly 10", "impact.rows.value > 1000", exactly(10), true, "allow #a"],
    ["about 10", "impact.rows.value > 1000", about(10), true, "allow #a"],
    ["incomplete", "objects.exists(o, o.name == 'payments.customers')", exactly(1), false, "deny #b"],
    ["incomplete, but not read", "room.severity == ''", exactly(1), false, "allow #a"],
  ])("a deny that cannot be ruled out denies: %s", (_, when, rows, complete, verdict) => {
    const policy = policyOf(`- { id: a, effect: allow }\n- id: b\n  effect: deny\n  when: "${when}"`);
    expect(said(policy, inputOf(impactOf([statementOf("modify", { rows })], { complete })))).toBe(verdict);
  });

  test("a review that cannot be ruled out demands, but permits nothing", () => {
    const large = "- { id: large, effect: review, reviews: [{ count: 2, group: g }], when: impact.rows.value > 1000 }";
    const input = inputOf(impactOf([statementOf("modify", { rows: capped(10) })]));
    expect(said(policyOf(large), input)).toBe("deny");
    expect(said(policyOf(`${large}\n- { id: a, effect: allow }`), input)).toBe("review 2×g #large");
  });
});

describe("a rule that errors denies and names itself", () => {
  test.each(["allow", "deny", "mask"])("%s", (effect) => {
    const obligations = effect === "mask" ? "obligations: { masks: [email] }" : "message: m";
    const policy = policyOf(
      `- { id: all, effect: allow }\n- id: broken\n  effect: ${effect}\n  ${obligations}\n  when: connection.labels.tier == "gold"`,
    );
    const verdict = judge(policy, inputOf(impactOf([statementOf("read")])));
    expect(verdict).toMatchObject({
      decision: "deny",
      rules: ["broken"],
      message: expect.stringMatching(/^Rule broken cannot be evaluated: there is no tier/),
    });
    expect(verdict.trace[1]).toMatchObject({ matched: true, why: "cannot be evaluated: there is no tier" });
  });

  test("one that is switched off, or about something else, does not", () => {
    const off = "- { id: all, effect: allow }\n- { id: broken, enabled: false, effect: deny, when: connection.labels.tier == 'gold' }";
    const elsewhere =
      "- { id: all, effect: allow }\n- { id: broken, match: { environment: [dev] }, effect: deny, when: connection.labels.tier == 'gold' }";
    for (const rules of [off, elsewhere]) expect(said(policyOf(rules), inputOf(impactOf([statementOf("read")])))).toBe("allow #all");
  });
});

describe("matching", () => {
  test.each([
    ["{ environment: [prod, dev] }", true],
    ["{ environment: [dev] }", false],
    ["{ connectors: [postgres] }", true],
    ["{ connectors: [kubernetes] }", false],
    ["{ connections: [payments-db] }", true],
    ["{ connections: [payments] }", false],
    ["{ groups: [admins, oncall] }", true],
    ["{ groups: [admins] }", false],
    ["{ labels: { team: payments } }", true],
    ["{ labels: { team: [ledger, payments] } }", true],
    ["{ labels: { team: ledger } }", false],
    ["{ labels: { constructor: x } }", false],
    ["{ environment: [prod], groups: [admins] }", false],
  ])("%s: %s", (match, matches) => {
    const { trace } = judge(policyOf(`- id: a\n  effect: allow\n  match: ${match}`), inputOf(impactOf([statementOf("read")])));
    expect(trace[0]!.matched).toBe(matches);
  });

  test("the trace names the statement where that makes a difference", () => {
    const policy = policyOf("- { id: a, effect: allow, match: { effects: [read] } }");
    const { trace } = judge(policy, inputOf(impactOf([statementOf("append"), statementOf("read")])));
    expect(trace).toEqual([{ rule: "a", matched: true, why: "statement 2: matches", effect: "allow" }]);
  });
});

test("100 rules are judged well below a millisecond", () => {
  const rules = Array.from(
    { length: 100 },
    (_, index) => `- id: r${index}
  effect: deny
  when: impact.rows.value > ${index * 1000 + 1000} && objects.exists(o, o.name == "t${index}") && now.getHours("Europe/Berlin") > 30`,
  );
  const policy = policyOf(rules.join("\n"));
  const input = inputOf(impactOf([statementOf("delete", { rows: exactly(1_000_000) })]));
  for (let warm = 0; warm < 200; warm++) judge(policy, input);
  const times = Array.from({ length: 200 }, () => {
    const started = performance.now();
    judge(policy, { ...input, now: new Date() });
    return performance.now() - started;
  }).toSorted((a, b) => a - b);
  expect(times[100]).toBeLessThan(1);
});
