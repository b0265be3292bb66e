import { randomBytes } from "node:crypto";
import { TargetError, type ObjectExplorer, type ObjectPlace } from "@interlock/connector";
import type { Json, KubeObject } from "@interlock/kube-model";
import type { ObjectCount, ObjectKind, ObjectsChange } from "@interlock/protocol";
import type { Cluster } from "../cluster/cluster.ts";
import { TypeSchema } from "../gate/type-schema.ts";
import { Upstream } from "../gate/upstream.ts";
import { discover } from "../impact/discovery.ts";
import { keyOfType, type ResourceType, type ResourceTypes } from "../impact/resource-types.ts";
import { KindWatch, type WatchTimes } from "./kind-watch.ts";
import { editOf } from "./object-edit.ts";
import { kindSchema } from "./object-schema.ts";
import { ObjectSource } from "./object-source.ts";
import { masked, objectText } from "./object-text.ts";

/** What a cluster serves is asked for again after this long: definitions come and go. In milliseconds. */
const TYPES_MS = 15_000;
/** Counts are shared this long, so that a room full of people who look at one namespace asks once. In milliseconds. */
const COUNTS_MS = 2_000;
/** A stream that nobody looks at ends after this long: a page that reconnects comes back. In milliseconds. */
const LINGER_MS = 2_000;
/** Counts under way at a time. */
const AT_A_TIME = 8;

export interface ExplorerOptions extends Partial<WatchTimes> {
  lingerMs?: number;
}

/** Opens the objects of a cluster for looking at. Everything goes by the gate's way to the cluster, which can only read. */
export function openExplorer(
  cluster: () => Promise<Cluster & { readonly namespace?: string }>,
  options: ExplorerOptions = {},
): ObjectExplorer & { close(): void } {
  const watches = new Map<string, SharedWatch>();
  const fingerprintKey = randomBytes(32);
  let closed = false;
  let known: { at: number; types: Promise<ResourceTypes> } | undefined;
  const counts = new Map<string, { at: number; counted: Promise<ObjectCount[]> }>();
  const documents = new Map<string, { hash: string; document: Promise<Json> }>();

  const types = (): Promise<ResourceTypes> => {
    if (known !== undefined && performance.now() - known.at < TYPES_MS) return known.types;
    const asked = cluster().then((to) => {
      const upstream = new Upstream(to);
      return discover((path, accept) => upstream.read({ kind: "plain", path }, new Map(), accept));
    });
    const mine = { at: performance.now(), types: asked };
    known = mine;
    asked.catch(() => void (known === mine && (known = undefined)));
    return asked;
  };
  const typeOf = async (kind: string): Promise<ResourceType> => {
    const found = (await types().catch(unanswered)).find(kind);
    if (found === undefined) throw new TargetError("not_found", `The cluster serves no ${kind.replace(/^\//, "")}.`);
    return found;
  };
  const document = async (type: ResourceType, signal: AbortSignal): Promise<Json> => {
    const upstream = new Upstream(await cluster());
    const path = type.group === "" ? `api/${type.version}` : `apis/${type.group}/${type.version}`;
    const index = await upstream.read({ kind: "plain", path: "/openapi/v3" }, new Map(), "application/json", signal);
    const url: Json = index.status === 200 ? index.body["paths"]?.[path]?.["serverRelativeURL"] : undefined;
    // The address holds a hash of what is served there: it is read again when that changes.
    const hash = typeof url === "string" ? url : "";
    const kept = documents.get(path);
    if (kept !== undefined && kept.hash === hash && hash !== "") return kept.document;
    const asked = upstream
      .read({ kind: "plain", path: `/openapi/v3/${path}` }, new Map(), "application/json", signal)
      .then(({ status, body }) => (status === 200 ? (body as Json) : undefined));
    documents.set(path, { hash, document: asked });
    asked.catch(() => documents.delete(path));
    return asked;
  };
  const live = async ({ kind, namespace, name }: ObjectPlace, signal: AbortSignal): Promise<{ type: ResourceType; object: KubeObject }> => {
    const type = await typeOf(kind);
    const { group, version, resource } = type;
    const target = { kind: "resource" as const, group, version, resource, name, ...(namespace === undefined ? {} : { namespace }) };
    const { status, body } = await new Upstream(await cluster()).read(target, new Map(), "application/json", signal);
    if (status === 200) return { type, object: masked({ apiVersion: apiVersionOf(type), kind: type.kind, ...body }, fingerprintKey) };
    const said = typeof body["message"] === "string" ? body["message"] : `The cluster answered ${status}.`;
    if (status === 404) throw new TargetError("not_found", said);
    throw new TargetError(status === 401 || status === 403 ? "forbidden" : "target_down", said);
  };

  /** The one stream of a kind, of one namespace where the whole may not be listed. */
  const watchOf = (kind: string, namespace: string | undefined): SharedWatch => {
    const key = `${kind} ${namespace ?? ""}`;
    const found = watches.get(key);
    if (found !== undefined) return found;
    const open = async (): Promise<ObjectSource> => new ObjectSource(await cluster(), await typeOf(kind), namespace);
    const made = new SharedWatch(new KindWatch(opening(open), options), options.lingerMs ?? LINGER_MS, () => watches.delete(key));
    watches.set(key, made);
    return made;
  };

  return {
    async kinds() {
      const { all, failed } = await types().catch(unanswered);
      const { namespace } = await cluster();
      const own = namespace === undefined ? {} : { namespace };
      return { kinds: browsable(all).map(kindOf), failed: failed.map((one) => ({ ...one })), ...own };
    },
    counts(namespace, signal) {
      const key = namespace ?? "";
      const kept = counts.get(key);
      if (kept !== undefined && performance.now() - kept.at < COUNTS_MS) return kept.counted;
      const counted = (async () => {
        const to = await cluster();
        const wanted = browsable((await types().catch(unanswered)).all).filter(
          ({ namespaced }) => namespaced === (namespace !== undefined),
        );
        return inTurns(wanted, AT_A_TIME, (type) => countOf(new ObjectSource(to, type, namespace), keyOfType(type), signal));
      })();
      counts.set(key, { at: performance.now(), counted });
      counted.catch(() => counts.delete(key));
      for (const [old, { at }] of counts) if (performance.now() - at > COUNTS_MS) counts.delete(old);
      return counted;
    },
    follow(kind, namespace, told) {
      if (closed) throw new TargetError("cancelled", "The connection is closed.");
      const whole = watchOf(kind, undefined);
      // Who may not list a kind everywhere may be allowed to in the namespace that is asked for.
      let narrow: { close(): void } | undefined;
      let ended = false;
      const tell = (change: ObjectsChange): void => {
        if (ended || narrow !== undefined) return;
        if (change.phase === "refused" && namespace !== undefined) narrow = watchOf(kind, namespace).follow(undefined, told);
        else told(change);
      };
      const wide = whole.follow(namespace, tell);
      return {
        close() {
          ended = true;
          wide.close();
          narrow?.close();
        },
      };
    },
    async read(place, signal) {
      return objectText((await live(place, signal)).object);
    },
    async schema(kind, signal) {
      const type = await typeOf(kind);
      return kindSchema(await document(type, signal), type.group, type.version, type.kind);
    },
    async edit(place, { base, text, force, shown }, signal) {
      const { type, object } = await live(place, signal);
      const schema = TypeSchema.find(await document(type, signal), type.group, type.version, type.kind);
      const resource = type.group === "" ? type.resource : `${type.resource}.${type.version}.${type.group}`;
      return editOf({ live: object, base, text, force, schema, resource, shown });
    },
    close() {
      closed = true;
      for (const watch of watches.values()) watch.stop();
      watches.clear();
    },
  };
}

