import { TargetError } from "@interlock/connector";
import { CHECKS, inventoryOfManifests, postureOf, SEVERITIES, type Severity } from "@interlock/kube-model";
import { ERRORS, PosturePage, type Posture, type PostureFinding } from "@interlock/protocol";
import packageJson from "../package.json" with { type: "json" };
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { oneLine } from "./finding.ts";
import { manifestFolder } from "./manifest-folder.ts";
import { readOptions } from "./options.ts";
import { paint } from "./paint.ts";
import { postureText } from "./posture-text.ts";
import { sarifOf, type SarifLevel } from "./sarif.ts";
import { getFromService, readAnswer } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/** Longest reading of a cluster, in milliseconds. */
const LONGEST_MS = 60_000;
/** Findings of one answer of the service. */
const PAGE = 1_000;

/** A posture, and what of the manifests could not be read. */
export interface Read {
  posture: Omit<Posture, "at" | "tookMs">;
  problems: readonly string[];
}

/** Exits 1 where anything is found, or something given is no manifest. Where nothing can be judged at all it stops: that must not pass. */
export async function posture(args: string[], terminal: Terminal): Promise<ExitCode> {
  const flags = args.filter((arg) => arg === "--system");
  const rest = args.filter((arg) => arg !== "--system");
  const { values, lists } = readOptions(rest, ["connection", "manifests", "format", "severity", "env-label"], 0, { check: {} });
  const { connection, manifests, format = "text", severity, "env-label": label } = values;
  if ((connection === undefined) === (manifests === undefined)) throw usage("Of what? Give either --connection NAME or --manifests DIR.");
  if (format !== "text" && format !== "json" && format !== "sarif")
    throw usage(`There is no format ${JSON.stringify(format)}; it is text, json or sarif.`);
  const least = SEVERITIES.find((one) => one === severity);
  if (severity !== undefined && least === undefined)
    throw usage(`There is no severity ${JSON.stringify(severity)}; it is ${SEVERITIES.join(", ")}.`);
  const checks = lists["check"]!;
  const odd = checks.find((id) => !CHECKS.some((check) => check.id === id));
  if (odd !== undefined) throw usage(`There is no check ${JSON.stringify(odd)}. There are: ${CHECKS.map(({ id }) => id).join(", ")}.`);
  const asked: Asked = { checks, label };
  const read = manifests !== undefined ? await ofManifests(manifests, asked, terminal) : await ofConnection(connection!, asked, terminal);
  if (connection !== undefined) refuseUnread(connection, read.posture, checks);
  const findings = read.posture.findings.filter(
    (finding) =>
      (flags.length > 0 || !finding.system) &&
      (checks.length === 0 || checks.includes(finding.check)) &&
      (least === undefined || SEVERITIES.indexOf(finding.severity) <= SEVERITIES.indexOf(least)),
  );
  const system = flags.length > 0 ? 0 : read.posture.findings.filter((finding) => finding.system).length;
  const shown: Read = { ...read, posture: { ...read.posture, findings } };
  if (format === "json") terminal.out(JSON.stringify({ ...shown.posture, problems: shown.problems }, null, 2));
  else if (format === "sarif") terminal.out(JSON.stringify(sarif(shown), null, 2));
  else terminal.out(postureText(shown, { system, manifests: manifests !== undefined }, paint(terminal.color)));
  return findings.length > 0 || read.problems.length > 0 ? EXIT.finding : EXIT.ok;
}

interface Asked {
  checks: readonly string[];
  label: string | undefined;
}

/** Stops where a cluster told nothing, or nothing that any of the checks asked for could look at. */
function refuseUnread(name: string, { objects, checks, unread }: Read["posture"], asked: readonly string[]): void {
  const wanted = checks.filter(({ id }) => asked.length === 0 || asked.includes(id));
  if (unread.length === 0 || (objects > 0 && wanted.some(({ state }) => state !== "unknown"))) return;
  throw unreachable([`Nothing could be judged of ${name}.`, ...unread.map(({ why }) => oneLine(why))].join("\n"));
}

