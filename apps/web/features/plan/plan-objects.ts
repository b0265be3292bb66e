import {
  clusterOperation,
  kubernetesObject,
  type Cascade,
  type ClusterOperation,
  type Impact,
  type KubernetesObject,
  type Statement,
} from "@interlock/protocol";

/** What becomes of an object, gravest first. */
export const FATES = ["goes", "ends", "restarts", "changes", "made"] as const;
export type Fate = (typeof FATES)[number];

/** One object that a plan touches, through a write of its own (`named`) or because something else is written. */
export interface PlanObject extends KubernetesObject {
  /** As the impact names it. */
  text: string;
  fate: Fate;
  named: boolean;
  /** What leads to it; empty of what is named. */
  via: readonly string[];
  depth: number;
  /** Data that is lost with it, in words. */
  dataLoss?: string;
}

/** Whether a text is one of a cluster: its statements are API requests, or the lines of kubectl that make none. */
export const isPlan = ({ statements }: Pick<Impact, "statements">): boolean =>
  statements.some(({ request, text }) => request !== undefined || /^kubectl\b/u.test(text));

/** The statements of a plan that write, in the order in which they are sent. */
export const plannedWrites = ({ statements }: Pick<Impact, "statements">): Statement[] =>
  statements.filter(({ request }) => request !== undefined);

/** What a write does to the object it names. */
export const writeOperation = ({ request, effect, before }: Statement): ClusterOperation =>
  clusterOperation(request ?? { method: "GET" }, effect, before !== undefined);

const FATE_OF: Record<ClusterOperation, Fate> = { create: "made", update: "changes", delete: "goes", connect: "changes" };

/** Of a change: its pods are made anew, or are too many. */
const LEADS_TO: Record<string, Fate> = { template: "restarts", replicas: "ends", taint: "ends" };

const fateOf = ({ effect, via }: Cascade): Fate => (effect === "modify" ? "changes" : (LEADS_TO[via[0] ?? ""] ?? "goes"));

/** Every object once, with the gravest that happens to it: what is named first, then what follows, in the order of the plan. */
export function planObjects(impact: Pick<Impact, "statements">): PlanObject[] {
  const found = new Map<string, PlanObject>();
  const add = (text: string, object: Omit<PlanObject, "text" | keyof KubernetesObject>): void => {
    const known = found.get(text);
    if (known === undefined) {
      const read = kubernetesObject(text) ?? { apiVersion: "", kind: "", name: text };
      found.set(text, { text, ...read, ...object });
      return;
    }
    known.named ||= object.named;
    if (FATES.indexOf(object.fate) < FATES.indexOf(known.fate)) known.fate = object.fate;
    if (object.dataLoss !== undefined) known.dataLoss ??= object.dataLoss;
  };
  const writes = plannedWrites(impact);
  for (const statement of writes) {
    // A token is handed out; its account stays what it is.
    if (statement.token !== undefined) continue;
    const fate = FATE_OF[writeOperation(statement)];
    for (const { object, dataLoss } of statement.effects)
      add(object, { fate, named: true, via: [], depth: 0, ...(dataLoss === undefined ? {} : { dataLoss }) });
  }
  for (const { cascades } of writes) {
    for (const cascade of cascades) {
      const { object, via, depth, dataLoss } = cascade;
      add(object, { fate: fateOf(cascade), named: false, via, depth, ...(dataLoss === undefined ? {} : { dataLoss }) });
    }
  }
  return [...found.values()];
}

/** Of what loses data: whether that is sure. It is only possible where what decides it could not be read. */
export const losesSurely = ({ dataLoss = "" }: PlanObject): boolean => !/\bpossible\b/u.test(dataLoss);

/** What stands for data outside the cluster, by its kind; a claim or snapshot stands for what could not be read. */
const DATA = [
  { one: "volume", many: "volumes", kinds: ["PersistentVolume", "PersistentVolumeClaim"] },
  { one: "snapshot", many: "snapshots", kinds: ["VolumeSnapshotContent", "VolumeSnapshot"] },
] as const;

const ofData = ({ kind }: PlanObject): (typeof DATA)[number] =>
  DATA.find(({ kinds }) => (kinds as readonly string[]).includes(kind)) ?? DATA[0];

/** What loses data, volumes first; only what there is. */
export const lostByKind = (lost: readonly PlanObject[]): { of: (typeof DATA)[number]; objects: PlanObject[] }[] =>
  DATA.map((of) => ({ of, objects: lost.filter((object) => ofData(object) === of) })).filter(({ objects }) => objects.length > 0);

/** It is told by its data: as an object it goes with its claim or snapshot. */
const isData = ({ kind }: PlanObject): boolean => DATA.some(({ kinds }) => kinds[0] === kind);

/** What goes, as people count it. */
export interface Going {
  /** Without volumes and snapshots that go with their data, and without the one thing that the command names where more goes with it. */
  gone: PlanObject[];
  /** Volumes and snapshots, or claims where their volumes could not be read, whose data is lost or may be. */
  lost: PlanObject[];
  /** What the command itself deletes. */
  named: PlanObject[];
}

export function going(objects: readonly PlanObject[]): Going {
  const all = objects.filter(({ fate }) => fate === "goes");
  const named = all.filter((object) => object.named);
  const alone = named.length === 1 && all.length > 1 ? named[0] : undefined;
  const lost = objects.filter(({ dataLoss }) => dataLoss !== undefined);
  return { gone: all.filter((object) => object !== alone && !(isData(object) && lost.includes(object))), lost, named };
}

/** The figure of the headline: what goes, where something goes, else what is touched. */
export function countOf(impact: Pick<Impact, "statements">): number {
  const objects = planObjects(impact);
  return going(objects).gone.length || objects.length;
}
