import { isRecord, type KubeObject, parseJson } from "@interlock/kube-model";
import { answerTime } from "../cluster/answer-time.ts";
import type { Cluster, ClusterResponse } from "../cluster/cluster.ts";
import { wholeText } from "../cluster/whole-text.ts";
import { bodyBytes, contentType, type Body } from "./body.ts";
import { writeDeleteOptions, type DeleteOptions } from "./delete-options.ts";
import { writePath, writeQuery, type ResourceTarget, type Target } from "./request-target.ts";
import { failure, type Answer } from "./status.ts";

const NO_QUERY: ReadonlyMap<string, string> = new Map();

/** Most bytes of one answer that is taken whole; lists that pass unchanged are streamed and have no limit. */
const WHOLE_LIMIT = 128 * 1024 * 1024;

/**
 * The only way from the gate to the cluster. It can read, and it can ask for a dry run; there is no method that writes, so no mistake in
 * what calls it can.
 */
export class Upstream {
  readonly #cluster: Cluster;
  readonly #ending: AbortSignal | undefined;

  /** @param ending ends whatever is still asked when nobody waits for it any more */
  constructor(cluster: Cluster, ending?: AbortSignal) {
    this.#cluster = cluster;
    this.#ending = ending;
  }

  /** A read, as a stream. */
  open(target: Target, query: ReadonlyMap<string, string>, accept: string, signal?: AbortSignal): Promise<ClusterResponse> {
    return this.#cluster.request({
      method: "GET",
      path: writePath(target),
      query: writeQuery(query),
      headers: { accept },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** A read, as JSON. */
  async read(target: Target, query = NO_QUERY, accept = "application/json", signal?: AbortSignal): Promise<Answer> {
    const within = this.#within(signal);
    return answerOf(await this.open(target, query, accept, within), within);
  }

  /** A write that the server is asked to do everything of but keep: `dryRun=All` in the query, and in the options of a delete as well. */
  async dryRun(request: {
    method: "POST" | "PUT" | "PATCH" | "DELETE";
    target: ResourceTarget;
    query: ReadonlyMap<string, string>;
    body: Body | { encoding: "delete"; options: DeleteOptions };
    userAgent?: string;
    accept?: string;
  }): Promise<Answer> {
    const { method, target, body } = request;
    const query = new Map(request.query).set("dryRun", "All");
    const headers: Record<string, string> = { accept: request.accept ?? "application/json" };
    if (request.userAgent !== undefined) headers["user-agent"] = request.userAgent;
    let bytes: Buffer;
    if (body.encoding === "delete") {
      if (method !== "DELETE") throw new Error("options of a delete belong to a DELETE");
      for (const key of ["gracePeriodSeconds", "orphanDependents", "propagationPolicy"]) query.delete(key);
      headers["content-type"] = "application/json";
      bytes = writeDeleteOptions(body.options, true);
    } else {
      if (method === "DELETE") throw new Error("a DELETE is sent with its options");
      const type = contentType(body);
      if (type !== undefined) headers["content-type"] = type;
      bytes = bodyBytes(body);
    }
    const signal = this.#within();
    const path = writePath(target);
    return answerOf(await this.#cluster.request({ method, path, query: writeQuery(query), headers, body: bytes, signal }), signal);
  }

  #within(signal?: AbortSignal): AbortSignal {
    const ends = [signal, this.#ending].filter((one) => one !== undefined);
    return answerTime(ends.length === 0 ? undefined : AbortSignal.any(ends));
  }
}

async function answerOf(response: ClusterResponse, signal: AbortSignal): Promise<Answer> {
  const warning = response.headers["warning"];
  const warnings = warning === undefined ? undefined : Array.isArray(warning) ? warning : [warning];
  const text = await wholeText(response.body, WHOLE_LIMIT, signal);
  const more = warnings === undefined ? {} : { warnings };
  let body: unknown;
  try {
    body = text === "" ? {} : parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    if (response.status < 300) return { ...failure(502, "the cluster's answer is not JSON"), ...more };
    return { ...failure(response.status, text.slice(0, 1000)), ...more };
  }
  if (!isRecord(body)) return { ...failure(502, "the cluster's answer is not an object"), ...more };
  return { status: response.status, body: body as KubeObject, ...more };
}
