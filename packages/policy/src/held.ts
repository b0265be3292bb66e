import { bareStatement, type Effect, type Impact, type Verdict } from "@interlock/protocol";
import { judge } from "./judge.ts";
import type { JudgeInput } from "./judge-input.ts";
import type { Policy } from "./policy.ts";

/** Effects that somebody may be let do; `session` and `unknown` are nobody's to hold. */
const ASKED = ["read", "append", "modify", "delete", "schema", "privilege"] as const satisfies readonly Effect[];

export interface HeldEffect {
  effect: Effect;
  may: Verdict["decision"];
  rules: string[];
}

/**
 * What policy says of an ordinary statement of each effect, by this person on this connection, outside an incident. Rules that look at rows,
 * objects or the hour may say otherwise of one.
 */
export function heldEffects(policy: Policy, input: Pick<JudgeInput, "principal" | "connection" | "now">): HeldEffect[] {
  return ASKED.map((effect) => {
    const { decision, rules } = judge(policy, { ...input, room: undefined, impact: ordinary(effect) });
    return { effect, may: decision, rules };
  });
}

function ordinary(effect: Effect): Impact {
  const statement = bareStatement({ index: 0, start: 0, end: 0, text: "", title: "", effect });
  return { effect, complete: true, tookMs: 0, warnings: [], statements: [statement] };
}

/** Groups that rules ask to agree to something on a connection, whatever it is. */
export function reviewGroups(policy: Policy, connection: JudgeInput["connection"]): string[] {
  const asked = policy.rules.filter(({ enabled, match }) => {
    if (!enabled) return false;
    if (match.environment && !match.environment.includes(connection.environment)) return false;
    if (match.connectors && !match.connectors.includes(connection.connector)) return false;
    if (match.connections && !match.connections.includes(connection.name)) return false;
    return Object.entries(match.labels ?? {}).every(
      ([label, values]) => Object.hasOwn(connection.labels, label) && values.includes(connection.labels[label]!),
    );
  });
  return [...new Set(asked.flatMap(({ reviews }) => reviews.map(({ group }) => group)))].toSorted();
}
