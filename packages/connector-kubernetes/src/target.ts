import { homedir } from "node:os";
import {
  TargetError,
  type CommandFiles,
  type ExecuteOutcome,
  type ExecuteRequest,
  type ExecuteSink,
  type ForeseenUndo,
  type ImpactOptions,
  type ObjectsImage,
  type OpenOptions,
  type Planned,
  type Resolution,
  type Target,
  type UndoImage,
} from "@interlock/connector";
import { bareStatement, type Impact, type SchemaTree } from "@interlock/protocol";
import { consequencesOf } from "./apply/consequences.ts";
import { putBack } from "./apply/run.ts";
import type { ClusterSecret } from "./cluster/kubeconfig.ts";
import { openCluster, type OpenedCluster } from "./cluster/open-cluster.ts";
import { openClusterView } from "./impact/cluster-view.ts";
import { execute } from "./execute.ts";
import { openExplorer } from "./explorer/explorer.ts";
import { readCommand } from "./kubectl/command.ts";
import { manifestCache } from "./kubectl/manifest-cache.ts";
import type { PlannedWrite } from "./gate/planned-write.ts";
import { KNOWN_PLUGINS, type PluginOptions } from "./cluster/exec-plugin.ts";
import { findKubectl, KUBECTL_MISSING } from "./kubectl/run.ts";
import { endless, parse } from "./parse.ts";
import { plannedImpact } from "./planned-impact.ts";
import { reach } from "./reach/reach.ts";
import { NETWORK_KINDS } from "./reach/read-network.ts";
import { planLines, type CommandPlan } from "./planning.ts";
import { HOST_FOLDERS } from "./host-program.ts";
import { POSTURE_KINDS, readPosture } from "./posture/read-posture.ts";
import { readRoles, ROLE_KINDS } from "./posture/read-roles.ts";
import { whoMayOnCluster } from "./posture/who-may.ts";
import { objectTree } from "./schema.ts";
import { openTerminal } from "./terminal/open-terminal.ts";
import { podFacts, readPod } from "./terminal/pod.ts";
import { foreseeUndo } from "./undo/undo-impact.ts";
import { openWork, resolutionOf, sealWork } from "./work.ts";

/** Longest that an exec plug-in may take to print a credential, in milliseconds. */
const PLUGIN_MS = 30_000;

/** Lists of one cluster that are followed at a time, by all people together; whoever opens more waits for one that is closed. */
const FOLLOWED = 256;

/** Streams of one cluster that commands follow at a time: a log of each container of each pod is one. */
const STREAMS = 1_024;

const LOOKS_INTO = { posture: POSTURE_KINDS, roles: ROLE_KINDS, reach: NETWORK_KINDS };

