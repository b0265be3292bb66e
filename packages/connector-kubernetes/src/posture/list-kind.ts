import { TargetError } from "@interlock/connector";
import { isRecord, itemsOf, type Json, type KubeObject } from "@interlock/kube-model";
import type { Cluster } from "../cluster/cluster.ts";
import { wholeText } from "../cluster/whole-text.ts";
import { Upstream } from "../gate/upstream.ts";
import type { ResourceType } from "../impact/resource-types.ts";

const PAGE = 500;
/** Most bytes of one page. */
const PAGE_BYTES = 256 * 1024 * 1024;
/** With the types of Secrets in a column and their metadata, and nothing of what they hold. */
const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";

/**
 * All objects of a kind, page by page; `keep` takes what is needed of each before the next page is read. Secrets are asked for as a table: their
 * values never leave the cluster. Resolves to why it could not be read, in words; undefined when it could.
 */
export async function listKind(
  cluster: Cluster,
  type: ResourceType,
  keep: (object: KubeObject) => void,
  signal: AbortSignal,
): Promise<string | undefined> {
  const upstream = new Upstream(cluster);
  const { group, version, resource } = type;
  const secret = group === "" && resource === "secrets";
  const name = group === "" ? resource : `${resource}.${group}`;
  const target = { kind: "resource" as const, group, version, resource };
  let next = "";
  for (let anew = 0; ;) {
    const query = new Map([
      ["limit", String(PAGE)],
      ...(next === "" ? [] : [["continue", next] as const]),
      ...(secret ? [["includeObject", "Metadata"] as const] : []),
    ]);
    let status: number;
    let body: Json;
    try {
      const response = await upstream.open(target, query, secret ? TABLE : "application/json", signal);
      status = response.status;
      body = parsed(await wholeText(response.body, PAGE_BYTES, signal));
    } catch (error) {
      // One list that fails leaves the others; nobody waiting any more ends all.
      if (!(error instanceof TargetError) || error.code === "cancelled") throw error;
      return `${name} could not be read: ${signal.aborted ? "it took too long" : error.message.replace(/\.$/, "")}`;
    }
    // What was read before is read again: the inventory takes the last that is told of a name.
    if (status === 410 && next !== "" && anew++ === 0) {
      next = "";
      continue;
    }
    // Listed by discovery and not kept, or gone since.
    if (status === 404 || status === 405) return undefined;
    const objects = status !== 200 || !isRecord(body) ? undefined : secret ? rowsOf(body) : itemsOf(body);
    if (objects === undefined) return `${name} could not be read: ${whyOf(status, body)}`;
    const apiVersion = group === "" ? version : `${group}/${version}`;
    for (const object of objects) keep({ ...object, apiVersion, kind: type.kind });
    next = String(body["metadata"]?.["continue"] ?? "");
    if (next === "") return undefined;
  }
}

/** Secrets from the rows of a table: metadata, and the type from its column. */
function rowsOf(table: Json): KubeObject[] | undefined {
  const columns: Json = table["columnDefinitions"];
  const at = Array.isArray(columns) ? columns.findIndex((column) => column?.["name"] === "Type") : -1;
  // Of a later page columns may be left out; a server that makes no tables of them cannot be asked for types alone.
  if (table["kind"] !== "Table" || (at === -1 && Array.isArray(columns) && columns.length > 0)) return undefined;
  const rows: Json[] = Array.isArray(table["rows"]) ? table["rows"] : [];
  return rows.map((row) => ({ metadata: row?.["object"]?.["metadata"], type: row?.["cells"]?.[at === -1 ? 1 : at] }));
}

/** A refusal names the user that the connection signs in as, which is nobody's business here. */
function whyOf(status: number, body: Json): string {
  if (status === 403) return "the connection may not list them";
  const message: Json = body?.["message"];
  return typeof message === "string" && message !== "" ? message.slice(0, 300) : `the cluster answered ${status}`;
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