/** Without a cluster: what needs one is said to be unknown. Stops with `usage` where there is no object at all. */
async function ofManifests(path: string, { checks, label }: Asked, terminal: Terminal): Promise<Read> {
  const { manifests, problems: unread, kustomizations } = await manifestFolder(path, terminal);
  const problems = [...unread, ...kustomizations];
  if (manifests.length === 0) throw usage([`There is no object in ${path === "-" ? "standard input" : path}.`, ...problems].join("\n"));
  const inventory = inventoryOfManifests(manifests, label === undefined ? {} : { environmentLabel: label });
  const report = postureOf(inventory, checks.length === 0 ? {} : { checks });
  return { posture: { objects: manifests.length, ...report }, problems };
}

async function ofConnection(name: string, asked: Asked, terminal: Terminal): Promise<Read> {
  const { token } = terminal.config;
  if (token !== undefined) return { posture: await ofService(token, name, asked, terminal), problems: [] };
  // Loaded only when it is needed: manifests are judged where Interlock has never been set up.
  const { openLogged } = await import("./stored-connection.ts");
  const target = await openLogged(name, terminal, { type: "posture.read" });
  try {
    if (target.posture === undefined) throw usage(`There are no checks for ${name}: it is no cluster.`);
    const { checks, label } = asked;
    const options = { ...(checks.length > 0 && { checks }), ...(label !== undefined && { environmentLabel: label }) };
    const reading = await target.posture(AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]));
    return { posture: await reading.check(options), problems: [] };
  } catch (error) {
    if (error instanceof Stop || terminal.signal.aborted) throw error;
    if (error instanceof TargetError) throw unreachable(`${ERRORS[error.code].title}: ${error.message}`, error);
    throw unreachable(error instanceof Error ? error.message : String(error), error);
  } finally {
    await target.close();
  }
}

/** All pages, masked as this person may see them. */
async function ofService(token: string, name: string, { checks, label }: Asked, terminal: Terminal): Promise<Posture> {
  const findings: PostureFinding[] = [];
  for (;;) {
    const query = new URLSearchParams({ offset: String(findings.length), limit: String(PAGE), ...(label !== undefined && { label }) });
    // More than one check is sorted out here.
    if (checks.length === 1) query.set("check", checks[0]!);
    const page = readAnswer(
      PosturePage,
      await getFromService(token, `/connections/${encodeURIComponent(name)}/posture?${query.toString()}`, terminal),
    );
    findings.push(...page.findings);
    if (page.findings.length === 0 || findings.length >= page.total) return { ...page, findings };
  }
}

const LEVELS: Readonly<Record<Severity, SarifLevel>> = { critical: "error", high: "error", medium: "warning", low: "note" };

function sarif({ posture: { checks, findings, unread }, problems }: Read): object {
  const rules = checks.map(({ id, title, why, severity, area }) => ({
    id,
    title: `${title}.`,
    help: why,
    level: LEVELS[severity],
    tags: ["security", area, severity],
  }));
  const results = findings.map(({ check, severity, object, says, evidence, fix }) => {
    const place = evidence.find((one) => one.place !== undefined)?.place;
    const what = evidence.map(({ path, value }) => `${path} = ${value}`).join("; ");
    const todo = [fix.decision, ...fix.lines].filter(Boolean).join("\n");
    return {
      rule: check,
      level: LEVELS[severity],
      message: `${object}: ${says} (${what})\n${todo}`,
      object,
      ...(place === undefined ? {} : { place }),
    };
  });
  const unknown = checks.flatMap(({ id, unknown: why }) => (why === undefined ? [] : [`${id}: ${why}`]));
  const failures = [...problems, ...unread.map(({ why }) => why)];
  return sarifOf({ name: "interlock posture", version: packageJson.version }, rules, results, { notes: unknown, failures });
}
