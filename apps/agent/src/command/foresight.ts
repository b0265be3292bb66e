import { TargetError, type Parsed, type Resolution } from "@interlock/connector";
import { bareStatement, ok, refuse, type Impact, type Outcome } from "@interlock/protocol";
import { ANALYSIS_MS, type CommandParts } from "./command-parts.ts";
import type { Frozen } from "./freeze.ts";

/** Figures of a proposal are sealed, and one that is not exact must be bounded by its author: worth waiting for, in milliseconds. */
export const COUNTING_MS = 2_000;

export function parse(frozen: Frozen): Outcome<Parsed> {
  if (frozen.undo) return ok({ statements: frozen.undo.impact.statements, diagnostics: [] });
  const parsed = frozen.connector.parse(frozen.text);
  const fault = parsed.diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (fault !== undefined) return refuse("syntax_error", `${fault.message} (at character ${fault.start + 1})`);
  return parsed.statements.length === 0 ? refuse("empty_command") : ok(parsed);
}

/** What the names in the text stand for right now. */
export async function resolve(parts: CommandParts, frozen: Frozen): Promise<Outcome<Resolution>> {
  if (frozen.undo) return ok(frozen.undo.resolution);
  try {
    const target = await parts.connections.target(frozen.connectionId);
    return ok(await target.resolve(frozen.text, AbortSignal.timeout(ANALYSIS_MS)));
  } catch (error) {
    return refusalOf(error);
  }
}

/** What the text would do. A target that answers but cannot say yields effect `unknown` (I3); one that does not answer is refused. */
export async function foresee(parts: CommandParts, frozen: Frozen, parsed: Parsed): Promise<Outcome<Impact>> {
  if (frozen.undo) return ok(frozen.undo.impact);
  const started = performance.now();
  try {
    const target = await parts.connections.target(frozen.connectionId);
    return ok(await target.impact(frozen.text, { signal: AbortSignal.timeout(ANALYSIS_MS), exact: true, countingMs: COUNTING_MS }));
  } catch (error) {
    if (error instanceof TargetError && error.code === "target_down") return refusalOf(error);
    parts.log.warn({ err: error, connection: frozen.connection.name }, "impact failed; the effect counts as unknown");
    return ok(unknownImpact(parsed, performance.now() - started, "The impact could not be worked out."));
  }
}

/** An impact that claims nothing (I3). */
export function unknownImpact(parsed: Parsed, tookMs: number, warning: string): Impact {
  return {
    effect: "unknown",
    complete: false,
    tookMs,
    warnings: [warning],
    statements: parsed.statements.map((statement) => bareStatement({ ...statement, effect: "unknown" })),
  };
}

/** A fault at a target as an answer; anything else is a fault of ours and is thrown on. */
export function refusalOf(error: unknown): Outcome<never> {
  if (error instanceof TargetError) return refuse(error.code, error.message);
  throw error;
}
