import {
  TargetError,
  type CommandFiles,
  type ExecuteOutcome,
  type ExecuteRequest,
  type ExecuteSink,
  type ImpactOptions,
  type OpenOptions,
  type Planned,
  type Resolution,
  type Target,
} from "@interlock/connector";
import { bareStatement, type Impact, type SchemaTree } from "@interlock/protocol";
import type { ClusterSecret } from "./cluster/kubeconfig.ts";
import { openCluster, type OpenedCluster } from "./cluster/open-cluster.ts";
import { openClusterView } from "./impact/cluster-view.ts";
import { execute } from "./execute.ts";
import { openExplorer } from "./explorer/explorer.ts";
import { readCommand } from "./kubectl/command.ts";
import { manifestCache } from "./kubectl/manifest-cache.ts";
import { findKubectl } from "./kubectl/run.ts";
import { parse } from "./parse.ts";
import { plannedImpact } from "./planned-impact.ts";
import { planLines, type CommandPlan } from "./planning.ts";
import { objectTree } from "./schema.ts";
import { resolutionOf, sealWork } from "./work.ts";

/** Where programs of a host usually are; the agent's own environment is not asked. */
export const KUBECTL_FOLDERS = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/snap/bin";

/** A cluster behind its gate. Sockets open with the first request. */
export function openTarget({ secret }: OpenOptions<ClusterSecret>): Target {
  let opened: Promise<OpenedCluster> | undefined;
  let program: Promise<string | undefined> | undefined;
  const cluster = (): Promise<OpenedCluster> => {
    opened ??= openCluster(secret);
    // A failure is not kept: what it could not read may be there by the next time.
    opened.catch(() => (opened = undefined));
    return opened;
  };
  const kubectl = (): Promise<string | undefined> => (program ??= findKubectl({ path: KUBECTL_FOLDERS }));

  const objects = openExplorer(cluster);
  const drafts = manifestCache();

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
    async impact(text, { signal, files }: ImpactOptions): Promise<Impact> {
      const started = performance.now();
      const found = await planned(text, { signal, files }, drafts);
      return found ? plannedImpact(openClusterView(await cluster(), { signal }), text, found.plan, started) : unread(text, started);
    },
    async resolve(text, signal): Promise<Resolution> {
      const found = await planned(text, { signal });
      if (!found) throw new TargetError("syntax_error", "The command cannot be read");
      return resolutionOf(found.plan, found.namespace, sealWork(found.plan));
    },
    async plan(text, { signal, files }): Promise<Planned> {
      const started = performance.now();
      const found = await planned(text, { signal, files });
      if (!found) throw new TargetError("syntax_error", "The command cannot be read");
      const work = sealWork(found.plan);
      return {
        impact: await plannedImpact(openClusterView(await cluster(), { signal }), text, found.plan, started),
        resolution: resolutionOf(found.plan, found.namespace, work),
        ...(work === undefined ? {} : { work }),
      };
    },
    async schema(signal): Promise<SchemaTree> {
      return objectTree(await cluster(), signal);
    },
    async execute(request: ExecuteRequest, sink: ExecuteSink, signal): Promise<ExecuteOutcome> {
      return execute({ cluster: await cluster(), program: await kubectl() }, request, sink, signal);
    },
    async close() {
      objects.close();
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
