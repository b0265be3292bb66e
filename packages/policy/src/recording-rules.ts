import type { Connection } from "@interlock/protocol";
import { placeMismatch } from "./match.ts";
import type { Match } from "./policy.ts";

/** A rule of `recordings`, checked. */
export interface RecordingRule {
  id: string;
  enabled: boolean;
  match: Omit<Match, "effects" | "groups">;
  /** How long they are kept after their terminal has ended, in milliseconds. */
  keepMs?: number;
  /** Whether whoever is in their room may watch them. */
  members: boolean;
  /** Groups whose people may watch them without being in their room. */
  watchers: readonly string[];
}

/** What holds for the recordings of one connection. */
export interface RecordingTerms {
  members: boolean;
  watchers: readonly string[];
  /** Absent: for as long as there is room. */
  keep?: { ms: number; rule: string };
}

/** Groups that may watch whatever the rules say: they answer for the audit log, which has each of their looks. */
export const ALWAYS_WATCH = ["admins"] as const;

/**
 * Every rule is judged. Who may watch adds up, but `members: false` of one rule keeps members out; of several times the longest holds, since
 * what is removed does not come back.
 */
export function judgeRecording(
  rules: readonly RecordingRule[],
  connection: Pick<Connection, "name" | "connector" | "environment" | "labels">,
): RecordingTerms {
  const nobody = { name: "", groups: [] };
  const matched = rules.filter((rule) => rule.enabled && placeMismatch(rule.match, { principal: nobody, connection }) === undefined);
  const longest = matched.reduce<RecordingTerms["keep"]>(
    (most, { id, keepMs }) => (keepMs === undefined || (most !== undefined && most.ms >= keepMs) ? most : { ms: keepMs, rule: id }),
    undefined,
  );
  return {
    members: matched.every(({ members }) => members),
    watchers: [...new Set([...ALWAYS_WATCH, ...matched.flatMap(({ watchers }) => watchers)])],
    ...(longest === undefined ? {} : { keep: longest }),
  };
}
