import { TargetError, type Target } from "@interlock/connector";
import { postgres } from "@interlock/connector-postgres";
import type { JudgeInput } from "@interlock/policy";
import { ERRORS, LIMITS, type Impact, type Verdict } from "@interlock/protocol";
import { analyzeManifests, formatOf, tell } from "./analyze-manifests.ts";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { failOnOf } from "./finding.ts";
import { givenFiles, type GivenFiles } from "./given-files.ts";
import { impactText, verdictText } from "./impact-text.ts";
import { inputText } from "./input-text.ts";
import { judged } from "./judged.ts";
import { judgingOf, JUDGING_OPTIONS } from "./judging.ts";
import { filesAt } from "./manifest-files.ts";
import { judgeMigrations, Migrations } from "./migrations.ts";
import { readOptions, type Parsed } from "./options.ts";
import { paint } from "./paint.ts";
import { analyzeByService, connectionByService } from "./service.ts";
import type { Stored } from "./stored-connection.ts";
import type { Terminal } from "./terminal.ts";

/** Longest analysis, in milliseconds; what is not known by then is unknown (I3). */
const LONGEST_MS = 30_000;
/** How long a server may take to answer at all. */
const ANSWER_MS = 10_000;
/** Files that may be named one by one. */
const MOST_FILES = 100_000;

const COMMAND = "interlock analyze";

