import { TargetError } from "@interlock/connector";
import { isRecord, itemsOf, type Json, type KubeObject, parseJson } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import { wholeText } from "../cluster/whole-text.ts";
import { writePath, writeQuery } from "../gate/request-target.ts";
import { discover } from "./discovery.ts";
import { kept } from "./kept.ts";
import { keyOfType, type ResourceType, type ResourceTypes } from "./resource-types.ts";
import { worldObject, type WorldObject } from "./world.ts";

/** What an impact asks of a cluster. It only reads. Rejects with TargetError when the cluster does not answer at all. */
export interface ClusterView {
  types(): Promise<ResourceTypes>;
  /** Names and ties of all objects of a type, of one namespace where one is given. */
  names(type: ResourceType, namespace?: string): Promise<Listed>;
  /** The same with what `kept.ts` keeps of them. */
  bodies(type: ResourceType, namespace?: string): Promise<Listed>;
  /** All objects of a type, whole, as they come. Rejects when they cannot be listed. Values of Secrets are as they are: never show them. */
  wholes(type: ResourceType, namespace?: string): AsyncIterable<KubeObject>;
  /** One object, whole; undefined when there is none. Values of Secrets are as they are: never show it. */
  read(type: ResourceType, namespace: string | undefined, name: string): Promise<KubeObject | undefined>;
}

/** `failure`: why the list is not all there is, in words. */
export interface Listed {
  objects: WorldObject[];
  failure?: string;
}

const PAGE = 250;
/** Lists under way at a time: enough to hide round trips, few enough that their pages fit into memory. */
const AT_A_TIME = 8;
const NAMES = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
/** A page of 500 objects of the size limit of etcd (1.5 MiB) would be more; nobody has those. */
const PAGE_LIMIT = 256 * 1024 * 1024;

export function openClusterView(cluster: Cluster, options: { signal?: AbortSignal } = {}): ClusterView {
  const turn = turnstile(AT_A_TIME);
  /** Lists are parsed the quick way: no number of theirs is sent again. */
  const get = (
    path: string,
    query: ReadonlyMap<string, string>,
    accept: string,
    parse = JSON.parse,
  ): Promise<{ status: number; body: Json }> =>
    turn(async () => {
      const { signal } = options;
      const response = await cluster.request({
        method: "GET",
        path,
        query: writeQuery(query),
        headers: { accept },
        ...(signal === undefined ? {} : { signal }),
      });
      return { status: response.status, body: jsonOf(await wholeText(response.body, PAGE_LIMIT, signal), parse) };
    });
  const list = async (type: ResourceType, namespace: string | undefined, whole: boolean): Promise<Listed> => {
    const { group, version, resource } = type;
    const path = writePath({ kind: "resource", group, version, resource, ...(namespace === undefined ? {} : { namespace }) });
    const key = keyOfType(type);
    const name = group === "" ? resource : `${resource}.${group}`;
    const where = namespace === undefined ? "" : ` of namespace ${namespace}`;
    const failed = (objects: WorldObject[], why: string): Listed => ({ objects, failure: `${name}${where} could not be listed: ${why}` });
    let objects: WorldObject[] = [];
    let query = new Map([["limit", String(PAGE)]]);
    // A snapshot that the server no longer has is listed anew, once and then in one piece.
    for (let anew = 0; ;) {
      const { status, body } = await get(path, query, whole ? "application/json" : NAMES);
      if (status === 410 && query.has("continue") && anew === 0) {
        anew++;
        objects = [];
        query = new Map();
        continue;
      }
      // A custom resource whose definition was deleted meanwhile, or a type that is listed but not kept.
      if (status === 404 || status === 405) return { objects };
      const items = isRecord(body) ? itemsOf(body) : undefined;
      if (status !== 200 || items === undefined) return failed(objects, `the cluster answered ${status}`);
      for (const item of items) objects.push(worldObject(type, item, whole ? kept(key, item) : undefined));
      const next: Json = body["metadata"]?.["continue"];
      if (typeof next !== "string" || next === "") return { objects };
      query = new Map([
        ["limit", String(PAGE)],
        ["continue", next],
      ]);
    }
  };
  async function* wholes(type: ResourceType, namespace: string | undefined): AsyncIterable<KubeObject> {
    const { group, version, resource } = type;
    const path = writePath({ kind: "resource", group, version, resource, ...(namespace === undefined ? {} : { namespace }) });
    let query = new Map([["limit", String(PAGE)]]);
    for (let anew = 0; ;) {
      const { status, body } = await get(path, query, "application/json", parseJson);
      // A snapshot that the server no longer has: all of it anew, in one piece and once. Whoever reads takes the last that is told of a name.
      if (status === 410 && query.has("continue") && anew++ === 0) {
        query = new Map();
        continue;
      }
      if (status === 404 || status === 405) return;
      if (status !== 200 || !isRecord(body) || !Array.isArray(body["items"]))
        throw new TargetError("target_down", `The cluster answered ${status} when it was asked for all ${resource}.`);
      yield* body["items"] as KubeObject[];
      const next: Json = body["metadata"]?.["continue"];
      if (typeof next !== "string" || next === "") return;
      query = new Map([
        ["limit", String(PAGE)],
        ["continue", next],
      ]);
    }
  }
  let types: Promise<ResourceTypes> | undefined;
  return {
    types: () => (types ??= discover((path, accept) => get(path, new Map(), accept))),
    names: (type, namespace) => list(type, namespace, false).catch((error: unknown) => failureOf(type, error)),
    bodies: (type, namespace) => list(type, namespace, true).catch((error: unknown) => failureOf(type, error)),
    wholes,
    read: async (type, namespace, name) => {
      const { group, version, resource } = type;
      const path = writePath({ kind: "resource", group, version, resource, name, ...(namespace === undefined ? {} : { namespace }) });
      const { status, body } = await get(path, new Map(), "application/json", parseJson);
      if (status === 200 && isRecord(body)) return body as KubeObject;
      if (status === 404) return undefined;
      throw new TargetError("target_down", `The cluster answered ${status} when it was asked for ${resource} "${name}".`);
    },
  };
}

/** One list that fails leaves the rest; being cancelled ends all. */
function failureOf(type: ResourceType, error: unknown): Listed {
  if (error instanceof TargetError && error.code === "cancelled") throw error;
  const why = error instanceof TargetError ? error.message.replace(/\.$/, "") : "the answer could not be read";
  return { objects: [], failure: `${type.resource}${type.group === "" ? "" : `.${type.group}`} could not be listed: ${why}` };
}

function jsonOf(text: string, parse: (text: string) => Json): Json {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** Lets at most `places` in at a time, first come first served. */
function turnstile(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
