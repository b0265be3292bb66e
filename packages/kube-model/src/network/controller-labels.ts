import type { Json, KubeObject } from "../json.ts";
import { labelOf, meets, type Labels } from "../label-selector.ts";
import type { Selector } from "./compiled-selector.ts";
import { isWorkload } from "./pod.ts";

const POD_NAME = "statefulset.kubernetes.io/pod-name";
/** From Kubernetes 1.28 on. */
const POD_INDEX = "apps.kubernetes.io/pod-index";
const JOB_NAMES = ["job-name", "batch.kubernetes.io/job-name"];
const JOB_UIDS = ["controller-uid", "batch.kubernetes.io/controller-uid"];
const JOB_INDEX = "batch.kubernetes.io/job-completion-index";
const REVISION = "controller-revision-hash";
const TEMPLATE_HASH = "pod-template-hash";
const GENERATION = "pod-template-generation";

/** Labels that controllers put on pods: nobody chooses them, and they are other ones after the next change. */
export const MADE_BY_CONTROLLERS: ReadonlySet<string> = new Set([
  TEMPLATE_HASH,
  REVISION,
  GENERATION,
  POD_NAME,
  POD_INDEX,
  ...JOB_UIDS,
  ...JOB_NAMES,
  JOB_INDEX,
]);

/** Stands for a value that only a cluster gives. No label can have it, so that no selector names it. */
const NOT_KNOWN = "?";

/** The labels that selectors go by, and what values of them they name. */
export type Named = ReadonlyMap<string, ReadonlySet<string>>;

/** Pods of one workload that those selectors do not tell apart. */
export interface Alike {
  labels: Labels;
  /** Absent where they are all that no selector names; then these labels are those of one of them. */
  ordinal?: number;
}

export function namedBy(selectors: Iterable<Selector>): Named {
  const named = new Map<string, Set<string>>();
  for (const { requirements } of selectors) {
    for (const { key, values } of requirements) {
      const known = named.get(key) ?? new Set<string>();
      named.set(key, known);
      for (const value of values) known.add(value);
    }
  }
  return named;
}

/**
 * The pods that a workload's template makes, with what its controller adds to their labels. Ordinals that nobody names are alike, so that
 * there are no more of them than selectors name, however many replicas. Of another object: its pods as they are written.
 */
export function alikeOf(object: KubeObject, written: Labels, named: Named): Alike[] {
  if (!isWorkload(object)) return [{ labels: written }];
  const unknown = Object.fromEntries(valuedByCluster(object).flatMap((key) => (named.has(key) ? [[key, NOT_KNOWN]] : [])));
  switch (String(object.kind)) {
    // What a template says of them itself a Job leaves as it is.
    case "Job":
      return [{ labels: { ...unknown, ...jobNames(object), ...written } }];
    case "CronJob":
      return [{ labels: { ...unknown, ...written } }];
    case "StatefulSet":
      return ordinalsOf(object, { ...written, ...unknown }, named);
    default:
      return [{ labels: { ...written, ...unknown } }];
  }
}

/** Keys of labels that a workload's controllers add and whose values are not to be told from its manifest. */
function valuedByCluster(object: KubeObject): string[] {
  const spec: Json = object["spec"] ?? {};
  switch (String(object.kind)) {
    case "Deployment":
      return [TEMPLATE_HASH];
    case "StatefulSet":
      return [REVISION];
    case "DaemonSet":
      return [REVISION, GENERATION];
    case "Job":
      return [...(marksPods(spec) ? JOB_UIDS : []), ...indexOf(spec)];
    case "CronJob": {
      const job: Json = spec["jobTemplate"]?.["spec"];
      return [...(marksPods(job) ? [...JOB_UIDS, ...JOB_NAMES] : []), ...indexOf(job)];
    }
    default:
      return [];
  }
}

/** A Job with a selector of its own leaves the labels to whoever wrote that. */
const marksPods = (job: Json): boolean => job?.["manualSelector"] !== true;
const indexOf = (job: Json): string[] => (job?.["completionMode"] === "Indexed" ? [JOB_INDEX] : []);

function jobNames(job: KubeObject): Labels {
  const name: Json = job.metadata?.name;
  return typeof name === "string" && marksPods(job["spec"]) ? Object.fromEntries(JOB_NAMES.map((key) => [key, name])) : {};
}

function ordinalsOf(set: KubeObject, labels: Labels, named: Named): Alike[] {
  if (!named.has(POD_NAME) && !named.has(POD_INDEX)) return [{ labels }];
  const prefix = `${String(set.metadata?.name)}-`;
  const numbers = [
    ...[...(named.get(POD_NAME) ?? [])].filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)),
    ...(named.get(POD_INDEX) ?? []),
  ];
  const ordinals = new Set(numbers.filter((one) => hasOrdinal(set, one)).map(Number));
  const labelled = (ordinal: number): Labels => ({ ...labels, [POD_NAME]: `${prefix}${ordinal}`, [POD_INDEX]: String(ordinal) });
  let other = firstOrdinal(set);
  while (ordinals.has(other)) other++;
  return [
    ...[...ordinals].toSorted((left, right) => left - right).map((ordinal) => ({ ordinal, labels: labelled(ordinal) })),
    ...(hasOrdinal(set, String(other)) || ordinals.size === 0 ? [{ labels: labelled(other) }] : []),
  ];
}

/** Whether a StatefulSet makes a pod of that number. */
export function hasOrdinal(set: KubeObject, number: string): boolean {
  if (!/^(0|[1-9]\d*)$/.test(number) || !Number.isSafeInteger(Number(number))) return false;
  const first = firstOrdinal(set);
  return Number(number) >= first && Number(number) < first + Number(set["spec"]?.["replicas"] ?? 1);
}

const firstOrdinal = (set: KubeObject): number => Number(set["spec"]?.["ordinals"]?.["start"] ?? 0);

/** Whether a template's pod is one of those of a StatefulSet that no selector names. */
export const standsForOthers = (name: string, labels: Labels): boolean => {
  const own = labelOf(labels, POD_NAME);
  return own !== undefined && !name.startsWith(own);
};

/** Labels that are not known and by whose values it goes whether a selector selects a pod; none where its other labels tell already. */
export function openIn({ requirements }: Selector, labels: Labels): string[] {
  const open = requirements.filter(({ key, operator }) => labelOf(labels, key) === NOT_KNOWN && /^(Not)?In$/.test(operator));
  return requirements.every((one) => open.includes(one) || meets(one, labels)) ? open.map(({ key }) => key) : [];
}
