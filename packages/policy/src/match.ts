import type { Connection, Effect, Principal } from "@interlock/protocol";
import type { JudgeInput } from "./judge-input.ts";
import type { Match, Rule } from "./policy.ts";

/** Why a rule is not about this statement; undefined when it is. */
export function mismatch({ match, effect }: Rule, input: JudgeInput, statementEffect: Effect): string | undefined {
  if (match.effects && !match.effects.includes(statementEffect)) return `effect is ${statementEffect}`;
  // A rule that lets something run must say that it means what nobody can tell; one that forbids or masks need not (I3).
  if (statementEffect === "unknown" && !match.effects && (effect === "allow" || effect === "review")) {
    return "effect is unknown, and the rule does not name it";
  }
  return placeMismatch(match, input);
}

/** Why a rule is not about this person at this connection; undefined when it is. */
export function placeMismatch(
  match: Match,
  {
    principal,
    connection,
  }: { principal: Pick<Principal, "name" | "groups">; connection: Pick<Connection, "name" | "connector" | "environment" | "labels"> },
): string | undefined {
  if (match.environment && !match.environment.includes(connection.environment)) return `environment is ${connection.environment}`;
  if (match.connectors && !match.connectors.includes(connection.connector)) return `connector is ${connection.connector}`;
  if (match.connections && !match.connections.includes(connection.name)) return `connection is ${connection.name}`;
  if (match.groups && !match.groups.some((group) => principal.groups.includes(group))) {
    return `${principal.name} is in none of ${match.groups.join(", ")}`;
  }
  for (const [label, values] of Object.entries(match.labels ?? {})) {
    const actual = Object.hasOwn(connection.labels, label) ? connection.labels[label] : undefined;
    if (actual === undefined) return `label ${label} is not set`;
    if (!values.includes(actual)) return `label ${label} is ${actual}`;
  }
  return undefined;
}
