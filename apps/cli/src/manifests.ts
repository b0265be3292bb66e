import { analyseManifests, type OfflineAnalysis } from "@interlock/connector-kubernetes/offline";
import { analyseLines, isLines } from "@interlock/connector-kubernetes/offline-lines";
import { strongest, type Impact, type Verdict } from "@interlock/protocol";
import { usage } from "./exit.ts";
import type { FailOn, Finding } from "./finding.ts";
import { judgedEitherWay, type JudgedStatement } from "./judged.ts";
import type { Judging } from "./judging.ts";
import { besideLines } from "./kubectl-lines.ts";
import { filesAt } from "./manifest-files.ts";
import { offendingField } from "./offending-field.ts";
import type { Terminal } from "./terminal.ts";

export interface JudgedFiles {
  impact: Impact;
  verdict: Verdict;
  each: JudgedStatement[];
  /** Of the policy and of the texts themselves, in the order of files and lines. */
  findings: Finding[];
}

/** Reads and judges manifests, and lines of kubectl in files that are named one by one. Stops with `usage` where there is no object at all: an empty input must not pass for a good one. */
export async function judgeManifests(
  paths: readonly string[],
  { judging, namespace, failOn }: { judging: Judging; namespace: string | undefined; failOn: FailOn },
  terminal: Terminal,
): Promise<JudgedFiles> {
  const { files, found } = await filesAt(paths, terminal);
  const options = namespace === undefined ? {} : { namespace };
  const withLines = files.filter(({ name, text }) => !found.has(name) && isLines(text));
  const parts = await Promise.all(
    withLines.map(async (file) => analyseLines(file, { ...options, files: await besideLines(file, terminal) })),
  );
  const manifests = files.filter((file) => !withLines.includes(file));
  if (manifests.length > 0) parts.unshift(analyseManifests(manifests, { ...options, found }));
  const { impact, findings: own, places } = together(parts);
  if (impact.statements.length === 0 && !own.some(({ severity }) => severity === "error"))
    throw usage(`There is no manifest in ${paths.map((path) => (path === "-" ? "standard input" : path)).join(", ")}.`);
  const { verdict, each: judgedEach } = judgedEitherWay(judging, impact, failOn);
  let placed = 0;
  const each = judgedEach.map((one, index) => ({
    ...one,
    findings: one.findings.map((finding) => {
      const placeOf = places[index];
      if (placeOf === undefined || placed++ >= MOST_PLACED) return finding;
      return { ...finding, place: placeOf(offendingField(judging, impact, one.statement, finding.rule)) };
    }),
  }));
  const order = new Map(files.map(({ name }, index) => [name, index]));
  const at = ({ place }: Finding): number => (place === undefined ? 0 : (order.get(place.file) ?? order.size) * 1e7 + place.line);
  const ofTexts = own.map(({ code, ...finding }): Finding => ({ ...finding, rule: code }));
  // Files of which nothing could be read have no statement that a policy could speak of.
  const ofPolicy = impact.statements.length === 0 ? [] : each.flatMap(({ findings }) => findings);
  return { impact, verdict, each, findings: [...ofTexts, ...ofPolicy].toSorted((a, b) => at(a) - at(b)) };
}

/** Findings whose field is looked for; of more the object's own place must do. */
const MOST_PLACED = 2_000;

/** One impact of several. */
function together(parts: readonly OfflineAnalysis[]): OfflineAnalysis {
  const [first, ...more] = parts;
  if (first !== undefined && more.length === 0) return first;
  const impacts = parts.map(({ impact }) => impact);
  return {
    impact: {
      effect: strongest(impacts.map(({ effect }) => effect)),
      complete: false,
      tookMs: impacts.reduce((sum, { tookMs }) => sum + tookMs, 0),
      warnings: [...new Set(impacts.flatMap(({ warnings }) => warnings))],
      statements: impacts.flatMap(({ statements }) => statements).map((statement, index) => ({ ...statement, index })),
    },
    findings: parts.flatMap(({ findings }) => findings),
    places: parts.flatMap(({ places }) => places),
  };
}
