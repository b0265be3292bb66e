import { PostureArea, PostureSeverity, type Posture, type PostureFinding, type PosturePage } from "@interlock/protocol";

export interface PostureQuery {
  check?: string | undefined;
  severity?: PostureSeverity | undefined;
  area?: PostureArea | undefined;
  namespace?: string | undefined;
  /** Words that are all somewhere in what is found. */
  q?: string | undefined;
  /** Whether those of Kubernetes itself are told; default: with. */
  system?: "with" | "without" | "only" | undefined;
  /** Label that says which environment a namespace belongs to. */
  label?: string | undefined;
  /** Read anew. */
  fresh?: boolean | undefined;
  offset: number;
  limit: number;
}

/** The findings that a question holds for, from its offset on, with the figures of the whole. */
export function pageOf(posture: Posture, query: PostureQuery): PosturePage {
  const words = (query.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const matching = posture.findings.filter(
    (finding) =>
      (query.check === undefined || finding.check === query.check) &&
      (query.severity === undefined || finding.severity === query.severity) &&
      (query.area === undefined || finding.area === query.area) &&
      (query.namespace === undefined || finding.namespace === query.namespace) &&
      (query.system === undefined || query.system === "with" || finding.system === (query.system === "only")) &&
      words.every((word) => textOf(finding).includes(word)),
  );
  return {
    ...posture,
    findings: matching.slice(query.offset, query.offset + query.limit),
    total: matching.length,
    offset: query.offset,
    summary: summaryOf(posture.findings),
  };
}

const textOf = ({ check, object, says, severity, area }: PostureFinding): string =>
  `${check} ${object} ${says} ${severity} ${area}`.toLowerCase();

function summaryOf(findings: readonly PostureFinding[]): PosturePage["summary"] {
  const severities = Object.fromEntries(PostureSeverity.options.map((one) => [one, 0])) as Record<PostureSeverity, number>;
  const areas = Object.fromEntries(PostureArea.options.map((one) => [one, 0])) as Record<PostureArea, number>;
  let system = 0;
  for (const finding of findings) {
    if (finding.system) system++;
    else {
      severities[finding.severity]++;
      areas[finding.area]++;
    }
  }
  return { severities, areas, system };
}
