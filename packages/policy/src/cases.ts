import type { Cascade, Effect, Impact, ObjectEffect, Rows, Statement } from "@interlock/protocol";
import type { JudgeInput } from "./judge-input.ts";
import { parsePolicy } from "./parse.ts";
import type { Policy } from "./policy.ts";

/* What the tests of this package judge. */

export const exactly = (value: number): Rows => ({ value, kind: "exact" });

export function statementOf(effect: Effect, fields: Partial<Statement> & { rows?: Rows } = {}): Statement {
  const { rows = exactly(0), ...rest } = fields;
  const target: ObjectEffect = { effect, object: "payments.orders", kind: "table", columns: ["id", "status"], rows };
  const nothing = { cascades: [], locks: [], rewrites: [], scans: [], sideEffects: [], willFail: [], waits: [], risks: [] };
  const text = "delete from payments.orders";
  const title = `${effect} orders`;
  return { index: 0, start: 0, end: text.length, text, effect, title, reversible: "no", effects: [target], ...nothing, ...rest };
}

export function cascadeOf(rows: Rows): Cascade {
  return { object: "payments.order_items", effect: "delete", rows, via: ["order_items_order_id_fkey"], depth: 1 };
}

export function impactOf(statements: Statement[], fields: Partial<Impact> = {}): Impact {
  const effects: Effect[] = ["read", "session", "append", "modify", "delete", "schema", "privilege", "unknown"];
  const rank = Math.max(-1, ...statements.map(({ effect }) => effects.indexOf(effect)));
  const numbered = statements.map((statement, index) => ({ ...statement, index }));
  return { effect: effects[rank] ?? "unknown", complete: true, tookMs: 1, warnings: [], statements: numbered, ...fields };
}

export function inputOf(impact: Impact, fields: Partial<JudgeInput> = {}): JudgeInput {
  return {
    principal: { id: "u1", name: "oncall", groups: ["oncall"] },
    connection: { name: "payments-db", connector: "postgres", environment: "prod", labels: { team: "payments" } },
    room: { id: "r1", severity: "SEV-1", incident: true },
    now: new Date("2026-03-29T01:30:00Z"),
    impact,
    ...fields,
  };
}

const METHODS: Partial<Record<Effect, string>> = { delete: "DELETE", append: "POST" };

/** A planned write to one object of a cluster: `before` without, `after` with it. What is not given is not there. */
export function writeOf(object: string, effect: Effect, fields: Partial<Statement> = {}): Statement {
  return statementOf(effect, {
    effects: [{ effect, object, kind: object.split(" ")[1]!, rows: exactly(1) }],
    request: { method: METHODS[effect] ?? "PATCH", path: "/" },
    ...fields,
  });
}

/** On a production cluster. */
export function onCluster(...statements: Statement[]): JudgeInput {
  return inputOf(impactOf(statements), { connection: { name: "eks-prod", connector: "kubernetes", environment: "prod", labels: {} } });
}

/** A policy of rules written as YAML list items. */
export function policyOf(rules: string): Policy {
  const indented = rules.trim().replaceAll(/^/gm, "  ");
  const parsed = parsePolicy(`version: 1\nrules:\n${indented}\n`);
  if (!parsed.ok) throw new Error(parsed.errors.map(({ line, column, message }) => `${line}:${column} ${message}`).join("\n"));
  return parsed.policy;
}
