import { StringDecoder } from "node:string_decoder";
import { TargetError } from "@interlock/connector";
import { isRecord, itemsOf, type Json } from "@interlock/kube-model";
import type { ObjectEntry } from "@interlock/protocol";
import type { Cluster } from "../cluster/cluster.ts";
import { wholeText } from "../cluster/whole-text.ts";
import { Upstream } from "../gate/upstream.ts";
import type { ResourceType } from "../impact/resource-types.ts";

/** Objects of one page of a list. */
const PAGE = 500;
/** The server ends a watch after this long, in seconds; it is begun again where it ended. A connection that died in silence ends with it. */
const WATCH_S = 240;
/** Longest event, in characters: an object is at most 3 MiB, its metadata less. */
const EVENT_CHARS = 8 * 1024 * 1024;

/** Most bytes of one page; 500 objects of which somebody filled all the annotations (256 KiB each) are less. */
const PAGE_BYTES = 256 * 1024 * 1024;

const LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
const WATCH = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/** `refused`: with the server's words; `expired`: what was asked from is known no more (410 Gone); `missing`: the kind is not served. */
export type Trouble = { trouble: "refused" | "missing" | "expired" | "failed"; why: string };

export type WatchEvent = { type: "put"; entry: ObjectEntry } | { type: "gone"; uid: string } | { type: "version"; version: string };

/** Lists and follows objects of one kind by their metadata. Goes by the gate's way to the cluster, which cannot write. */
export class ObjectSource {
  readonly #upstream: Upstream;
  readonly #type: ResourceType;
  readonly #namespace: string | undefined;

  constructor(cluster: Cluster, type: ResourceType, namespace: string | undefined) {
    this.#upstream = new Upstream(cluster);
    this.#type = type;
    this.#namespace = namespace;
  }

  /** Page by page; `page` is told what a page holds. Resolves to the version to watch from. */
  async list(page: (entries: ObjectEntry[]) => void, signal: AbortSignal): Promise<{ version: string } | Trouble> {
    let query = new Map([["limit", String(PAGE)]]);
    for (;;) {
      const { status, body } = await this.#read(query, signal);
      const trouble = troubleOf(status, body);
      if (trouble !== undefined) return trouble;
      const items = itemsOf(body) ?? [];
      page(items.flatMap(entryOf));
      const next: Json = body["metadata"]?.["continue"];
      if (typeof next !== "string" || next === "") return { version: String(body["metadata"]?.["resourceVersion"] ?? "") };
      query = new Map([
        ["limit", String(PAGE)],
        ["continue", next],
      ]);
    }
  }

  /** How many there are: one object is asked for, and the server says how many more it has. */
  async count(signal: AbortSignal): Promise<{ count: number; more?: boolean } | Trouble> {
    const { status, body } = await this.#read(new Map([["limit", "1"]]), signal);
    const trouble = troubleOf(status, body);
    if (trouble !== undefined) return trouble;
    const here = Array.isArray(body["items"]) ? body["items"].length : 0;
    const left: Json = body["metadata"]?.["remainingItemCount"];
    if (typeof left === "number") return { count: here + left };
    return body["metadata"]?.["continue"] ? { count: here, more: true } : { count: here };
  }

  /** Events since `version`. Ends when the server does; the last thing it yields may be a trouble. Rejects with TargetError when cut off. */
  async *watch(version: string, signal: AbortSignal): AsyncGenerator<WatchEvent | Trouble> {
    const query = new Map([
      ["watch", "true"],
      ["resourceVersion", version],
      ["allowWatchBookmarks", "true"],
      ["timeoutSeconds", String(WATCH_S)],
    ]);
    const silence = AbortSignal.any([signal, AbortSignal.timeout((WATCH_S + 30) * 1000)]);
    const { status, body } = await this.#upstream.open(this.#target(), query, WATCH, silence);
    if (status !== 200) {
      yield (
        troubleOf(status, jsonOf(await wholeText(body, PAGE_BYTES, silence))) ?? {
          trouble: "failed",
          why: `the cluster answered ${status}`,
        }
      );
      return;
    }
    // It has answered, though nothing may happen for a long while.
    yield { type: "version", version };
    for await (const line of linesOf(body)) {
      const event = parsed(line);
      const object: Json = event?.["object"];
      if (event?.["type"] === "ERROR") {
        yield troubleOf(Number(object?.["code"] ?? 500), object) ?? { trouble: "failed", why: "the watch failed" };
        return;
      }
      if (event?.["type"] === "BOOKMARK") yield { type: "version", version: String(object?.["metadata"]?.["resourceVersion"] ?? version) };
      else if (event?.["type"] === "DELETED") {
        const [entry] = entryOf(object);
        if (entry !== undefined) {
          yield { type: "gone", uid: entry.uid };
          yield { type: "version", version: entry.version };
        }
      } else for (const entry of entryOf(object)) yield { type: "put", entry };
    }
  }

  /** Parsed the quick way: no number of a list is ever sent again. */
  async #read(query: ReadonlyMap<string, string>, signal: AbortSignal): Promise<{ status: number; body: Json }> {
    const { status, body } = await this.#upstream.open(this.#target(), query, LIST, signal);
    const text = await wholeText(body, PAGE_BYTES, signal);
    return { status, body: status < 300 ? parsed(text) : jsonOf(text) };
  }

  #target() {
    const { group, version, resource } = this.#type;
    const namespace = this.#namespace === undefined ? {} : { namespace: this.#namespace };
    return { kind: "resource" as const, group, version, resource, ...namespace };
  }
}

/** Names, labels and times; nothing else of an object is kept. */
function entryOf(object: Json): ObjectEntry[] {
  const metadata: Json = object?.["metadata"];
  if (!isRecord(metadata) || typeof metadata["name"] !== "string") return [];
  const { uid, name, namespace, labels, creationTimestamp, resourceVersion, deletionTimestamp } = metadata;
  return [
    {
      uid: String(uid ?? `${namespace ?? ""}/${name}`),
      name,
      ...(typeof namespace === "string" && namespace !== "" ? { namespace } : {}),
      labels: isRecord(labels) ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])) : {},
      at: String(creationTimestamp ?? ""),
      version: String(resourceVersion ?? ""),
      ...(deletionTimestamp === undefined || deletionTimestamp === null ? {} : { terminating: true }),
    },
  ];
}

function troubleOf(status: number, body: Json): Trouble | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said: Json = body?.["message"];
  const why = typeof said === "string" && said !== "" ? said.slice(0, 500) : `the cluster answered ${status}`;
  if (status === 401 || status === 403) return { trouble: "refused", why };
  if (status === 404 || status === 405) return { trouble: "missing", why };
  if (status === 410) return { trouble: "expired", why };
  return { trouble: "failed", why };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new TargetError("target_down", "The cluster sent something that is not JSON.");
  }
}

/** Of an answer that says what is wrong; undefined where that is no JSON. */
function jsonOf(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of body) {
    const parts = (rest + decoder.write(chunk)).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) if (line.trim() !== "") yield line;
    if (rest.length > EVENT_CHARS) throw new TargetError("target_down", "An event of the cluster is too large.");
  }
}
