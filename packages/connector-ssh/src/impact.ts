import type { PinnedKey } from "@interlock/connector";
import { bareStatement, strongest, type Impact } from "@interlock/protocol";
import { parse } from "./parse.ts";
import { hostOf, type Hop } from "./secret.ts";

/** What a script would do, as far as its text tells: effects of its lines. What they do to the host's files and services is not counted. */
export function impactOf(text: string, hop: Hop, pinned: readonly PinnedKey[], started: number): Impact {
  const { statements, diagnostics } = parse(text);
  const broken = diagnostics.some(({ severity }) => severity === "error");
  const lines = statements.map((line) => ({
    ...bareStatement({ ...line, effect: broken ? "unknown" : line.effect }),
    reversibleReason: "Interlock does not keep what a script changes on a host.",
  }));
  const effect = broken || lines.length === 0 ? "unknown" : strongest(lines.map((line) => line.effect));
  const warnings = diagnostics.map(({ message }) => message);
  if (pinned.length === 0) warnings.push(`The key of ${hostOf(hop)} is not approved yet, so that nothing can run there.`);
  return { effect, complete: effect === "read", tookMs: performance.now() - started, warnings, statements: lines };
}
