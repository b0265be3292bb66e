import { TargetError, type Target } from "@interlock/connector";
import { postgres } from "@interlock/connector-postgres";
import type { JudgeInput } from "@interlock/policy";
import { ERRORS, LIMITS, type Impact, type Verdict } from "@interlock/protocol";
import { formatOf, tell } from "./analyze-manifests.ts";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { failOnOf } from "./finding.ts";
import { givenFiles, type GivenFiles } from "./given-files.ts";
import { impactText, verdictText } from "./impact-text.ts";
import { inputText } from "./input-text.ts";
import { judged } from "./judged.ts";
import { judgingOf } from "./judging.ts";
import { filesAt } from "./manifest-files.ts";
import { judgeMigrations, Migrations } from "./migrations.ts";
import type { Parsed } from "./options.ts";
import { paint } from "./paint.ts";
import { analyzeByService, connectionByService } from "./service.ts";
import type { Stored } from "./stored-connection.ts";
import type { Terminal } from "./terminal.ts";

/** Longest analysis, in milliseconds; what is not known by then is unknown (I3). */
const LONGEST_MS = 30_000;
/** How long a server may take to answer at all. */
const ANSWER_MS = 10_000;
/** One text against one target. */
export async function analyzeText({ values, lists }: Parsed, file: string | undefined, terminal: Terminal): Promise<ExitCode> {
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

export interface Told {
  impact: Impact;
  /** By the service, of what is in force there. */
  verdict?: Verdict;
  connection?: JudgeInput["connection"];
}

/** What a text would do to the target that the options name. */
export async function told(
  { dsn, connection }: Parsed["values"],
  asked: { text: string; files: GivenFiles },
  terminal: Terminal,
): Promise<Told> {
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
  return tell(judgement, { judging: asked, format, failOn, command, asked: true }, terminal);
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
  return tell(judgement, { judging, format, failOn, command, asked: true }, terminal);
}

/** Asks a target that answers, and closes it. */
async function using<T>(target: Target, terminal: Terminal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    await target.ping(AbortSignal.any([terminal.signal, AbortSignal.timeout(ANSWER_MS)]));
    return await ask(AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]));
  } catch (error) {
    throw stopOf(error);
  } finally {
    await target.close();
  }
}

function targetOfDsn(dsn: string): Target {
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