/** A cluster behind its gate. Sockets open with the first request. */
export function openTarget({
  connectionName: name,
  secret,
  host: { programs, credentialPrograms = [] } = {},
}: OpenOptions<ClusterSecret>): Target {
  const plugins: PluginOptions = {
    allowed: [...credentialPrograms, ...HOST_FOLDERS.split(":").flatMap((folder) => KNOWN_PLUGINS.map((name) => `${folder}/${name}`))],
    home: homedir(),
    path: HOST_FOLDERS,
    timeoutMs: PLUGIN_MS,
  };
  const commands = opensOnce(() => openCluster(secret, { plugins, name }));
  // Each list that people follow holds a connection of its own: commands must not wait for one of them to end.
  const watching = opensOnce(() => openCluster(secret, { plugins, connections: FOLLOWED }));
  // The same for what commands follow themselves, for as long as they run.
  const following = opensOnce(() => openCluster(secret, { plugins, connections: STREAMS }));
  const cluster = commands.open;
  const configured = programs?.["kubectl"];
  // Looked for each time: somebody may install it while the agent runs.
  const kubectl = (): Promise<string | undefined> =>
    findKubectl({ path: HOST_FOLDERS, ...(configured === undefined ? {} : { configured }) });

  const objects = openExplorer(watching.open);
  const drafts = manifestCache();
  const terminals = new Set<{ kill(): Promise<unknown> }>();

  const planned = async (
    text: string,
    { signal, files }: { signal: AbortSignal; files?: CommandFiles | undefined },
    fetch?: ReturnType<typeof manifestCache>,
  ): Promise<{ plan: CommandPlan; namespace: string } | undefined> => {
    const { lines, diagnostics } = readCommand(text);
    if (diagnostics.length > 0) return undefined;
    const to = await cluster();
    const given = fetch === undefined ? {} : { fetch };
    const plan = await planLines({ cluster: to, namespace: to.namespace, program: await kubectl(), lines, files, signal, ...given });
    return { plan, namespace: to.namespace };
  };

  return {
    objects,
    async ping(signal) {
      const to = await cluster();
      const { status, body } = await to.request({ method: "GET", path: "/version", headers: { accept: "application/json" }, signal });
      // Read to its end, so that the connection can be used again.
      await body.toArray();
      if (status >= 500 || status === 401) throw new TargetError("target_down", `The cluster answers with status ${status}.`);
    },
    async lacks() {
      return (await kubectl()) === undefined ? KUBECTL_MISSING : undefined;
    },
    async impact(text, { signal, files }: ImpactOptions): Promise<Impact> {
      const started = performance.now();
      const found = await planned(text, { signal, files }, drafts);
      if (!found) return unread(text, started);
      return (await plannedImpact(openClusterView(await cluster(), { signal }), text, found.plan, started)).impact;
    },
    async resolve(text, signal): Promise<Resolution> {
      const found = await planned(text, { signal });
      if (!found) throw new TargetError("syntax_error", "The command cannot be read");
      const writes = writesOf(found.plan);
      const agreed = consequencesOf([], []);
      return resolutionOf(writes, found.namespace, sealWork({ writes, fingerprintKey: found.plan.fingerprintKey, agreed }));
    },
    async plan(text, { signal, files }): Promise<Planned> {
      const started = performance.now();
      const found = await planned(text, { signal, files });
      if (!found) throw new TargetError("syntax_error", "The command cannot be read");
      const { impact, connections } = await plannedImpact(openClusterView(await cluster(), { signal }), text, found.plan, started);
      const writes = writesOf(found.plan);
      const agreed = consequencesOf(impact.statements, impact.warnings, connections());
      const work = sealWork({ writes, fingerprintKey: found.plan.fingerprintKey, agreed });
      return {
        impact,
        resolution: resolutionOf(writes, found.namespace, work),
        ...(work === undefined ? {} : { work }),
      };
    },
    async reach(question, signal) {
      return reach(openClusterView(await cluster(), { signal }), question);
    },
    async schema(signal): Promise<SchemaTree> {
      return objectTree(await cluster(), signal);
    },
    async roles(signal) {
      return readRoles(await cluster(), signal);
    },
    async whoMay(question, signal) {
      return whoMayOnCluster(await cluster(), question, signal);
    },
    async posture(signal) {
      return readPosture(await cluster(), signal);
    },
    looksInto: (what) => LOOKS_INTO[what],
    async execute(request: ExecuteRequest, sink: ExecuteSink, signal): Promise<ExecuteOutcome> {
      const follows = request.work === undefined && readCommand(request.text).lines.some(endless);
      return execute({ cluster: await (follows ? following : commands).open(), program: await kubectl() }, request, sink, signal);
    },
    async foreseeUndo(image, options): Promise<ForeseenUndo> {
      return foreseeUndo(await cluster(), objectsOf(image), options);
    },
    async undo(image, request, signal, sink): Promise<ExecuteOutcome> {
      objectsOf(image);
      const work = request.work && openWork(request.work.bytes, request.work.resolution.targets);
      if (!work) throw new TargetError("undo_unavailable", "What was agreed to is not what is stored.");
      return putBack(await cluster(), work, request, sink ?? UNSEEN, signal);
    },
    async pod(pod, signal) {
      return podFacts(await readPod(await cluster(), pod, signal));
    },
    async terminal(request, signal) {
      const terminal = await openTerminal(await cluster(), request, signal);
      terminals.add(terminal);
      void terminal.ended.then(() => terminals.delete(terminal));
      return terminal;
    },
    async close() {
      objects.close();
      await Promise.all([...terminals].map((terminal) => terminal.kill()));
      await Promise.all([commands.close(), watching.close(), following.close()]);
    },
  };
}

/** Where nobody asks what it shows. */
const UNSEEN: ExecuteSink = { columns: () => {}, rows: () => {}, end: () => {}, notice: () => {} };

const writesOf = ({ lines }: CommandPlan): PlannedWrite[] => lines.flatMap((line) => [...line.writes]);

function objectsOf(image: UndoImage): ObjectsImage {
  if ("kept" in image) return image;
  throw new TargetError("undo_unavailable", "What was kept are rows of a database.");
}

/** Opens with the first that asks. A failure is not kept: what could not be read may be there by the next time. */
function opensOnce(opening: () => Promise<OpenedCluster>): { open: () => Promise<OpenedCluster>; close: () => Promise<void> } {
  let opened: Promise<OpenedCluster> | undefined;
  return {
    open() {
      opened ??= opening();
      opened.catch(() => (opened = undefined));
      return opened;
    },
    async close() {
      const open = await opened?.catch(() => undefined);
      await open?.close();
    },
  };
}

/** A text that is not read is planned by nobody. */
function unread(text: string, started: number): Impact {
  const { statements, diagnostics } = parse(text);
  const all = statements.map((statement) => bareStatement({ ...statement, effect: "unknown" }));
  return {
    effect: "unknown",
    complete: false,
    tookMs: performance.now() - started,
    warnings: diagnostics.map(({ message }) => message),
    statements: all,
  };
}
