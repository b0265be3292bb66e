import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";

/** Severity of a finding in the words of SARIF, worst first. */
export const SARIF_LEVELS = ["error", "warning", "note"] as const;
export type SarifLevel = (typeof SARIF_LEVELS)[number];

export interface SarifTool {
  /** What was asked, e.g. `interlock posture`. */
  name: string;
  version: string;
}

/** What can be found. */
export interface SarifRule {
  /** Stable, e.g. `namespace-without-env`. */
  id: string;
  /** One sentence. */
  title: string;
  /** Why it matters and what to do about it, in Markdown. */
  help: string;
  /** Of its findings where they do not say otherwise. */
  level: SarifLevel;
  tags?: readonly string[];
}

/** One finding. It has a place in a file, the name of an object, or both. */
export interface SarifFinding {
  /** Id of a rule; one that is not listed is left without a description. */
  rule: string;
  level?: SarifLevel;
  message: string;
  /** Lines and columns count from 1; columns in UTF-16 units. The file `-` is standard input. */
  place?: { file: string; line: number; column?: number };
  /** What it is about, e.g. `v1 Namespace shop`. */
  object?: string;
}

/**
 * A log of one run in SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), ready for `JSON.stringify`. Fingerprints are made of
 * rule, file and object, not of lines: what moves within its file is the same finding. `notes`: what could not be told. `failures`: what was to
 * be looked at and could not be, so that the run was not a whole one.
 */
export function sarifOf(
  tool: SarifTool,
  rules: readonly SarifRule[],
  findings: readonly SarifFinding[],
  { notes = [], failures = [] }: { notes?: readonly string[]; failures?: readonly string[] } = {},
): object {
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const seen = new Map<string, number>();
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: tool.name, semanticVersion: tool.version, rules: rules.map(descriptorOf) } },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: failures.length === 0,
            toolExecutionNotifications: [
              ...failures.map((text) => ({ level: "error", message: { text: shown(text) } })),
              ...notes.map((text) => ({ level: "note", message: { text: shown(text) } })),
            ],
          },
        ],
        results: findings.map((finding) => ({
          ruleId: finding.rule,
          ...(index.has(finding.rule) && { ruleIndex: index.get(finding.rule) }),
          level: finding.level ?? rules[index.get(finding.rule) ?? -1]?.level ?? "warning",
          message: { text: shown(finding.message) },
          locations: locationsOf(finding),
          partialFingerprints: { "interlockFinding/v1": fingerprintOf(finding, seen) },
        })),
      },
    ],
  };
}

function descriptorOf({ id, title, help, level, tags }: SarifRule): object {
  return {
    id,
    shortDescription: { text: shown(title) },
    fullDescription: { text: shown(title) },
    help: { text: shown(help), markdown: shown(help) },
    defaultConfiguration: { level },
    ...(tags !== undefined && { properties: { tags: [...new Set(tags)] } }),
  };
}

function locationsOf({ place, object }: SarifFinding): object[] {
  if (place === undefined && object === undefined) return [];
  return [
    {
      ...(place !== undefined && {
        physicalLocation: {
          artifactLocation: { uri: uriOf(place.file) },
          region: { startLine: Math.max(1, place.line), ...(place.column !== undefined && { startColumn: Math.max(1, place.column) }) },
        },
      }),
      ...(object !== undefined && { logicalLocations: [{ fullyQualifiedName: shown(object), kind: "resource" }] }),
    },
  ];
}

/** Relative paths stay relative, so that they are found in the checkout the log is looked at in. */
function uriOf(file: string): string {
  if (file === "-") return "stdin";
  if (isAbsolute(file)) return pathToFileURL(file).href;
  const parts = file.replaceAll("\\", "/").split("/");
  return parts
    .filter((part) => part !== ".")
    .map(encodeURIComponent)
    .join("/");
}

function fingerprintOf({ rule, place, object, message }: SarifFinding, seen: Map<string, number>): string {
  // Two of one rule about one thing are told apart by their order.
  const about = JSON.stringify([rule, place?.file ?? "", object ?? message]);
  const count = (seen.get(about) ?? 0) + 1;
  seen.set(about, count);
  return `${createHash("sha256").update(about).digest("hex").slice(0, 32)}:${count}`;
}

/** Names come from whoever wrote the manifest: no control characters but line ends and tabs. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const shown = (text: string): string => text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
