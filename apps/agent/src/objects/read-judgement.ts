import type { ReadKind } from "@interlock/connector";
import type { Policy } from "@interlock/policy";
import { bareStatement, type Impact } from "@interlock/protocol";
import { judgeNow, type Case } from "../command/judgement.ts";

/** Why somebody may not read something by the way, in words; undefined where they may. What wants a review is not read by the way. */
export function readRefusal(policy: Policy, reading: Case): string | undefined {
  const { decision, message, obligations } = judgeNow(policy, reading);
  if (decision === "allow" && !obligations.reason) return undefined;
  if (decision === "deny") return message ?? "";
  const wanted = decision === "review" ? "a review" : "a reason";
  return [`Policy wants ${wanted} before this is read.`, message, "Propose it as a command."].filter(Boolean).join(" ");
}

/** The impact of a read, for the policy to judge: of one object, or of names and labels. */
export function readOf(object?: string, kind = ""): Impact {
  const statement = bareStatement({ index: 0, start: 0, end: 0, text: "", title: object === undefined ? "LIST" : "READ", effect: "read" });
  const effects = object === undefined ? [] : [{ effect: "read" as const, object, kind, rows: { value: 1, kind: "exact" as const } }];
  return { effect: "read", complete: true, tookMs: 0, warnings: [], statements: [{ ...statement, effects }] };
}

export const READ_ALL: Impact = readOf();

/**
 * The impact of looking into all objects of some kinds, and into those named: rules that are about a kind hold for it however it is looked at.
 * How many there are is not known.
 */
export function readOfKinds(kinds: readonly ReadKind[], named: readonly ReadObject[] = []): Impact {
  const impact = readOf();
  const effects = [
    ...kinds.map(({ apiVersion, kind }) => ({
      effect: "read" as const,
      object: `${apiVersion} ${kind}`,
      kind,
      rows: { value: 0, kind: "unknown" as const },
    })),
    ...named.map(({ object, kind }) => ({ effect: "read" as const, object, kind, rows: { value: 1, kind: "exact" as const } })),
  ];
  return { ...impact, statements: impact.statements.map((statement) => ({ ...statement, effects })) };
}

export interface ReadObject {
  /** As in an impact: `v1 Pod payments/web-1`. */
  object: string;
  kind: string;
}
