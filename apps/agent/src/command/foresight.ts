import { TargetError, type Parsed, type Planned, type Resolution } from "@interlock/connector";
import { bareStatement, ok, refuse, type Impact, type Outcome } from "@interlock/protocol";
import { ANALYSIS_MS, type CommandParts } from "./command-parts.ts";
import { asCommandFiles } from "./files.ts";
import type { Frozen } from "./freeze.ts";
import { overall, sameHost, type HostForeseen } from "./hosts.ts";

/** Figures of a proposal are sealed, and one that is not exact must be bounded by its author: worth waiting for, in milliseconds. */
export const COUNTING_MS = 2_000;
/** How long planning may take when a command is proposed: it runs a program for each line. */
export const PLAN_MS = 60_000;

export function parse(frozen: Frozen): Outcome<Parsed> {
  const made = frozen.undo ?? frozen.upload;
  if (made) return ok({ statements: made.impact.statements, diagnostics: [] });
  const parsed = frozen.connector.parse(frozen.text);
  const fault = parsed.diagnostics.find((diagnostic) => diagnostic.severity === "error");
  if (fault !== undefined) return refuse("syntax_error", `${fault.message} (at character ${fault.start + 1})`);
  return parsed.statements.length === 0 ? refuse("empty_command") : ok(parsed);
}

/** What a command would do, to what, and where it is made beforehand what it will send. */
export interface Foreseen extends Planned {
  /** On each of several hosts; `impact` is then that of all, and `resolution` the first one's. */
  hosts?: readonly HostForeseen[];
}

export async function foresee(parts: CommandParts, frozen: Frozen, parsed: Parsed): Promise<Outcome<Foreseen>> {
  if (frozen.undo) {
    const { impact, resolution, work } = frozen.undo;
    return ok({ impact, resolution, ...(work === undefined ? {} : { work }) });
  }
  if (frozen.upload) return ok({ impact: frozen.upload.impact, resolution: frozen.upload.resolution });
  if (frozen.hosts !== undefined) return foreseeHosts(parts, frozen, frozen.hosts.each, parsed);
  const planned = await plan(parts, frozen);
  if (!planned.ok || planned.value) return planned as Outcome<Foreseen>;
  const resolution = await resolve(parts, frozen);
  if (!resolution.ok) return resolution;
  const impact = await impactOf(parts, frozen, parsed);
  return impact.ok ? ok({ impact: impact.value, resolution: resolution.value }) : impact;
}

/** Each host by itself: accounts, interpreters and approved keys are its own. */
async function foreseeHosts(
  parts: CommandParts,
  frozen: Frozen,
  connections: NonNullable<Frozen["hosts"]>["each"],
  parsed: Parsed,
): Promise<Outcome<Foreseen>> {
  const hosts: HostForeseen[] = [];
  for (const connection of connections) {
    const here = { ...frozen, connection, connectionId: connection.id };
    const resolution = await resolve(parts, here);
    if (!resolution.ok)
      return refuse(resolution.code, `${connection.name}: ${resolution.detail ?? "it cannot be told what it would run on."}`);
    const impact = await impactOf(parts, here, parsed);
    if (!impact.ok) return refuse(impact.code, `${connection.name}: ${impact.detail ?? "what it would do cannot be told."}`);
    hosts.push({ connection, impact: impact.value, resolution: resolution.value });
  }
  const twice = sameHost(hosts);
  return twice.ok ? ok({ impact: overall(hosts), resolution: hosts[0]!.resolution, hosts }) : twice;
}

/** Undefined for a target that makes nothing beforehand. One that cannot plan is refused: there would be nothing to send. */
async function plan(parts: CommandParts, frozen: Frozen): Promise<Outcome<Foreseen | undefined>> {
  try {
    const target = await parts.connections.target(frozen.connectionId);
    const files = asCommandFiles(frozen.files);
    const options = { signal: AbortSignal.timeout(PLAN_MS), exact: true, ...(files === undefined ? {} : { files }) };
    return ok(await target.plan?.(frozen.text, options));
  } catch (error) {
    return refusalOf(error);
  }
}

/** What the names in the text stand for right now. */
async function resolve(parts: CommandParts, frozen: Frozen): Promise<Outcome<Resolution>> {
  try {
    const target = await parts.connections.target(frozen.connectionId);
    return ok(await target.resolve(frozen.text, AbortSignal.timeout(ANALYSIS_MS)));
  } catch (error) {
    return refusalOf(error);
  }
}

/** What the text would do. A target that answers but cannot say yields effect `unknown` (I3); one that does not answer is refused. */
async function impactOf(parts: CommandParts, frozen: Frozen, parsed: Parsed): Promise<Outcome<Impact>> {
  const started = performance.now();
  try {
    const target = await parts.connections.target(frozen.connectionId);
    // What is sealed is not looked at again.
    const { cutShort: _, ...impact } = await target.impact(frozen.text, {
      signal: AbortSignal.timeout(ANALYSIS_MS),
      exact: true,
      countingMs: COUNTING_MS,
    });
    return ok(impact);
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
