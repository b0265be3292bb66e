import { PostureSeverity, type PostureArea, type PostureCheck, type PostureFinding } from "@interlock/protocol";

export interface PostureFilter {
  text: string;
  /** Empty: all of them. */
  severities: ReadonlySet<PostureSeverity>;
  areas: ReadonlySet<PostureArea>;
  /** Also what belongs to Kubernetes itself. */
  system: boolean;
}

export const NO_FILTER: PostureFilter = { text: "", severities: new Set(), areas: new Set(), system: false };

export const isFiltered = ({ text, severities, areas }: PostureFilter): boolean =>
  text.trim() !== "" || severities.size > 0 || areas.size > 0;

/** Findings of one check. */
export interface CheckGroup {
  check: PostureCheck;
  /** Of its findings the worst: a right in one namespace weighs less than in all. */
  severity: PostureSeverity;
  findings: PostureFinding[];
}

const rank = (severity: PostureSeverity): number => PostureSeverity.options.indexOf(severity);

/** What the filter leaves, by check: the worst first, then those with most findings. */
export function groupsOf(checks: readonly PostureCheck[], findings: readonly PostureFinding[], filter: PostureFilter): CheckGroup[] {
  const about = new Map(checks.map((check) => [check.id, check]));
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = findings.filter((finding) => {
    if (finding.system && !filter.system) return false;
    if (filter.severities.size > 0 && !filter.severities.has(finding.severity)) return false;
    if (filter.areas.size > 0 && !filter.areas.has(finding.area)) return false;
    if (words.length === 0) return true;
    const text = `${finding.object} ${finding.says} ${finding.check} ${about.get(finding.check)?.title ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return [...Map.groupBy(shown, ({ check }) => check)]
    .flatMap(([id, list]) => {
      const check = about.get(id);
      if (check === undefined) return [];
      const own = list.filter(({ system }) => !system);
      const worst = Math.min(...(own.length > 0 ? own : list).map(({ severity }) => rank(severity)));
      return [{ check, severity: PostureSeverity.options[worst]!, findings: list }];
    })
    .toSorted((a, b) => rank(a.severity) - rank(b.severity) || b.findings.length - a.findings.length || (a.check.id < b.check.id ? -1 : 1));
}
