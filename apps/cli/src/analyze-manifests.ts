import { usage, type ExitCode } from "./exit.ts";
import { findingsText } from "./findings-text.ts";
import { exitOf, failOnOf, plainText, sarifText, type FailOn } from "./finding.ts";
import { impactText } from "./impact-text.ts";
import { judgingOf, type Judging } from "./judging.ts";
import { judgeManifests, type JudgedFiles } from "./manifests.ts";
import { paint } from "./paint.ts";
import type { Terminal } from "./terminal.ts";

export const FORMATS = ["text", "json", "sarif", "plain"] as const;
export type Format = (typeof FORMATS)[number];

export function formatOf(text = "text"): Format {
  const found = FORMATS.find((one) => one === text);
  if (found === undefined)
    throw usage(`There is no format ${JSON.stringify(text)}; it is ${FORMATS.slice(0, -1).join(", ")} or ${FORMATS.at(-1)}.`);
  return found;
}

interface Asked {
  paths: readonly string[];
  values: Readonly<Record<string, string | undefined>>;
  policy: string | undefined;
  command: string;
}

/** Manifests without a cluster: what applying them would do as far as it can be told, and what policy says of it. */
export async function analyzeManifests({ paths, values, policy, command }: Asked, terminal: Terminal): Promise<ExitCode> {
  if (paths.length === 0) throw usage("Which manifests? Name files or folders with -f; -f - reads standard input.");
  if (paths.filter((path) => path === "-").length > 0 && policy === "-")
    throw usage("Standard input cannot be both the policy and the manifests.");
  const sql = paths.find((path) => path.endsWith(".sql"));
  if (sql !== undefined) throw usage(`${sql} is SQL, which a server has to be asked about: give --dsn URL.`);
  const format = formatOf(values["format"]);
  const failOn = failOnOf(values["fail-on"]);
  const judging = await judgingOf(values, { connector: "kubernetes", file: policy }, terminal);
  const judgement = await judgeManifests(paths, { judging, namespace: values["namespace"], failOn }, terminal);
  return tell(judgement, { judging, format, failOn, command }, terminal);
}

interface Telling {
  judging: Judging;
  format: Format;
  failOn: FailOn;
  command: string;
  /** A target was asked, so there are figures to show. */
  asked?: boolean;
}

/** Prints a judgement; resolves to how the run ends. */
export function tell(judgement: JudgedFiles, { judging, format, failOn, command, asked = false }: Telling, terminal: Terminal): ExitCode {
  const { findings, impact, verdict } = judgement;
  switch (format) {
    case "json":
      terminal.out(JSON.stringify({ ...impact, verdict, findings }, null, 2));
      break;
    case "sarif":
      terminal.out(sarifText(command, judging.policy.rules, findings, impact.warnings));
      break;
    case "plain":
      if (findings.length > 0) terminal.out(plainText(findings));
      break;
    case "text": {
      const colors = paint(terminal.color);
      if (asked) terminal.out(`${impactText(impact, colors)}\n`);
      terminal.out(findingsText(judgement, judging, colors, asked));
    }
  }
  return exitOf(findings, failOn);
}
