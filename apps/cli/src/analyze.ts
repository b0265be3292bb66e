import { TargetError, type Target } from "@interlock/connector";
import { postgres } from "@interlock/connector-postgres";
import { ERRORS, LIMITS } from "@interlock/protocol";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { givenFiles, type GivenFiles } from "./given-files.ts";
import { impactText, verdictText } from "./impact-text.ts";
import { inputText } from "./input-text.ts";
import { readOptions } from "./options.ts";
import { paint } from "./paint.ts";
import { analyzeByService } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/** Longest analysis, in milliseconds; what is not known by then is unknown (I3). */
const LONGEST_MS = 30_000;
/** How long a server may take to answer at all. */
const ANSWER_MS = 10_000;

/** Exits 0 whatever the impact. */
export async function analyze(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values, lists, positionals } = readOptions(args, ["dsn", "connection", "format", "stdin"], 1, { file: { short: "f" } });
  const format = values["format"] ?? "text";
  if (format !== "text" && format !== "json") throw usage(`There is no format ${JSON.stringify(format)}; it is text or json.`);
  const { dsn, connection } = values;
  if ((dsn === undefined) === (connection === undefined)) throw usage("Against what? Give either --dsn URL or --connection NAME.");
  if (dsn !== undefined && !/^postgres(ql)?:\/\//.test(dsn)) throw usage("--dsn must be a URL that begins with postgres://");
  const { stdin } = values;
  if (dsn !== undefined && (lists["file"]!.length > 0 || stdin !== undefined))
    throw usage("SQL reads no files: --file and --stdin go with a --connection.");
  if (stdin === "-" && (positionals[0] === undefined || positionals[0] === "-"))
    throw usage("Standard input cannot be both the text and what it reads: name a FILE.");
  const files = await givenFiles(lists["file"]!, stdin, terminal);
  const text = await inputText(positionals[0], LIMITS.commandBytes, terminal);
  const { token } = terminal.config;
  if (connection !== undefined && token !== undefined) {
    const { impact, verdict } = await analyzeByService(token, { connection, text, files }, terminal);
    const colors = paint(terminal.color);
    terminal.out(format === "json" ? JSON.stringify(impact, null, 2) : `${impactText(impact, colors)}\n\n${verdictText(verdict, colors)}`);
    return EXIT.ok;
  }
  const target = dsn !== undefined ? targetOfDsn(dsn) : await storedTarget(connection!, { text, files }, terminal);
  try {
    await target.ping(AbortSignal.any([terminal.signal, AbortSignal.timeout(ANSWER_MS)]));
    const impact = await target.impact(text, {
      exact: true,
      signal: AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]),
      ...(files.size > 0 && { files: new Map([...files].map(([name, content]) => [name, Buffer.from(content)])) }),
    });
    terminal.out(format === "json" ? JSON.stringify(impact, null, 2) : impactText(impact, paint(terminal.color)));
    return EXIT.ok;
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
async function storedTarget(name: string, asked: { text: string; files: GivenFiles }, terminal: Terminal): Promise<Target> {
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
