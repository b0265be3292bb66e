import type { PostureFinding } from "@interlock/protocol";
import { maskedTexts } from "../objects/masked-values.ts";

const HIDDEN = "The lines name a value that is masked for you, so that they are not shown.";

/** Findings with what the detectors find in any of their texts masked, as everywhere (I7). Lines that would be masked are left out whole. */
export function maskedFindings(findings: readonly PostureFinding[], detectors: readonly string[]): PostureFinding[] {
  if (detectors.length === 0 || findings.length === 0) return [...findings];
  const mask = maskedTexts(findings.flatMap(textsOf), detectors);
  return findings.map((finding) => {
    const { fix } = finding;
    const hides = [...fix.lines, ...fix.choices].some((line) => mask(line) !== line);
    const decision = [fix.decision === undefined ? undefined : mask(fix.decision), hides ? HIDDEN : undefined].filter(Boolean).join(" ");
    return {
      ...finding,
      object: mask(finding.object),
      says: mask(finding.says),
      evidence: finding.evidence.map((one) => ({ ...one, object: mask(one.object), path: mask(one.path), value: mask(one.value) })),
      fix: {
        lines: hides ? [] : fix.lines,
        choices: hides ? [] : fix.choices,
        ...(decision === "" ? {} : { decision }),
        ...(fix.patch === undefined ? {} : { patch: mask(fix.patch) }),
      },
    };
  });
}

const textsOf = ({ object, says, evidence, fix }: PostureFinding): string[] => [
  object,
  says,
  ...evidence.flatMap((one) => [one.object, one.path, one.value]),
  ...fix.lines,
  ...fix.choices,
  ...(fix.decision === undefined ? [] : [fix.decision]),
  ...(fix.patch === undefined ? [] : [fix.patch]),
];
