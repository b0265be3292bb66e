import type { Connection, Principal } from "@interlock/protocol";
import { placeMismatch } from "./match.ts";
import type { Match } from "./policy.ts";

/** What people do with the files of a host. Putting one there is a command as well, which `rules` judge. */
export const FILE_ACTS = ["browse", "preview", "download", "upload"] as const;
export type FileAct = (typeof FILE_ACTS)[number];

/** A rule of `files`, checked. */
export interface FileRule {
  id: string;
  enabled: boolean;
  match: Match;
  allow: readonly FileAct[];
  deny: readonly FileAct[];
  /** Most bytes of one file that is downloaded or uploaded. */
  maxBytes?: number;
  /** A download says why. */
  reason: boolean;
  message?: string;
}

/** What holds for one act. */
export interface FileTerms {
  decision: "allow" | "deny";
  /** The rules that decided: those that deny, or those that allow; empty when none did, which denies. */
  rules: string[];
  message: string;
  maxBytes: number;
  reason: boolean;
}

export interface FileInput {
  principal: Pick<Principal, "name" | "groups">;
  connection: Pick<Connection, "name" | "connector" | "environment" | "labels">;
}

/** Most bytes of a file where no rule says so. */
export const FILE_BYTES = 100 * 1024 * 1024;

/** Every rule is judged: what one denies is denied, the smallest limit holds, and what no rule allows is denied. */
export function judgeFile(rules: readonly FileRule[], act: FileAct, input: FileInput): FileTerms {
  const matched = rules.filter((rule) => rule.enabled && placeMismatch(rule.match, input) === undefined);
  const denying = matched.filter(({ deny }) => deny.includes(act));
  const allowing = matched.filter(({ allow }) => allow.includes(act));
  const deciding = denying.length > 0 ? denying : allowing;
  const [first] = deciding;
  return {
    decision: denying.length === 0 && allowing.length > 0 ? "allow" : "deny",
    rules: deciding.map(({ id }) => id),
    message: first === undefined ? `No rule for files permits to ${act} here.` : (first.message ?? `Rule ${first.id}.`),
    maxBytes: Math.min(FILE_BYTES_MOST, ...limitsOf(allowing)),
    reason: allowing.some(({ reason }) => reason),
  };
}

/** Most bytes that any rule may name: it is kept on the agent's disk while it is agreed to. */
export const FILE_BYTES_MOST = 2 * 1024 * 1024 * 1024;

function limitsOf(rules: readonly FileRule[]): number[] {
  const said = rules.flatMap(({ maxBytes }) => maxBytes ?? []);
  return said.length > 0 ? said : [FILE_BYTES];
}
