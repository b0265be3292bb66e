import type { Json } from "@interlock/kube-model";
import { bareStatement, type Statement } from "@interlock/protocol";
import type { PlannedWrite } from "../gate/planned-write.ts";
import { isReleased } from "../gate/finalizers.ts";
import { readablePlaceholders } from "../gate/secret-values.ts";
import { ONE, remark, type Analysis } from "./analysis.ts";
import { analyseChange } from "./change.ts";
import { connectionsOf, type ConnectionChange } from "./connections.ts";
import type { ClusterView } from "./cluster-view.ts";
import { analyseDelete, analyseRelease } from "./deletion.ts";
import { plainJson, shown, yamlDiff } from "./diff.ts";
import { analyseFinalize } from "./finalize.ts";
import { load } from "./load.ts";
import { keyOfType, objectName } from "./resource-types.ts";
import { applyChange } from "./rules/breaks.ts";
import { rightsBefore, rightsChange } from "./rights-change.ts";
import { analyseToken, asksForToken, lifetimeText } from "./token.ts";
import { actOf, inWorld, targetIn, typeOf } from "./target.ts";
import type { World } from "./world.ts";

export interface ImpactOfOptions {
  /** Where in the analysed text a write comes from (UTF-16 units, end exclusive). Default: nowhere. */
  source?: (write: PlannedWrite) => { start: number; end: number; text: string };
}

export interface KubernetesImpact {
  /** One for each write, in order. */
  statements: Statement[];
  /** What could not be told, in words. */
  warnings: string[];
  /** False when anything that the statements rest on could not be read. */
  complete: boolean;
  /** Every connection that the writes let through or block, one by one; the statements' `breaks` tell them shortly. */
  connections(): ConnectionChange[];
}

/**
 * What planned writes would do to a cluster beyond what they name. Each is worked out on what those before it leave. Reads only. Rejects
 * with TargetError when the cluster does not answer or the view's signal is aborted.
 */
export async function impactOf(
  view: ClusterView,
  writes: readonly PlannedWrite[],
  options: ImpactOfOptions = {},
): Promise<KubernetesImpact> {
  const { world, missing } = await load(view, writes);
  const unserved = world.types.failed.map(({ group }) => group);
  const taken = new Set<string>();
  const statements = writes.map((write, index) => {
    const statement = statementOf(world, write, index, unserved, options);
    if (write.before !== undefined && taken.has(nameIn(world, write))) statement.risks.push(TAKEN);
    for (const { object, effect } of statement.cascades) if (effect === "delete") taken.add(object);
    return statement;
  });
  // Told with the last write: what the writes that were too many to be compared one by one come to.
  const changed = connectionsOf(world);
  const last = statements.at(-1);
  if (last !== undefined) last.breaks = [...(last.breaks ?? []), ...changed.rest()];
  return { statements, warnings: missing, complete: missing.length === 0, connections: () => changed.each() };
}

/** Collectors work beside the plan: they may be faster than it or not. */
const TAKEN = remark(
  "taken_before",
  "warning",
  "An earlier write of the plan takes it along. If it is gone by then, this write fails and those after it are not done.",
);

const NOTHING: Analysis = { cascades: [], breaks: [], risks: [], willFail: [], reversible: "no" };

/** Works out one write and makes it in the world. */
export function analyse(world: World, write: PlannedWrite, unserved: readonly string[]): Analysis {
  const target = targetIn(world, write);
  // A delete looks itself at what goes along.
  if (actOf(write) === "delete") return analyseAct(world, write, target, unserved);
  const made = write.after === undefined ? [] : [inWorld(world, write, write.after)];
  const rights = rightsBefore(world, target === undefined ? made : [target, ...made]);
  const analysis = analyseAct(world, write, target, unserved);
  const { risks, breaks } = rightsChange(world, rights, nameIn(world, write));
  return { ...analysis, risks: [...analysis.risks, ...risks], breaks: [...analysis.breaks, ...breaks] };
}

function analyseAct(world: World, write: PlannedWrite, target: ReturnType<typeof targetIn>, unserved: readonly string[]): Analysis {
  if (asksForToken(write)) return analyseToken(world, write);
  const { before, after } = write;
  switch (actOf(write)) {
    case "delete":
      if (target === undefined) return unseen("what it deletes could not be read");
      if (write.resource.subresource === "finalize") return analyseFinalize(world, target);
      return (isReleased(before, after) ? analyseRelease : analyseDelete)(world, write, target, unserved);
    case "create":
      return after === undefined
        ? NOTHING
        : {
            ...NOTHING,
            breaks: applyChange(world, { gone: [], made: [inWorld(world, write, after)] }),
            lost: RUNS.has(keyOfType(write.resource))
              ? [{ object: nameIn(world, write), why: "what it does until then stays", minor: true }]
              : [],
            reversible: "undo",
          };
    case "change":
      return target === undefined || before === undefined || after === undefined
        ? unseen("what it changes could not be read")
        : lasting(write, analyseChange(world, write, target, before, after));
    case "other":
      return unseen(OTHER[write.resource.subresource ?? ""] ?? "what it hands out or connects cannot be taken back");
  }
}