/** A watch that ends a while after the last who looked has left. */
class SharedWatch {
  readonly #watch: KindWatch;
  readonly #lingerMs: number;
  readonly #ended: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(watch: KindWatch, lingerMs: number, ended: () => void) {
    this.#watch = watch;
    this.#lingerMs = lingerMs;
    this.#ended = ended;
  }

  follow(namespace: string | undefined, told: (change: ObjectsChange) => void): { close(): void } {
    clearTimeout(this.#timer);
    const following = this.#watch.follow(namespace, told);
    return {
      close: () => {
        following.close();
        if (this.#watch.followers > 0) return;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => {
          this.stop();
          this.#ended();
        }, this.#lingerMs).unref();
      },
    };
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#watch.stop();
  }
}

/** A source that is opened by the list that begins with it: a cluster that could not be opened then may be there by the next time. */
function opening(open: () => Promise<ObjectSource>): Pick<ObjectSource, "list" | "watch"> {
  let opened: ObjectSource | undefined;
  return {
    async list(page, signal) {
      opened = await open();
      return opened.list(page, signal);
    },
    async *watch(version, signal) {
      yield* opened!.watch(version, signal);
    },
  };
}

/** Kinds that can be listed and followed, each once: where two groups serve the same objects the later one is left out. */
function browsable(all: readonly ResourceType[]): ResourceType[] {
  return all.filter(
    ({ group, resource, verbs }) =>
      verbs.includes("list") &&
      verbs.includes("watch") &&
      !(group === "events.k8s.io" && resource === "events" && all.some((other) => other.group === "" && other.resource === "events")),
  );
}

const apiVersionOf = ({ group, version }: ResourceType): string => (group === "" ? version : `${group}/${version}`);

const kindOf = (type: ResourceType): ObjectKind => ({
  key: keyOfType(type),
  apiVersion: apiVersionOf(type),
  kind: type.kind,
  plural: type.resource,
  namespaced: type.namespaced,
});

async function countOf(source: ObjectSource, kind: string, signal: AbortSignal): Promise<ObjectCount> {
  const counted = await source.count(signal);
  if (!("trouble" in counted)) return { kind, ...counted };
  // One that is served no more has none.
  return counted.trouble === "missing" ? { kind, count: 0 } : { kind, count: 0, refused: counted.why };
}

async function inTurns<T, R>(items: readonly T[], places: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: Math.min(places, items.length) }, worker));
  return results;
}

function unanswered(error: unknown): never {
  if (error instanceof TargetError) throw error;
  throw new TargetError("target_down", error instanceof Error ? `${error.message}.` : "The cluster does not tell what it serves.");
}
