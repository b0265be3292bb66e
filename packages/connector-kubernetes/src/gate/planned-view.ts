import type { Json, KubeObject } from "@interlock/kube-model";
import type { Accepted, Form } from "./accept.ts";
import { jsonBody } from "./body.ts";
import { askAbout } from "./ask-about.ts";
import { scaleOf } from "./foresee-scale.ts";
import { keyOfTarget, objectTarget, type PlanView } from "./foreseen.ts";
import { inVersion } from "./other-version.ts";
import type { PlannedObject } from "./overlay.ts";
import { plannedType } from "./planned-types.ts";
import { plannedMatches, untouched } from "./planned-list.ts";
import type { ResourceTarget } from "./request-target.ts";
import { queryMatcher } from "./selectors.ts";
import { failure, notFound, type Answer } from "./status.ts";

/** What the plan makes of a single object that is read; undefined when it does not touch it and the cluster should answer. */
export async function plannedObject(view: PlanView, target: ResourceTarget, accepted: Accepted): Promise<Answer | undefined> {
  const { group, resource, namespace, subresource } = target;
  const name = target.name!;
  const planned = view.overlay.find(keyOfTarget(target));
  if (planned === undefined) {
    const nowhere = view.overlay.isEmptied(namespace) || plannedType(view.overlay, target) !== undefined;
    return nowhere ? notFound(group, resource, name) : undefined;
  }
  if (planned.object === undefined) return notFound(group, resource, name);
  // Logs and the like are the cluster's own, which says best that there are none yet.
  if (subresource !== undefined && subresource !== "scale" && subresource !== "status") return undefined;
  const versioned = await inVersion(view, { ...planned, object: planned.object }, target.version);
  if (!versioned.ok) return versioned.answer;
  const { object } = versioned.planned;
  if (subresource === "scale") return { status: 200, body: scaleOf(object, await view.facts.replicasPath(target)) };
  return { status: 200, body: await shape(view, objectTarget(target), versioned.planned, accepted) };
}

/** An object in the form the client likes best. */
export async function shape(
  view: PlanView,
  target: ResourceTarget,
  planned: PlannedObject & { object: KubeObject },
  accepted: Accepted,
): Promise<KubeObject> {
  const { form, version } = accepted.forms[0] ?? { form: "plain", version: "" };
  if (form === "plain") return planned.object;
  if (form === "metadata") return metadataOnly(planned.object, version);
  return tableOf(view, { ...target, name: planned.name }, planned, accepted, version);
}

function metadataOnly(object: KubeObject, version: string): KubeObject {
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version || "v1"}`, metadata: object.metadata };
}

/** A table of one row: the server prints the answer to a dry run as it prints a read. Where it does not, name and age are printed here. */
async function tableOf(
  view: PlanView,
  target: ResourceTarget,
  planned: PlannedObject & { object: KubeObject },
  accepted: Accepted,
  version: string,
): Promise<KubeObject> {
  const row = { object: { ...metadataOnly(planned.object, "v1") } };
  const namespaced = planned.namespace === undefined ? target : { ...target, namespace: planned.namespace };
  const request = { method: "PUT" as const, target: namespaced, query: new Map<string, string>(), body: jsonBody(planned.object) };
  const { answer } = await askAbout(view, request, planned, accepted.header);
  const printed: Json = answer.status < 300 && answer.body.kind === "Table" ? answer.body["rows"]?.[0] : undefined;
  if (Array.isArray(printed?.cells)) {
    const columns: Json[] = Array.isArray(answer.body["columnDefinitions"]) ? answer.body["columnDefinitions"] : [];
    const at = columns.findIndex((column) => column.name === "Name");
    const cells = printed.cells.map((cell: Json, index: number) => (index === at ? planned.name : cell));
    return { ...answer.body, rows: [{ ...printed, ...row, cells }] };
  }
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${version || "v1"}`,
    metadata: {},
    columnDefinitions: [
      { name: "Name", type: "string", format: "name", description: "", priority: 0 },
      { name: "Age", type: "string", format: "", description: "", priority: 0 },
    ],
    rows: [{ cells: [planned.name, "0s"], ...row }],
  };
}

const placeOf = (metadata: KubeObject["metadata"]): string => `${String(metadata?.namespace ?? "")}/${String(metadata?.name ?? "")}`;

/** One page of a list with what the plan took out of it and, on the last page, what the plan put there. */
export async function plannedPage(
  view: PlanView,
  target: ResourceTarget,
  query: ReadonlyMap<string, string>,
  accepted: Accepted,
  page: KubeObject,
): Promise<Answer> {
  const matches = queryMatcher(query);
  if (matches === undefined) return failure(400, "the selector is not understood");
  const last = !page.metadata?.continue;
  const planned: (PlannedObject & { object: KubeObject })[] = [];
  for (const one of last ? plannedMatches(view.overlay, target, matches) : []) {
    const versioned = await inVersion(view, one, target.version);
    if (!versioned.ok) return versioned.answer;
    planned.push(versioned.planned);
  }
  const single = last && query.get("continue") === undefined;
  const { remainingItemCount: _count, ...metadata } = (page.metadata ?? {}) as Record<string, Json>;
  if (page.kind === "Table") {
    const rows: Json[] = Array.isArray(page["rows"]) ? page["rows"] : [];
    const kept = untouched(view.overlay, target, rows, (row) => row?.object?.metadata ?? {});
    const tables: KubeObject[] = [];
    for (const one of planned) tables.push(await shape(view, target, one, { ...accepted, forms: [{ form: "table", version: "v1" }] }));
    const listed: Json[] = Array.isArray(page["columnDefinitions"]) ? page["columnDefinitions"] : [];
    const columns: Json[] = listed.length > 0 ? listed : (tables[0]?.["columnDefinitions"] ?? []);
    const all = [...kept, ...tables.map((table) => fitted(table, columns))];
    if (single) all.sort((left, right) => (placeOf(left.object?.metadata) < placeOf(right.object?.metadata) ? -1 : 1));
    return { status: 200, body: { ...page, metadata, columnDefinitions: columns, rows: all } };
  }
  const items: KubeObject[] = Array.isArray(page["items"]) ? page["items"] : [];
  const kept = untouched(view.overlay, target, items, (item) => item.metadata);
  const form: Form = page.kind?.startsWith("PartialObjectMetadata") === true ? "metadata" : "plain";
  const added = planned.map((one) => (form === "metadata" ? metadataOnly(one.object, "v1") : one.object));
  const all = [...kept, ...added];
  if (single && added.length > 0) all.sort((left, right) => (placeOf(left.metadata) < placeOf(right.metadata) ? -1 : 1));
  return { status: 200, body: { ...page, metadata, items: all } };
}

/** The row of a table with other columns, by their names. */
function fitted(table: KubeObject, columns: readonly Json[]): Json {
  const own: Json[] = Array.isArray(table["columnDefinitions"]) ? table["columnDefinitions"] : [];
  const row: Json = table["rows"]?.[0];
  const cells = columns.map((column) => row.cells[own.findIndex((other) => other.name === column.name)] ?? "<none>");
  return { ...row, cells };
}
