import { bareStatement, strongest, type Effect, type Impact, type Statement } from "@interlock/protocol";
import { objectName } from "./object-name.ts";
import type { PlannedWrite } from "./gate/planned-write.ts";
import { titleOf, wordsEffect } from "./parse.ts";
import type { CommandPlan, LinePlan } from "./planning.ts";

/** Statements of a plan: one for each API write, in order; a line that writes nothing has one of its own. */
export function plannedImpact(text: string, { lines }: CommandPlan, started: number): Impact {
  const warnings = new Set<string>();
  let complete = true;
  const statements: Statement[] = [];
  for (const planned of lines) {
    const { line, writes, open, fails } = planned;
    for (const reason of open) warnings.add(reason);
    if (open.length > 0) complete = false;
    for (const write of writes) for (const warning of write.warnings) warnings.add(warning);
    const place = { start: line.start, end: line.end, text: text.slice(line.start, line.end) };
    const found = writes.map((write) => writeStatement({ ...place, index: 0 }, write));
    // What was refused, or is not whole, is never called less than unknown (I3).
    const rest = restOf(planned);
    if (found.length === 0 || rest !== "read") found.push(bareStatement({ ...place, index: 0, title: titleOf(line), effect: rest }));
    if (fails !== undefined) found.at(-1)!.willFail.push({ code: "kubectl", reason: fails });
    statements.push(...found);
  }
  const numbered = statements.map((statement, index) => ({ ...statement, index }));
  return {
    effect: strongest(numbered.map(({ effect }) => effect)),
    complete,
    tookMs: performance.now() - started,
    warnings: [...warnings],
    statements: numbered,
  };
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

function writeStatement(place: { index: number; start: number; end: number; text: string }, write: PlannedWrite): Statement {
  const { resource, method, path, before, after, effect } = write;
  const object = objectName(resource, after ?? before);
  const statement = bareStatement({ ...place, title: `${VERBS[method] ?? method} ${object}`, effect });
  statement.effects.push({ effect, object, kind: resource.kind, rows: { value: 1, kind: "exact" } });
  statement.request = { method, path, ...(resource.subresource === undefined ? {} : { subresource: resource.subresource }) };
  if (before !== undefined) statement.before = before;
  if (after !== undefined) statement.after = after;
  statement.reversibleReason = "what is applied to a cluster cannot be put back yet";
  return statement;
}

const VERBS: Record<string, string> = { POST: "create", PUT: "replace", PATCH: "change", DELETE: "delete" };
