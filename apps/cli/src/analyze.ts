import { analyzeManifests, formatOf } from "./analyze-manifests.ts";
import { type ExitCode, usage } from "./exit.ts";
import { JUDGING_OPTIONS } from "./judging.ts";
import { readOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

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
  // Where there is no target its drivers are not loaded: a hook before every commit is to be quick.
  const { analyzeConnection, analyzeMigrations, analyzeText } = await import("./analyze-target.ts");
  if ((dsn === undefined) === (connection === undefined))
    throw usage("Against what? Give either --dsn URL or --connection NAME, or --connector kubernetes for manifests without a cluster.");
  if (dsn !== undefined && !/^postgres(ql)?:\/\//.test(dsn)) throw usage("--dsn must be a URL that begins with postgres://");
  if (dsn !== undefined) {
    if (values["stdin"] !== undefined) throw usage("SQL reads no standard input: --stdin goes with a --connection.");
    const one = policy === undefined && lists["file"]!.length === 0 && positionals.length < 2 && !report && values["fail-on"] === undefined;
    if (one) return analyzeText(parsed, paths[0], terminal);
    return analyzeMigrations({ dsn, paths, values, policy, command: COMMAND }, terminal);
  }
  const [file, ...more] = positionals;
  if (more.length > 0) throw usage(`What is ${JSON.stringify(more[0])}?`);
  if (policy === undefined && !report) return analyzeText(parsed, file, terminal);
  return analyzeConnection({ values, policy, command: COMMAND, given: lists["file"]!, file }, terminal);
}
