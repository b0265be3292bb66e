import { dirname, join } from "node:path";
import { analyseManifests, type ManifestFinding } from "@interlock/connector-kubernetes/offline";
import { analyseLines } from "@interlock/connector-kubernetes/offline-lines";
import type { Policy } from "@interlock/policy";
import type { Verdict } from "@interlock/protocol";
import { parseDocument } from "yaml";
import { told } from "./analyze-target.ts";
import { EXIT, type ExitCode, usage } from "./exit.ts";
import { oneLine } from "./finding.ts";
import { inputText } from "./input-text.ts";
import { judged, judgedEitherWay } from "./judged.ts";
import { askedOf, judgingOf } from "./judging.ts";
import { filesAt, type GivenText } from "./manifest-files.ts";
import { paint } from "./paint.ts";
import { casesProblems, type Case, type Cases } from "./policy-cases-schema.ts";
import type { Terminal } from "./terminal.ts";

const LARGEST_BYTES = 4 * 1024 * 1024;

interface Asked {
  /** Instead of the one the file of cases names. */
  policy: string | undefined;
  dsn: string | undefined;
  /** Of what SQL and kubectl lines are asked. */
  connection: string | undefined;
  values: Readonly<Record<string, string | undefined>>;
}

/** Judges every case of a file and compares the answer with what it expects. Exits 1 where one differs. */
export async function runCases(file: string, { policy, dsn, connection, values }: Asked, terminal: Terminal): Promise<ExitCode> {
  const format = values["format"] ?? "text";
  if (format !== "text" && format !== "json" && format !== "plain")
    throw usage(`Cases are told of as text, plain or json, not as ${format}.`);
  const odd = OF_ONE.find((name) => values[name] !== undefined);
  if (odd !== undefined) throw usage(`--${odd} is not read with --cases: a case says itself what it is judged by.`);
  const { cases, lineOf } = readCases(file, await inputText(file, LARGEST_BYTES, terminal));
  const folder = file === "-" ? "." : dirname(file);
  const chosen = policy ?? (cases.policy === undefined ? undefined : join(folder, cases.policy));
  const { policy: judging, name } = await judgingOf({}, { connector: "kubernetes", file: chosen }, terminal);
  const outcomes: Outcome[] = [];
  for (const [index, one] of cases.cases.entries()) {
    const { verdict, unread } = await answerOf({ ...cases.defaults, ...one }, { policy: judging, folder, dsn, connection }, terminal);
    outcomes.push({ name: one.name, line: lineOf(index), wrong: [...unread, ...differences(one, verdict)], verdict });
  }
  const failed = outcomes.filter(({ wrong }) => wrong.length > 0);
  if (format === "json") {
    terminal.out(
      JSON.stringify({ policy: name, passed: outcomes.length - failed.length, failed: failed.length, cases: outcomes }, null, 2),
    );
  } else if (format === "plain") {
    for (const { name: about, line, wrong } of failed)
      terminal.out(`${file}:${line}:1: error: ${oneLine(`${about}: ${wrong.join("; ")}`)} [case]`);
  } else {
    const colors = paint(terminal.color);
    for (const { name: about, wrong, verdict } of outcomes) {
      terminal.out(`${wrong.length === 0 ? "ok    " : colors.danger("failed")} ${oneLine(about)}`);
      for (const difference of wrong) terminal.out(`         ${oneLine(difference)}`);
      if (wrong.length > 0 && verdict.message !== "") terminal.out(`         ${colors.faint(`it says: ${oneLine(verdict.message)}`)}`);
    }
    terminal.out(
      `${outcomes.length} ${outcomes.length === 1 ? "case" : "cases"} by ${oneLine(name)}: ${failed.length === 0 ? "all as expected" : `${failed.length} not as expected`}`,
    );
  }
  return failed.length === 0 ? EXIT.ok : EXIT.finding;
}

/** What is said of a file of cases as a whole means nothing: each case says it for itself. */
const OF_ONE = ["environment", "namespace", "fail-on", "stdin"] as const;

interface Outcome {
  name: string;
  /** Of the case in its file, from 1. */
  line: number;
  /** In what the answer differs from what was expected; nothing where it is as expected. */
  wrong: string[];
  verdict: Verdict;
}

