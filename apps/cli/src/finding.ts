import type { Rule } from "@interlock/policy";
import { stripVTControlCharacters } from "node:util";
import packageJson from "../package.json" with { type: "json" };
import { EXIT, type ExitCode, usage } from "./exit.ts";
import { sarifOf, type SarifLevel, type SarifRule } from "./sarif.ts";

/** One thing that is wrong, or that people have to agree to. */
export interface Finding {
  /** Id of the rule of the policy, or what is wrong with the text itself, e.g. `invalid`. */
  rule: string;
  severity: SarifLevel;
  message: string;
  place?: { file: string; line: number; column: number };
  object?: string;
}

/** From which finding on a run fails: one that denies, one that demands a review, or never. */
export const FAIL_ON = ["deny", "review", "never"] as const;
export type FailOn = (typeof FAIL_ON)[number];

export function failOnOf(text = "deny"): FailOn {
  const found = FAIL_ON.find((one) => one === text);
  if (found === undefined) throw usage(`--fail-on is ${FAIL_ON.join(", ")}.`);
  return found;
}

export function exitOf(findings: readonly Finding[], failOn: FailOn): ExitCode {
  if (failOn === "never") return EXIT.ok;
  return findings.some(({ severity }) => severity === "error" || (severity === "warning" && failOn === "review")) ? EXIT.finding : EXIT.ok;
}

/** `file:line:column: severity: object: message [rule]`, as editors and CI read it. */
export function plainText(findings: readonly Finding[]): string {
  return findings
    .map(({ place, object, severity, message, rule }) => {
      const where = place === undefined ? "interlock" : `${fileName(place.file)}:${place.line}:${place.column}`;
      const about = object === undefined ? "" : `${object}: `;
      return `${oneLine(where)}: ${severity}: ${oneLine(about + message)} [${rule}]`;
    })
    .join("\n");
}

export const fileName = (file: string): string => (file === "-" ? "<stdin>" : file);

/** Names and messages of other people's files: nothing of them may begin a line or move the cursor. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this is about
  const plain = stripVTControlCharacters(text).replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  return plain.trim();
}

/** What is wrong with a text whatever the policy says. */
const OWN_RULES: readonly SarifRule[] = [
  {
    id: "unreadable",
    level: "error",
    title: "A file that cannot be read",
    help: "Nothing can be said of what is in it, so it does not pass.",
  },
  {
    id: "invalid",
    level: "error",
    title: "An object that a server refuses",
    help: "By the types of Kubernetes 1.32 and the rules of names and labels.",
  },
  {
    id: "removed_api",
    level: "warning",
    title: "A version that is no longer served",
    help: "See the Deprecated API Migration Guide of Kubernetes.",
  },
  { id: "written_twice", level: "warning", title: "An object that is written twice", help: "What is applied last stays." },
  { id: "no_manifest", level: "warning", title: "A file that is no manifest", help: "Nothing is said of what is in it." },
  { id: "syntax", level: "error", title: "SQL that does not parse", help: "What cannot be parsed is unknown, and does not pass." },
  { id: "no-rule-permits", level: "error", title: "No rule of the policy permits this", help: "What no rule permits is denied." },
];

/** A SARIF log of a run: `rules` are those of the policy that judged. */
export function sarifText(command: string, rules: readonly Rule[], findings: readonly Finding[], notes: readonly string[]): string {
  const named = new Set(findings.map(({ rule }) => rule));
  const own = OWN_RULES.filter(({ id }) => named.has(id));
  const judged = rules.filter(({ enabled, effect }) => enabled && (effect === "deny" || effect === "review")).map(sarifRule);
  return JSON.stringify(
    sarifOf({ name: command, version: packageJson.version }, [...judged, ...own], findings.map(sarifFinding), { notes }),
    null,
    2,
  );
}

const sarifFinding = ({ severity, ...finding }: Finding): Finding & { level: SarifLevel } => ({ ...finding, severity, level: severity });

function sarifRule({ id, effect, message, when, reviews }: Rule): SarifRule {
  const title = message ?? `Rule ${id}: ${effect}.`;
  const asks = reviews.map(({ count, group }) => `${count} of ${group}`).join(", ");
  const parts = [
    title,
    ...(asks === "" ? [] : [`Needs reviews: ${asks}.`]),
    ...(when === undefined ? [] : [`Its condition:\n\n    ${when.text.replaceAll(/\s*\n\s*/g, " ")}`]),
  ];
  return { id, title, help: parts.join("\n\n"), level: effect === "deny" ? "error" : "warning", tags: ["policy", effect] };
}
