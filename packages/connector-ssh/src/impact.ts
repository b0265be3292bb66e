import type { PinnedKey } from "@interlock/connector";
import { bareStatement, strongest, type Impact, type ObjectEffect, type Statement } from "@interlock/protocol";
import type { ShellLine } from "@interlock/shell-model";
import { readScript } from "./parse.ts";
import { hostOf, type Hop } from "./secret.ts";

/**
 * What a script would do, as far as its text tells: effects of its lines, and what they name. Nothing is counted on the host, so that whatever
 * writes is not wholly known (`complete` is false): what is below a folder, or what a pattern stands for.
 */
export function impactOf(text: string, hop: Hop, pinned: readonly PinnedKey[], started: number): Impact {
  const { lines, statements, diagnostics } = readScript(text);
  const broken = diagnostics.some(({ severity }) => severity === "error");
  const found = statements.map((statement, index) => {
    const line = lines[index];
    return {
      ...bareStatement({ ...statement, effect: broken ? "unknown" : statement.effect }),
      reversibleReason: "Interlock does not keep what a script changes on a host",
      ...(line === undefined ? {} : told(line)),
    };
  });
  const effect = broken || found.length === 0 ? "unknown" : strongest(found.map((statement) => statement.effect));
  const warnings = diagnostics.map(({ message }) => message);
  if (pinned.length === 0) warnings.push(`The key of ${hostOf(hop)} is not approved yet, so that nothing can run there.`);
  return { effect, complete: effect === "read", tookMs: performance.now() - started, warnings, statements: found, script: true };
}

function told(line: ShellLine): Pick<Statement, "effects" | "risks" | "title"> {
  const { opaque, needsTty, changesHost, runsAs } = line;
  const risks: Statement["risks"] = line.risks.map(({ code, message }) => ({ code, severity: "danger", message }));
  if (opaque !== undefined) risks.push({ code: "opaque", severity: "warning", message: `It cannot be told what would run: ${opaque}.` });
  if (changesHost) risks.push({ code: "host_stops", severity: "danger", message: "The host itself stops or starts anew." });
  if (needsTty !== undefined)
    risks.push({ code: "needs_terminal", severity: "info", message: `${needsTty} wants a terminal, which a script does not have.` });
  if (runsAs !== undefined) risks.push({ code: "runs_as", severity: "info", message: `A part of it runs as ${runsAs}.` });
  // One that the model found by its own name is not told again.
  const first = risks.filter(({ code }, at) => risks.findIndex((risk) => risk.code === code) === at);
  return { title: line.title, risks: first, effects: named(line) };
}

/** What a line names. A figure is of the things named: one each, whatever is below it or a pattern stands for. */
function named({ objects }: ShellLine): ObjectEffect[] {
  return objects.map(({ effect, object, kind }) => ({ effect, object, kind, rows: { value: 1, kind: "exact" } }));
}
