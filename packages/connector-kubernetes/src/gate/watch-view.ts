import type { Readable } from "node:stream";
import { isRecord, type Json, type KubeObject, parseJson } from "@interlock/kube-model";
import type { Accepted } from "./accept.ts";
import type { PlanView } from "./foreseen.ts";
import { inVersion } from "./other-version.ts";
import type { PlannedObject } from "./overlay.ts";
import { shape } from "./planned-view.ts";
import { plannedMatches, untouched } from "./planned-list.ts";
import type { ResourceTarget } from "./request-target.ts";
import type { Match } from "./selectors.ts";

export interface WatchOptions {
  view: PlanView;
  target: ResourceTarget;
  accepted: Accepted;
  matches: Match;
  /** The client has seen nothing yet and is told what there is. */
  fromStart: boolean;
  /** Changes of the plan up to here are known to the client. */
  seen: number;
  /** Masks what an event carries. */
  mask: (object: KubeObject) => KubeObject;
}

/** One event a line. A line longer than this is not of a watch. */
const LINE_LIMIT = 64 * 1024 * 1024;

/**
 * A watch as the plan would have it: the cluster's events without those of objects the plan has touched, and the plan's own changes among
 * them. `write` waits for room; nothing is taken from the cluster until it is done.
 */
export async function relayWatch(body: Readable, options: WatchOptions, write: (line: string) => Promise<void>): Promise<void> {
  const { view, target, mask } = options;
  let last: Promise<void> = Promise.resolve();
  const inOrder = (lines: () => Promise<string[]> | string[]): Promise<void> => {
    last = last.then(async () => {
      for (const line of await lines()) await write(line);
    });
    return last;
  };
  const stop = view.overlay.listen((planned) => {
    // A write that fails has closed the connection; the loop below ends by it.
    inOrder(() => eventsOf(options, planned)).catch(() => body.destroy());
  });
  try {
    await inOrder(() => opening(options));
    for await (const line of lines(body)) {
      await inOrder(() => {
        const event: Json = parseJson(line);
        const object: Json = event?.["object"];
        if (!isRecord(event) || !isRecord(object) || event["type"] === "BOOKMARK" || event["type"] === "ERROR") return [`${line}\n`];
        const kept = keptOf(options, target, object as KubeObject);
        return kept === undefined ? [] : [`${JSON.stringify({ ...event, object: mask(kept) })}\n`];
      });
    }
    await last;
  } finally {
    stop();
  }
}

/** The object of an event, or of a table's one row, unless the plan speaks for it. */
function keptOf(options: WatchOptions, target: ResourceTarget, object: KubeObject): KubeObject | undefined {
  const { overlay } = options.view;
  if (object.kind !== "Table") return untouched(overlay, target, [object], (item) => item.metadata)[0];
  const rows: Json[] = Array.isArray(object["rows"]) ? object["rows"] : [];
  const kept = untouched(overlay, target, rows, (row) => row?.object?.metadata ?? {});
  return kept.length === 0 && rows.length > 0 ? undefined : { ...object, rows: kept };
}

async function opening(options: WatchOptions): Promise<string[]> {
  const { view, target, matches } = options;
  if (options.fromStart) {
    const events: string[] = [];
    for (const planned of plannedMatches(view.overlay, target, matches)) events.push(await line(options, "ADDED", planned));
    return events;
  }
  const events: string[] = [];
  for (const planned of view.overlay.of(target.group, target.resource, target.namespace)) {
    if (planned.seq > options.seen) events.push(...(await eventsOf(options, planned)));
  }
  return events;
}

async function eventsOf(options: WatchOptions, planned: PlannedObject): Promise<string[]> {
  const { view, target, matches } = options;
  if (planned.group !== target.group || planned.resource !== target.resource) return [];
  if (target.namespace !== undefined && planned.namespace !== target.namespace) return [];
  if (planned.object === undefined) {
    // Only its name is left; a selector by labels cannot be asked any more, and a client that never saw it passes it over.
    const metadata = {
      name: planned.name,
      ...(planned.namespace === undefined ? {} : { namespace: planned.namespace }),
      ...(planned.live === undefined ? {} : { uid: planned.live.uid }),
      resourceVersion: view.overlay.nextResourceVersion(),
    };
    const kind = (await view.facts.kind(target)) ?? "";
    const apiVersion = target.group === "" ? target.version : `${target.group}/${target.version}`;
    const gone = { apiVersion, kind, metadata };
    return [await line(options, "DELETED", { ...planned, object: gone })];
  }
  if (!matches(planned.object)) return [];
  return [await line(options, planned.live === undefined ? "ADDED" : "MODIFIED", { ...planned, object: planned.object })];
}

async function line(options: WatchOptions, type: string, planned: PlannedObject & { object: KubeObject }): Promise<string> {
  const { view, target, accepted, mask } = options;
  const versioned = await inVersion(view, planned, target.version);
  if (!versioned.ok) return `${JSON.stringify({ type: "ERROR", object: versioned.answer.body })}\n`;
  const object = await shape(view, target, versioned.planned, accepted);
  return `${JSON.stringify({ type, object: mask(object) })}\n`;
}

async function* lines(body: Readable): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    let rest = chunk;
    for (let end = rest.indexOf(0x0a); end !== -1; end = rest.indexOf(0x0a)) {
      parts.push(rest.subarray(0, end));
      const whole = Buffer.concat(parts).toString("utf8");
      parts = [];
      size = 0;
      if (whole.trim() !== "") yield whole;
      rest = rest.subarray(end + 1);
    }
    if (rest.length === 0) continue;
    size += rest.length;
    if (size > LINE_LIMIT) throw new Error("an event of the watch is longer than the limit");
    parts.push(rest);
  }
}
