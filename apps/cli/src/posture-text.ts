import { SEVERITIES, type Severity } from "@interlock/kube-model";
import type { PostureFinding } from "@interlock/protocol";
import { oneLine } from "./finding.ts";
import { plain } from "./impact-text.ts";
import type { Paint } from "./paint.ts";
import type { Read } from "./posture.ts";

/** Objects of one check that are told one by one; the rest by their number. */
const OBJECTS = 20;

/** The findings by check, the worst first, with what is unknown and what was left out. */
export function postureText(
  { posture: { checks, findings, unread, objects }, problems }: Read,
  { system, manifests }: { system: number; manifests: boolean },
  colors: Paint,
): string {
  const parts = [...Map.groupBy(findings, ({ check }) => check)].map(([id, list]) => {
    const about = checks.find((check) => check.id === id)!;
    return [
      `${label(about.severity, colors)} ${colors.strong(about.title)} ${colors.faint(`${id}, ${list.length}`)}`,
      `  ${about.why}`,
      ...list.slice(0, OBJECTS).flatMap((finding) => told(finding, about.severity, colors)),
      ...(list.length > OBJECTS ? [colors.faint(`  … and ${list.length - OBJECTS} more; --check ${id} --format json tells all`)] : []),
    ].join("\n");
  });
  const unknown = checks.filter(({ unknown: why }) => why !== undefined);
  if (unknown.length > 0) {
    const why = Map.groupBy(unknown, (check) => check.unknown!);
    parts.push(
      [colors.warning("Unknown"), ...[...why].map(([words, list]) => `  ${oneLine(words)} (${list.map(({ id }) => id).join(", ")})`)].join(
        "\n",
      ),
    );
  }
  if (unread.length > 0) parts.push([colors.warning("Could not be read"), ...unread.map(({ why }) => `  ${oneLine(why)}`)].join("\n"));
  if (problems.length > 0) parts.push([colors.danger("No manifest"), ...problems.map((one) => `  ${oneLine(one)}`)].join("\n"));
  const whole = unknown.length + unread.length + problems.length === 0;
  parts.push(summary(findings, { objects, system, manifests, whole, checks: checks.length }));
  return parts.join("\n\n");
}

function told({ object, says, severity, evidence, fix }: PostureFinding, usual: Severity, colors: Paint): string[] {
  const [place] = evidence.flatMap((one) => one.place ?? []);
  const where = place === undefined ? "" : colors.faint(` ${oneLine(place.file)}:${place.line}:${place.column}`);
  return [
    `  ${severity === usual ? "" : `${label(severity, colors)} `}${oneLine(`${object}: ${says}`)}${where}`,
    ...evidence.map(({ object: of, path, value }) =>
      colors.faint(`      ${oneLine(`${of === object ? "" : `${of} `}${path} = ${value}`)}`),
    ),
    ...(fix.decision === undefined ? [] : [`      ${oneLine(fix.decision)}`]),
    ...[...fix.lines, ...fix.choices.map((line) => `# ${line.replaceAll("\n", "\n# ")}`)].flatMap((line) =>
      plain(line)
        .split("\n")
        .map((one) => `      ${one}`),
    ),
  ];
}

function label(severity: Severity, colors: Paint): string {
  const text = severity.toUpperCase();
  if (severity === "low") return text;
  return severity === "medium" ? colors.warning(text) : colors.danger(text);
}

function summary(
  findings: readonly PostureFinding[],
  { objects, system, manifests, whole, checks }: { objects: number; system: number; manifests: boolean; whole: boolean; checks: number },
): string {
  const counts = SEVERITIES.map((one) => [findings.filter(({ severity }) => severity === one).length, one] as const).filter(
    ([count]) => count > 0,
  );
  const nothing = `Nothing was found${whole ? "" : ", as far as is known"}`;
  const found = counts.length === 0 ? nothing : counts.map(([count, one]) => `${count} ${one}`).join(", ");
  const apart = system === 0 ? "" : ` ${system} more belong to Kubernetes itself (--system).`;
  return `${found}; ${checks} checks on ${objects} ${manifests ? "manifests" : "objects"}.${apart}`;
}