/** Of one text exits 0 whatever the impact; where a policy judges, as `--fail-on` says. */
export async function analyze(args: string[], terminal: Terminal): Promise<ExitCode> {
  const names = ["dsn", "connection", "connector", "format", "stdin", "policy", "namespace", "fail-on", ...JUDGING_OPTIONS];
  const parsed = readOptions(args, names, MOST_FILES, { file: { short: "f" } });
  const { values, lists, positionals } = parsed;
  const { dsn, connection, connector, policy } = values;
  const format = formatOf(values["format"]);
  const report = format === "sarif" || format === "plain";
  const paths = [...lists["file"]!, ...positionals];
  if (connector !== undefined) {
    if (dsn !== undefined || connection !== undefined)
      throw usage("--connector reads manifests without a cluster: it goes with neither --dsn nor --connection.");
    if (connector !== "kubernetes")
      throw usage(`Without a target only manifests can be told anything of: --connector kubernetes, not ${JSON.stringify(connector)}.`);
    return analyzeManifests({ paths, values, policy, command: COMMAND }, terminal);
  }
  if ((dsn === undefined) === (connection === undefined))
    throw usage("Against what? Give either --dsn URL or --connection NAME, or --connector kubernetes for manifests without a cluster.");
  if (dsn !== undefined && !/^postgres(ql)?:\/\//.test(dsn)) throw usage("--dsn must be a URL that begins with postgres://");
  if (dsn !== undefined) {
    if (values["stdin"] !== undefined) throw usage("SQL reads no standard input: --stdin goes with a --connection.");
    const one = policy === undefined && lists["file"]!.length === 0 && positionals.length < 2 && !report;
    if (one) return analyzeText(parsed, paths[0], terminal);
    return analyzeMigrations({ dsn, paths, values, policy, command: COMMAND }, terminal);
  }
  const [file, ...more] = positionals;
  if (more.length > 0) throw usage(`What is ${JSON.stringify(more[0])}?`);
  if (policy === undefined && !report) return analyzeText(parsed, file, terminal);
  return analyzeConnection({ values, policy, command: COMMAND, given: lists["file"]!, file }, terminal);
}

/** One text against one target. */
async function analyzeText({ values, lists }: Parsed, file: string | undefined, terminal: Terminal): Promise<ExitCode> {
  const { text, files } = await textAndFiles({ values, given: lists["file"]!, file }, terminal);
  const { impact, verdict } = await told(values, { text, files }, terminal);
  const colors = paint(terminal.color);
  const words = verdict === undefined ? impactText(impact, colors) : `${impactText(impact, colors)}\n\n${verdictText(verdict, colors)}`;
  terminal.out(values["format"] === "json" ? JSON.stringify(impact, null, 2) : words);
  return EXIT.ok;
}

async function textAndFiles(
  { values, given, file }: { values: Parsed["values"]; given: readonly string[]; file: string | undefined },
  terminal: Terminal,
): Promise<{ text: string; files: GivenFiles }> {
  const { dsn, stdin } = values;
  if (stdin === "-" && (file === undefined || file === "-"))
    throw usage("Standard input cannot be both the text and what it reads: name a FILE.");
  const files = dsn !== undefined ? new Map<string, string>() : await givenFiles(given, stdin, terminal);
  return { text: await inputText(file, LIMITS.commandBytes, terminal), files };
}

interface Told {
  impact: Impact;
  /** By the service, of what is in force there. */
  verdict?: Verdict;
  connection?: JudgeInput["connection"];
}

async function told({ dsn, connection }: Parsed["values"], asked: { text: string; files: GivenFiles }, terminal: Terminal): Promise<Told> {
  const { token } = terminal.config;
  if (connection !== undefined && token !== undefined) return analyzeByService(token, { connection, ...asked }, terminal);
  const opened = dsn !== undefined ? { target: targetOfDsn(dsn) } : await stored(connection!, asked, terminal);
  const { text, files } = asked;
  const impact = await using(opened.target, terminal, (signal) =>
    opened.target.impact(text, {
      exact: true,
      signal,
      ...(files.size > 0 && { files: new Map([...files].map(([name, content]) => [name, Buffer.from(content)])) }),
    }),
  );
  return { ...opened, impact };
}

interface JudgedAsk {
  values: Parsed["values"];
  /** A policy's file; without one that of the state folder. */
  policy: string | undefined;
  command: string;
}

/** A text against a stored connection, judged by a policy that need not be in force. */
export async function analyzeConnection(
  { values, policy, command, given, file }: JudgedAsk & { given: readonly string[]; file: string | undefined },
  terminal: Terminal,
): Promise<ExitCode> {
  const format = formatOf(values["format"]);
  const failOn = failOnOf(values["fail-on"]);
  const name = values["connection"]!;
  const { text, files } = await textAndFiles({ values, given, file }, terminal);
  const { impact: bare, connection: known } = await told(values, { text, files }, terminal);
  const connection = known ?? (await connectionByService(terminal.config.token!, name, terminal));
  const judging = await judgingOf(values, { connector: connection.connector, file: policy }, terminal);
  const { environment, labels } = judging.asked.connection;
  const own = {
    ...connection,
    environment: values["environment"] === undefined ? connection.environment : environment,
    labels: values["labels"] === undefined ? connection.labels : labels,
  };
  const asked = { ...judging, asked: { ...judging.asked, connection: own } };
  const places = new Migrations([{ name: file ?? "-", text }]);
  const impact = { ...bare, statements: bare.statements.map((one) => ({ ...one, place: places.placeOf(one.start) })) };
  const { verdict, each } = judged(asked, impact, failOn);
  const judgement = { impact, verdict, each, findings: each.flatMap(({ findings }) => findings) };
  return tell(judgement, { judging: asked, format, failOn, command }, terminal);
}

/** Files of SQL against a server, judged by a policy. */
export async function analyzeMigrations(
  { dsn, paths, values, policy, command }: JudgedAsk & { dsn: string; paths: readonly string[] },
  terminal: Terminal,
): Promise<ExitCode> {
  const format = formatOf(values["format"]);
  const failOn = failOnOf(values["fail-on"]);
  const judging = await judgingOf(values, { connector: postgres.name, file: policy }, terminal);
  const { files } = await filesAt(paths.length > 0 ? paths : ["-"], terminal, /\.sql$/);
  const migrations = new Migrations(files);
  const target = targetOfDsn(dsn);
  const judgement = await using(target, terminal, (signal) => judgeMigrations(migrations, { target, judging, failOn, signal }));
  return tell(judgement, { judging, format, failOn, command }, terminal);
}

/** Asks a target that answers, and closes it. */
export async function using<T>(target: Target, terminal: Terminal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    await target.ping(AbortSignal.any([terminal.signal, AbortSignal.timeout(ANSWER_MS)]));
    return await ask(AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]));
  } catch (error) {
    throw stopOf(error);
  } finally {
    await target.close();
  }
}

export function targetOfDsn(dsn: string): Target {
  try {
    return postgres.open({ connectionName: "dsn", secret: postgres.readSecret({ read: dsn }), maskedColumns: () => [] });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

/** Loaded only when it is needed: --dsn works where Interlock has never been set up. */
async function stored(name: string, asked: { text: string; files: GivenFiles }, terminal: Terminal): Promise<Stored> {
  const { openStored } = await import("./stored-connection.ts");
  return openStored(name, asked, terminal);
}

function stopOf(error: unknown): unknown {
  if (error instanceof Stop) return error;
  if (error instanceof TargetError) return unreachable(`${ERRORS[error.code].title}: ${error.message}`, error);
  if (error instanceof Error && error.name === "TimeoutError")
    return unreachable(`${ERRORS.target_down.title} within ${ANSWER_MS / 1000} s.`, error);
  return error;
}
