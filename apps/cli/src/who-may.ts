import { parseArgs } from "node:util";
import { TargetError } from "@interlock/connector";
import { inventoryOfManifests, readQuestion, typesOfManifests, whoMay as whoMayBy } from "@interlock/kube-model";
import { ERRORS, WhoMay, type RightQuestion } from "@interlock/protocol";
import { EXIT, type ExitCode, Stop, unreachable, usage } from "./exit.ts";
import { manifestFolder } from "./manifest-folder.ts";
import { paint } from "./paint.ts";
import { postToService, readAnswer } from "./service.ts";
import type { Terminal } from "./terminal.ts";
import { whoMayText } from "./who-may-text.ts";

/** Longest that a cluster may take, in milliseconds: roles and bindings of all of it are read. */
const LONGEST_MS = 60_000;

/** Exits 0 where somebody may, 1 where nobody may; what cannot be asked at all is usage. */
export async function whoMay(args: string[], terminal: Terminal): Promise<ExitCode> {
  const { connection, manifests, format, question, whole } = readArgs(args);
  const answer =
    manifests === undefined ? await askCluster(connection!, question, terminal) : await askManifests(manifests, question, terminal);
  terminal.out(format === "json" ? JSON.stringify(answer, null, 2) : whoMayText(answer, whole, paint(terminal.color)));
  return answer.holders.length + answer.partly.length > 0 ? EXIT.ok : EXIT.finding;
}

interface Asked {
  connection: string | undefined;
  manifests: string | undefined;
  format: "text" | "json";
  question: RightQuestion;
  /** Also what belongs to Kubernetes itself. */
  whole: boolean;
}

function readArgs(args: string[]): Asked {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: {
        connection: { type: "string" },
        manifests: { type: "string" },
        format: { type: "string", default: "text" },
        namespace: { type: "string", short: "n" },
        "all-namespaces": { type: "boolean", short: "A", default: false },
        subresource: { type: "string" },
        system: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const { connection, manifests, format, namespace, subresource, system } = values;
  if (format !== "text" && format !== "json") throw usage(`There is no format ${JSON.stringify(format)}; it is text or json.`);
  if ((connection === undefined) === (manifests === undefined)) throw usage("Where? Give either --connection NAME or --manifests DIR.");
  if (namespace !== undefined && values["all-namespaces"]) throw usage("Either -n NAMESPACE or -A, which is the default.");
  const [verb, what, ...rest] = positionals;
  if (verb === undefined || what === undefined || rest.length > 0)
    throw usage("What? Give VERB and RESOURCE: get secrets, create pods/exec, delete deployments.apps/web, get /metrics.");
  return { connection, manifests, format, whole: system, question: readRight(verb, what, namespace, subresource) };
}

/** `pods/exec` is left whole: whether that is a subresource or a pod of that name is told by what is served. */
function readRight(verb: string, what: string, namespace: string | undefined, subresource: string | undefined): RightQuestion {
  if (what.startsWith("/")) {
    if (namespace !== undefined || subresource !== undefined) throw usage("A path is in no namespace, and has no subresource.");
    return { verb, nonResourceURL: what };
  }
  const [resource = "", second, third, ...more] = what.split("/");
  if (resource === "" || second === "" || third === "" || more.length > 0 || (third !== undefined && subresource !== undefined))
    throw usage(
      `${JSON.stringify(what)} is no resource: it is RESOURCE, RESOURCE/SUBRESOURCE, RESOURCE/NAME or RESOURCE/NAME/SUBRESOURCE.`,
    );
  const sub = subresource ?? third;
  return {
    verb,
    resource: second !== undefined && sub === undefined ? what : resource,
    ...(second !== undefined && sub !== undefined ? { name: second } : {}),
    ...(sub === undefined ? {} : { subresource: sub }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

async function askManifests(path: string, question: RightQuestion, terminal: Terminal): Promise<WhoMay> {
  const { manifests, problems: unread, kustomizations } = await manifestFolder(path, terminal);
  const problems = [...unread, ...kustomizations];
  if (manifests.length === 0) throw usage([`There is no object in ${path}.`, ...problems].join("\n"));
  const inventory = inventoryOfManifests(manifests);
  const types = typesOfManifests(manifests.map(({ object }) => object));
  const { nonResourceURL, ...rest } = question;
  const wanted = readQuestion({ ...rest, ...(nonResourceURL === undefined ? {} : { path: nonResourceURL }) }, types);
  const { type } = wanted;
  const found = whoMayBy(inventory.rights, wanted);
  const elsewhere = inventory.rolesElsewhere;
  return {
    ...found,
    ...(type === undefined
      ? {}
      : { resource: { group: type.group, resource: type.resource, kind: type.kind, namespaced: type.namespaced } }),
    notes: [
      ...found.notes,
      "Judged by these manifests alone: what else the cluster has is not known.",
      ...(elsewhere.length === 0 ? [] : [`Bound here, and not in these manifests: ${elsewhere.join(", ")}. What they allow is not known.`]),
    ],
    certain: problems.length === 0 && elsewhere.length === 0,
    unread: problems,
  };
}

async function askCluster(connection: string, question: RightQuestion, terminal: Terminal): Promise<WhoMay> {
  const { token } = terminal.config;
  try {
    if (token !== undefined) {
      return readAnswer(WhoMay, await postToService(token, "/who-may", { connection, ...question }, terminal));
    }
    // Loaded only when it is needed: manifests are looked at where Interlock has never been set up.
    const { openLogged } = await import("./stored-connection.ts");
    const right = [question.verb, question.nonResourceURL ?? question.resource, question.namespace].filter((part) => part !== undefined);
    const target = await openLogged(connection, terminal, { type: "rights.asked", data: { right: right.join(" ") } });
    try {
      if (target.whoMay === undefined) throw usage(`There are no roles of ${connection}: it is no cluster.`);
      return await target.whoMay(question, AbortSignal.any([terminal.signal, AbortSignal.timeout(LONGEST_MS)]));
    } finally {
      await target.close();
    }
  } catch (error) {
    // Only an answer is a finding: a connection that is not there must not pass for "nobody may".
    if (error instanceof Stop && error.code === EXIT.finding) throw new Stop(EXIT.usage, error.message, { cause: error });
    if (!(error instanceof TargetError)) throw error;
    throw unreachable(`${ERRORS[error.code].title}: ${error.message}`, error);
  }
}
