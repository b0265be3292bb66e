import { usage, type ExitCode } from "./exit.ts";
import { analyzeManifests } from "./analyze-manifests.ts";
import { JUDGING_OPTIONS } from "./judging.ts";
import { readOptions } from "./options.ts";
import type { Terminal } from "./terminal.ts";

const MOST_FILES = 100_000;
const COMMAND = "interlock policy test";

/** What a policy that need not be in force says of manifests, of SQL, of kubectl lines, or of a file of cases with what is expected. */
export async function policyTest(args: string[], terminal: Terminal): Promise<ExitCode> {
  const names = ["policy", "cases", "dsn", "connection", "format", "stdin", "namespace", "fail-on", ...JUDGING_OPTIONS];
  const parsed = readOptions(args, names, MOST_FILES, { file: { short: "f" } });
  const { values, lists } = parsed;
  const [policy, ...more] = values["policy"] === undefined ? parsed.positionals : [values["policy"], ...parsed.positionals];
  const { cases, dsn, connection } = values;
  const paths = [...lists["file"]!, ...more];
  if (cases !== undefined) {
    if (paths.length > 0) throw usage("A file of cases says itself what is judged: --cases goes without -f.");
    const { runCases } = await import("./policy-cases.ts");
    return runCases(cases, { policy, dsn, connection, values }, terminal);
  }
  if (connection !== undefined && dsn !== undefined) throw usage("One at a time: either --dsn URL or --connection NAME.");
  if (policy === undefined) throw usage("Which policy? Name its FILE, and what to judge with -f.");
  if (connection !== undefined && more.length > 1) throw usage(`What is ${JSON.stringify(more[1])}?`);
  if (policy === "-" && (paths.length === 0 || paths.includes("-")))
    throw usage("Standard input cannot be both the policy and what is judged.");
  if (dsn === undefined && connection === undefined) return analyzeManifests({ paths, values, policy, command: COMMAND }, terminal);
  const { analyzeConnection, analyzeMigrations } = await import("./analyze-target.ts");
  if (dsn !== undefined) return analyzeMigrations({ dsn, paths, values, policy, command: COMMAND }, terminal);
  return analyzeConnection({ values, policy, command: COMMAND, given: lists["file"]!, file: more[0] }, terminal);
}
