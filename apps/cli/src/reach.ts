import { isIP } from "node:net";
import { TargetError, type Target } from "@interlock/connector";
import { manifestDoubts, Network, reachability, readPort } from "@interlock/kube-model";
import { ERRORS, reachEndText, type Reachability, type ReachEnd, type ReachQuestion } from "@interlock/protocol";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { manifestFolder } from "./manifest-folder.ts";
import { readOptions } from "./options.ts";
import { paint } from "./paint.ts";
import { reachText } from "./reach-text.ts";
import { reachByService } from "./service.ts";
import type { Terminal } from "./terminal.ts";

/** Longest that a cluster may take, in milliseconds: pods and policies of all of it are read. */
const LONGEST_MS = 60_000;

/** Exits 0 when the connection is allowed, 1 when it is not; what cannot be asked at all is usage. */
export async function reach(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { values } = readOptions(args, ["connection", "manifests", "from", "to", "port", "format"], 0);
  const format = values["format"] ?? "text";
  if (format !== "text" && format !== "json") throw usage(`There is no format ${JSON.stringify(format)}; it is text or json.`);
  const { connection, manifests } = values;
  if ((connection === undefined) === (manifests === undefined)) throw usage("Where? Give either --connection NAME or --manifests DIR.");
  const question = readQuestion(values);
  const answer =
    manifests === undefined ? await askCluster(connection!, question, terminal) : await askManifests(manifests, question, terminal);
  terminal.out(format === "json" ? JSON.stringify(answer, null, 2) : reachText(answer, paint(terminal.color)));
  return answer.allowed ? EXIT.ok : EXIT.finding;
}

function readQuestion(values: Record<string, string | undefined>): ReachQuestion {
  const { from, to, port } = values;
  if (from === undefined || to === undefined || port === undefined)
    throw usage("What? Give --from END, --to END and --port PORT/PROTOCOL.");
  const asked = readPort(port);
  if (asked === undefined)
    throw usage(`${JSON.stringify(port)} is no port: it is a number from 1 to 65535 with TCP, UDP or SCTP, such as 8443/TCP.`);
  return { from: readEnd("--from", from), to: readEnd("--to", to), ...asked };
}

const SERVICE = new Set(["svc", "service", "services"]);

function readEnd(option: string, text: string): ReachEnd {
  if (isIP(text) !== 0) return { ip: text };
  const parts = text.split("/");
  const [namespace, kind, name] = parts;
  if (parts.includes("") || parts.length < 2 || parts.length > 3)
    throw usage(
      `${option} ${JSON.stringify(text)} is no end: it is NAMESPACE/POD, an IP address${option === "--to" ? " or NAMESPACE/svc/NAME" : ""}.`,
    );
  if (name === undefined) return { namespace: namespace!, pod: kind! };
  if (SERVICE.has(kind!) && option === "--from")
    throw usage("A connection does not come from a Service: --from names a pod, a workload or an address.");
  if (SERVICE.has(kind!)) return { namespace: namespace!, service: name };
  throw usage(`${option} ${JSON.stringify(text)} is no end: of three parts the one in the middle is svc.`);
}

async function askManifests(folder: string, question: ReachQuestion, terminal: Terminal): Promise<Reachability> {
  const { manifests, problems: unread, kustomizations } = await manifestFolder(folder, terminal);
  const problems = [...unread, ...kustomizations];
  if (manifests.length === 0) throw usage([`There is no object in ${folder}.`, ...problems].join("\n"));
  const answer = reachability(Network.of(manifests.map(({ object }) => object)), question);
  for (const problem of problems) terminal.error(problem);
  if ("unknown" in answer) throw usage(answer.unknown);
  const doubts = [
    ...manifestDoubts(
      manifests,
      [question.from, question.to].flatMap((end) => ("ip" in end ? [] : [end.namespace])),
    ),
    ...problems.map((problem) => `Left out: ${problem}`),
  ];
  const notes = [...answer.notes, "Judged by these manifests alone: what else the cluster has is not known.", ...doubts];
  return { ...answer, certain: answer.certain && doubts.length === 0, notes };
}

async function askCluster(connection: string, question: ReachQuestion, terminal: Terminal): Promise<Reachability> {
  const { token } = terminal.config;
  try {
    if (token !== undefined) return await reachByService(token, { connection, ...question }, terminal);
    const target = await storedTarget(connection, question, terminal);
    try {
      if (target.reach === undefined) throw usage(`Connection ${connection} is no cluster: it has no NetworkPolicies.`);
      return await target.reach(question, AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]));
    } finally {
      await target.close();
    }
  } catch (error) {
    // Only an answer is a finding: a name that is not there must not pass for "blocked".
    if (error instanceof Stop && error.code === EXIT.finding) throw new Stop(EXIT.usage, error.message, { cause: error });
    if (!(error instanceof TargetError)) throw error;
    if (error.code === "not_found") throw usage(error.message);
    throw unreachable(`${ERRORS[error.code].title}: ${error.message}`, error);
  }
}

/** Loaded only when it is needed: --manifests works where Interlock has never been set up. */
async function storedTarget(name: string, { from, to, port, protocol }: ReachQuestion, terminal: Terminal): Promise<Target> {
  const { openLogged } = await import("./stored-connection.ts");
  const data = { from: reachEndText(from), to: `${reachEndText(to)} ${port}/${protocol}` };
  return openLogged(name, terminal, { type: "reachability.asked", data });
}
