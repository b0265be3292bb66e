import type { Verdict } from "@interlock/protocol";
import { fileName, oneLine, type Finding } from "./finding.ts";
import type { JudgedStatement } from "./judged.ts";
import type { Judging } from "./judging.ts";
import type { JudgedFiles } from "./manifests.ts";
import type { Paint } from "./paint.ts";

const WORDS = { error: "denied", warning: "review", note: "note" } as const;
const OWN = { error: "invalid", warning: "warning", note: "note" } as const;

/** Findings for people, by the object they are about. */
export function findingsText(judgement: JudgedFiles, judging: Judging, paint: Paint, asked: boolean): string {
  const { findings, impact, each } = judgement;
  const rules = new Set(judging.policy.rules.map(({ id }) => id));
  const lines: string[] = [];
  for (const [about, group] of Map.groupBy(findings, headOf)) {
    const first = group.reduce((least, { place }) => Math.min(least, place?.line ?? 1), Infinity);
    lines.push(`${paint.strong(about)}${group[0]!.place === undefined ? "" : `:${first}`}`);
    for (const { severity, rule, message, place } of group) {
      const style = severity === "error" ? paint.danger : paint.warning;
      const word = rules.has(rule) || rule === "no-rule-permits" ? WORDS[severity] : OWN[severity];
      const line = place === undefined || place.line === first ? "" : paint.faint(` line ${place.line}`);
      lines.push(`  ${style(word.padEnd(8))} ${oneLine(message)} ${paint.faint(`[${rule}]`)}${line}`);
    }
    lines.push("");
  }
  lines.push(summary(each, findings, rules, paint), asWhom(judging, paint));
  // What a target was asked is told with what it answered.
  if (!asked) for (const warning of impact.warnings) lines.push(`  ${paint.warning("?")} ${oneLine(warning)}`);
  return lines.join("\n");
}

function headOf({ place, object }: Finding): string {
  return oneLine([object, place && fileName(place.file)].filter((part) => part !== undefined).join("  "));
}

const DECIDED: Record<Verdict["decision"], string> = { deny: "denied", review: "to be reviewed", allow: "allowed" };

function summary(each: readonly JudgedStatement[], findings: readonly Finding[], rules: ReadonlySet<string>, paint: Paint): string {
  const counts = (["deny", "review", "allow"] as const).flatMap((decision) => {
    const count = each.filter((one) => one.decision === decision).length;
    if (count === 0) return [];
    const words = `${count} ${DECIDED[decision]}`;
    return [decision === "deny" ? paint.danger(words) : decision === "review" ? paint.warning(words) : words];
  });
  const wrong = findings.filter(({ severity, rule }) => severity === "error" && !rules.has(rule) && rule !== "no-rule-permits").length;
  const invalid = wrong === 0 ? [] : [paint.danger(`${wrong} ${wrong === 1 ? "thing" : "things"} wrong with the text`)];
  const noun = each.every(({ statement }) => statement.request !== undefined) ? "object" : "statement";
  return `${each.length} ${noun}${each.length === 1 ? "" : "s"}: ${[...counts, ...invalid].join(", ")}`;
}

function asWhom({ policy, name, asked }: Judging, paint: Paint): string {
  const groups = asked.principal.groups.length > 0 ? ` of ${asked.principal.groups.join(", ")}` : "";
  const where = asked.connection.environment;
  return paint.faint(
    `by ${oneLine(name)} (version ${policy.version.slice(0, 12)}), for ${asked.principal.name}${groups} in ${where} at ${asked.now.toISOString()}`,
  );
}
