import type { Connection, Principal } from "@interlock/protocol";
import { placeMismatch } from "./match.ts";
import type { Match } from "./policy.ts";

/**
 * Who else is in a shell: `peer` whoever responds in the room may be given control; `observe` only who opened it types; `moderated` nothing
 * connects until a moderator is there.
 */
export const JOINING = ["peer", "observe", "moderated", "deny"] as const;
export type Joining = (typeof JOINING)[number];

/** A rule of `terminals`, checked. */
export interface TerminalRule {
  id: string;
  enabled: boolean;
  match: Match;
  joining: Joining;
  /** Groups; one of them has somebody there while it is moderated. */
  moderators: readonly string[];
  whenModeratorLeaves: "pause" | "end";
  /** Nothing may be typed that cannot be recorded. */
  recordingRequired: boolean;
  /** How long it goes on while nobody looks, in milliseconds. */
  keepMs?: number;
  reason: boolean;
  message?: string;
}

/** What holds for one terminal. */
export interface TerminalTerms {
  decision: "allow" | "deny";
  /** The rules that matched and are enabled; empty when none did, which denies. */
  rules: string[];
  message: string;
  joining: Exclude<Joining, "deny">;
  /** Of each entry somebody must be there; empty unless it is moderated. */
  moderators: readonly (readonly string[])[];
  whenModeratorLeaves: "pause" | "end";
  recordingRequired: boolean;
  keepMs: number;
  reason: boolean;
}

/** How long a terminal goes on while nobody looks where no rule says so: a browser that restarts is back by then. */
const KEEP_MS = 15 * 60_000;
const STRICTNESS: Record<Joining, number> = { peer: 0, observe: 1, moderated: 2, deny: 3 };

export interface TerminalInput {
  principal: Pick<Principal, "name" | "groups">;
  connection: Pick<Connection, "name" | "connector" | "environment" | "labels">;
}

/** Every rule is judged; demands add up, the strictest holds, and what no rule permits is denied. */
export function judgeTerminal(rules: readonly TerminalRule[], input: TerminalInput): TerminalTerms {
  const matched = rules
    .filter((rule) => rule.enabled && placeMismatch(rule.match, input) === undefined)
    .toSorted((left, right) => STRICTNESS[right.joining] - STRICTNESS[left.joining]);
  const [strictest] = matched;
  const joining = strictest?.joining ?? "deny";
  return {
    decision: joining === "deny" ? "deny" : "allow",
    rules: matched.map(({ id }) => id),
    message: strictest === undefined ? "No rule of `terminals` permits a shell here." : (strictest.message ?? `Rule ${strictest.id}.`),
    joining: joining === "deny" ? "moderated" : joining,
    moderators: matched.filter((rule) => rule.joining === "moderated").map(({ moderators }) => moderators),
    whenModeratorLeaves: matched.some((rule) => rule.joining === "moderated" && rule.whenModeratorLeaves === "end") ? "end" : "pause",
    recordingRequired: matched.some((rule) => rule.recordingRequired),
    keepMs: Math.min(
      ...matched.flatMap(({ keepMs }) => keepMs ?? []),
      ...(matched.some((rule) => rule.keepMs !== undefined) ? [] : [KEEP_MS]),
    ),
    reason: matched.some((rule) => rule.reason),
  };
}
