import type { Effect, Environment, ReviewDemand } from "@interlock/protocol";
import type { Expression } from "./expression.ts";
import type { RecordingRule } from "./recording-rules.ts";
import type { FileRule } from "./file-rules.ts";
import type { TerminalRule } from "./terminal-rules.ts";

export type RuleEffect = "allow" | "review" | "deny" | "mask";

/** Which commands a rule is about. An absent part holds for everything. */
export interface Match {
  environment?: readonly Environment[];
  connectors?: readonly string[];
  connections?: readonly string[];
  effects?: readonly Effect[];
  groups?: readonly string[];
  labels?: Readonly<Record<string, readonly string[]>>;
}

/** Demands of one rule; absent means it demands nothing of that kind. */
export interface RuleObligations {
  reason?: boolean;
  guard?: boolean;
  countdownMs?: number;
  rowCap?: number;
  timeoutMs?: number;
  masks?: readonly string[];
  secrets?: readonly string[];
}

export interface Rule {
  id: string;
  enabled: boolean;
  match: Match;
  when?: Expression;
  effect: RuleEffect;
  reviews: readonly ReviewDemand[];
  obligations: RuleObligations;
  message?: string;
}

export interface MaskRules {
  /** Lower-case `schema.table.column`; `*` stands for any one part. */
  columns: string[];
  detectors: string[];
}

/** A policy that has been checked and compiled. Only `parsePolicy` makes one. */
export interface Policy {
  /** SHA-256 (hex) of the text it was read from. */
  version: string;
  rules: readonly Rule[];
  masks: Readonly<MaskRules>;
  /** Who may open a shell where, and who must be there. */
  terminals: readonly TerminalRule[];
  /** Who may watch recordings, and how long they are kept. */
  recordings: readonly RecordingRule[];
  /** Who may do what with the files of hosts. */
  files: readonly FileRule[];
}

/** `line` and `column` count from 1. */
export interface PolicyError {
  line: number;
  column: number;
  message: string;
}

/** What is masked whatever the rules say. */
export function maskRules(policy: Policy): MaskRules {
  return { columns: [...policy.masks.columns], detectors: [...policy.masks.detectors] };
}
