import { CAPTURE_LIMITS } from "@interlock/connector";
import { bareStatement, strongest, type Effect, type Impact, type Statement } from "@interlock/protocol";
import type { ClusterView } from "./impact/cluster-view.ts";
import type { ConnectionChange } from "./impact/connections.ts";
import { impactOf } from "./impact/impact.ts";
import { titleOf, wordsEffect } from "./parse.ts";
import type { CommandPlan, LinePlan } from "./planning.ts";

/** What a plan would do, and every connection it lets through or blocks. */
export interface PlannedImpact {
  impact: Impact;
  connections(): ConnectionChange[];
}

/** Statements of a plan: one for each API write, in order; a line that writes nothing has one of its own. */
export async function plannedImpact(view: ClusterView, text: string, { lines }: CommandPlan, started: number): Promise<PlannedImpact> {
  const all = lines.flatMap(({ line, writes }) => writes.map((write) => [write, line] as const));
  const sources = new Map(all.map(([write, { start, end }]) => [write, { start, end, text: text.slice(start, end) }]));
  const told =
    all.length === 0
      ? undefined
      : await impactOf(
          view,
          all.map(([write]) => write),
          { source: (write) => sources.get(write)! },
        );
  const warnings = new Set(told?.warnings);
  let complete = told?.complete ?? true;
  const statements: Statement[] = [];
  let next = 0;
  for (const planned of lines) {
    const { line, writes, open, fails } = planned;
    for (const reason of [...open, ...planned.warnings]) warnings.add(reason);
    if (open.length > 0) complete = false;
    const place = { start: line.start, end: line.end, text: text.slice(line.start, line.end) };
    const found = writes.flatMap(() => told?.statements[next++] ?? []).map((statement) => within(statement, told?.complete !== false));
    // What was refused, or is not whole, is never called less than unknown (I3).
    const rest = restOf(planned);
    if (found.length === 0 || rest !== "read") found.push(bareStatement({ ...place, index: 0, title: titleOf(line), effect: rest }));
    if (fails !== undefined) {
      // What it would write before it fails is written all the same.
      if (writes.length > 0) found.push(bareStatement({ ...place, index: 0, title: titleOf(line), effect: "read" }));
      const failed = found.pop()!;
      found.push({ ...failed, willFail: [...failed.willFail, { code: "kubectl", reason: fails }] });
    }
    statements.push(...found);
  }
  const numbered = statements.map((statement, index) => ({ ...statement, index }));
  const impact = {
    effect: strongest(numbered.map(({ effect }) => effect)),
    complete,
    tookMs: performance.now() - started,
    warnings: [...warnings],
    statements: numbered,
  };
  return { impact, connections: () => told?.connections() ?? [] };
}

/** What a line does beside its writes. */
function restOf({ line, writes, refused, open, fails }: LinePlan): Effect {
  const words = wordsEffect(line);
  const asked = strongest(refused.map(({ effect }) => effect));
  if (refused.length > 0) return strongest([asked, line.effect ?? "read"]);
  if (open.length > 0) return "unknown";
  // A line that would fail before its first write, or that finds nothing to write, changes nothing.
  if (writes.length > 0 || fails !== undefined || words === "unknown") return line.effect ?? "read";
  return words;
}

/** Nothing is promised that is more than is kept, or that rests on what could not be read. */
function within(statement: Statement, complete: boolean): Statement {
  const taken = statement.cascades.filter(({ effect }) => effect === "delete").length;
  if (taken >= CAPTURE_LIMITS.maxRows) {
    const reversibleReason = `more than ${CAPTURE_LIMITS.maxRows.toLocaleString("en")} objects go, which are more than are kept`;
    return { ...statement, reversible: "no", reversibleReason };
  }
  if (complete || statement.reversible !== "undo") return statement;
  return {
    ...statement,
    reversible: "partial",
    reversibleReason: "Not all that goes with it could be read, and only what is read can be kept.",
  };
}