/** They do something once; what they did is not taken back with them. */
const RUNS = new Set(["/pods", "batch/jobs"]);

const OTHER: Record<string, string> = {
  binding: "a pod that was placed on a node cannot be placed again",
};

const unseen = (reversibleReason: string): Analysis => ({ ...NOTHING, reversibleReason });

/** Parts that controllers write: putting the old ones back would be a lie, or is not possible. */
function lasting(write: PlannedWrite, analysis: Analysis): Analysis {
  const { subresource } = write.resource;
  const reason =
    subresource === "approval"
      ? "a certificate that was issued stays valid until it expires"
      : subresource === "status"
        ? "a status is what a controller sees, and it will write it again"
        : subresource === "ephemeralcontainers"
          ? "an ephemeral container stays until its pod ends"
          : neverBack(write);
  return reason === undefined ? analysis : { ...analysis, reversible: "no", reversibleReason: reason };
}

/** Changes that the API server takes in one direction only. */
function neverBack({ resource, before, after }: PlannedWrite): string | undefined {
  const key = keyOfType(resource);
  if ((key === "/configmaps" || key === "/secrets") && after?.["immutable"] === true && before?.["immutable"] !== true)
    return "what is immutable cannot be changed back, only be deleted and made anew";
  const size = (object: typeof after): Json => object?.["spec"]?.["resources"]?.["requests"]?.["storage"];
  if (key === "/persistentvolumeclaims" && size(before) !== size(after)) return "a claim that has grown cannot be made smaller again";
  return undefined;
}

function nameIn(world: World, write: PlannedWrite): string {
  return objectName(typeOf(world.types, write), write.resource.namespace, write.resource.name ?? "");
}

function statementOf(world: World, write: PlannedWrite, index: number, unserved: readonly string[], options: ImpactOfOptions): Statement {
  const { method, path, resource, effect, before, after } = write;
  const type = typeOf(world.types, write);
  const object = nameIn(world, write);
  const place = options.source?.(write) ?? { start: 0, end: 0, text: `${method} ${path}` };
  const status = resource.subresource === "status" || resource.subresource === "approval";
  const part = resource.subresource === undefined ? "" : ` (${resource.subresource})`;
  const analysis = analyse(world, write, unserved);
  const { token } = analysis;
  const title =
    token === undefined
      ? `${VERBS[actOf(write)] ?? method.toLowerCase()} ${object}${part}`
      : `issue a token of ${resource.namespace ?? ""}/${resource.name ?? ""} for ${lifetimeText(token.seconds)}`;
  const diff = readablePlaceholders(yamlDiff(before, after, status));
  const json = (value: NonNullable<PlannedWrite["before"]>): Record<string, Json> =>
    JSON.parse(readablePlaceholders(JSON.stringify(plainJson(shown(value, true))))) as Record<string, Json>;
  return {
    ...bareStatement({ index, ...place, title, effect }),
    effects: [{ effect, object, kind: type.kind, rows: ONE, ...lossWith(analysis) }],
    cascades: analysis.cascades,
    willFail: analysis.willFail,
    risks: [...analysis.risks, ...write.warnings.map((message) => ({ code: "server_warning", severity: "warning" as const, message }))],
    reversible: analysis.reversible,
    ...(analysis.reversibleReason === undefined ? {} : { reversibleReason: analysis.reversibleReason }),
    ...(analysis.lost === undefined || analysis.lost.length === 0 ? {} : { lost: analysis.lost }),
    request: { method, path, ...(resource.subresource === undefined ? {} : { subresource: resource.subresource }) },
    ...(before === undefined ? {} : { before: json(before) }),
    ...(after === undefined ? {} : { after: json(after) }),
    ...(diff === "" ? {} : { diff }),
    breaks: analysis.breaks,
    ...(token === undefined ? {} : { token }),
  };
}

const lossWith = ({ effects: [own] = [] }: Analysis): { dataLoss?: string } =>
  own?.dataLoss === undefined ? {} : { dataLoss: own.dataLoss };

const VERBS: Record<string, string | undefined> = { create: "create", change: "change", delete: "delete", other: undefined };