/** Stops with `usage` and every problem at its place. */
function readCases(file: string, text: string): { cases: Cases; lineOf: (index: number) => number } {
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: true, logLevel: "silent" });
  const at = (offset: number): number => text.slice(0, offset).split("\n").length;
  const [broken] = document.errors;
  if (broken !== undefined) throw usage(`${file}:${at(broken.pos[0])}:1: ${broken.message}`);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  const lineAt = (path: readonly (string | number)[]): number => {
    const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    return at(node?.range?.[0] ?? 0);
  };
  const problems = casesProblems(value);
  if (problems.length > 0) throw usage(problems.map(({ path, message }) => `${file}:${lineAt(path)}:1: ${message}`).join("\n"));
  return { cases: value as Cases, lineOf: (index) => lineAt(["cases", index]) };
}

interface Judged {
  policy: Policy;
  folder: string;
  dsn: string | undefined;
  connection: string | undefined;
}

interface CaseAnswer {
  verdict: Verdict;
  /** What of the case could not be read, and was not judged, in words. */
  unread: string[];
}

async function answerOf(one: Case, { policy, folder, dsn, connection }: Judged, terminal: Terminal): Promise<CaseAnswer> {
  const { user, environment, at, incident } = one;
  const values = { user, environment, at, incident, "connection-name": one.connection, groups: one.groups?.join(",") };
  const asked = askedOf(values, one.sql === undefined ? "kubernetes" : "postgres");
  const judging = { policy, name: "", asked: { ...asked, connection: { ...asked.connection, labels: one.labels ?? {} } } };
  const text = one.sql ?? one.kubectl;
  if (one.kubectl !== undefined && connection === undefined) {
    const files = Object.entries(one.files ?? {}).map(([name, content]): [string, GivenText[]] => [name, [{ name, text: content }]]);
    const { impact, findings } = analyseLines({ name: one.name, text: one.kubectl }, { files: new Map(files) });
    return { verdict: judgedEitherWay(judging, impact, "review").verdict, unread: unreadAmong(findings) };
  }
  if (text !== undefined) {
    const target = one.sql !== undefined && dsn !== undefined ? { dsn } : { connection };
    if (target.dsn === undefined && target.connection === undefined)
      throw usage(
        `The case ${JSON.stringify(one.name)} is SQL, which a server has to be asked about: give --dsn URL or --connection NAME.`,
      );
    const { impact } = await told(target, { text, files: new Map(Object.entries(one.files ?? {})) }, terminal);
    return { verdict: judged(judging, impact, "review").verdict, unread: [] };
  }
  const files =
    one.manifest === undefined ? (await filesAt([join(folder, one.file!)], terminal)).files : [{ name: one.name, text: one.manifest }];
  const { impact, findings } = analyseManifests(files);
  if (impact.statements.length === 0)
    throw usage(`The case ${JSON.stringify(one.name)} holds no object: ${findings[0]?.message ?? "it is empty."}`);
  return { verdict: judgedEitherWay(judging, impact, "review").verdict, unread: unreadAmong(findings) };
}

const unreadAmong = (findings: readonly ManifestFinding[]): string[] =>
  findings.flatMap(({ code, message, place }) => (code === "unreadable" ? [`line ${place.line} cannot be read: ${message}`] : []));

function differences({ expect, rules = [], not = [], reviews = {}, message }: Case, verdict: Verdict): string[] {
  const wrong: string[] = [];
  if (verdict.decision !== expect)
    wrong.push(`expected ${expect}, and it is ${verdict.decision} (${verdict.rules.join(", ") || "no rule"})`);
  const spoke = new Set(verdict.trace.filter(({ matched }) => matched).map(({ rule }) => rule));
  for (const rule of rules)
    if (!spoke.has(rule))
      wrong.push(`expected rule ${rule}: ${verdict.trace.find((line) => line.rule === rule)?.why ?? "there is no such rule"}`);
  for (const rule of not) if (spoke.has(rule)) wrong.push(`did not expect rule ${rule}`);
  for (const [group, count] of Object.entries(reviews)) {
    const asked = verdict.obligations.reviews.find((demand) => demand.group === group)?.count ?? 0;
    if (asked !== count) wrong.push(`expected ${count} of ${group}, and it asks for ${asked}`);
  }
  if (message !== undefined && !verdict.message.includes(message)) wrong.push(`expected the message to say ${JSON.stringify(message)}`);
  return wrong;
}
