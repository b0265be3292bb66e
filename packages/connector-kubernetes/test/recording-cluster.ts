import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { openCluster, type OpenedCluster } from "../src/index.ts";

export interface Recorded {
  method: string;
  url: string;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface RecordingCluster extends AsyncDisposable {
  cluster: OpenedCluster;
  /** Every request that reached it, whole. */
  requests: Recorded[];
}

/**
 * A server that keeps every byte that reaches it and answers as an API server would, near enough for one request: the objects given are
 * there, a dry run is answered with what was sent, and whatever is not a dry run is answered as done.
 */
export async function startRecordingCluster(objects: Record<string, object> = {}): Promise<RecordingCluster> {
  const requests: Recorded[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      const { method = "", url = "", headers } = request;
      requests.push({ method, url, headers, body });
      const path = url.split("?", 1)[0]!;
      const answer = (status: number, value: object): void => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(value));
      };
      const object = objects[path] as { metadata?: object } | undefined;
      if (method === "GET" && object === undefined)
        return answer(404, { kind: "Status", status: "Failure", code: 404, message: "not found" });
      if (method === "GET") return answer(200, object!);
      if (method === "DELETE") return answer(200, { kind: "Status", apiVersion: "v1", status: "Success", details: {} });
      const sent = String(headers["content-type"]).includes("json") && body.length > 0 ? parsed(body) : {};
      return answer(method === "POST" ? 201 : 200, { ...object, ...sent, metadata: { name: "made", ...object?.metadata } });
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const cluster = await openCluster({ kubeconfig: kubeconfig(`http://127.0.0.1:${port}`, { token: "the-cluster's-token" }) });
  return {
    cluster,
    requests,
    async [Symbol.asyncDispose]() {
      await cluster.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function kubeconfig(server: string, user: object, cluster: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "payments" } }],
    "current-context": "x",
  });
}

function parsed(body: Buffer): object {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  } catch {
    return {};
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Why a request that reached the cluster may have changed it; undefined for reads and whole dry runs. */
export function mayHaveChanged(request: Recorded): string | undefined {
  if (request.method === "GET") return request.body.length > 0 ? "a read with a body" : undefined;
  const query = new URLSearchParams(request.url.split("?")[1] ?? "");
  if (query.getAll("dryRun").join() !== "All") return "a write without dryRun=All";
  if (/\/(exec|attach|portforward|proxy|eviction|binding|token|finalize|approval)(\?|$)/.test(request.url))
    return "a write that a dry run cannot show";
  if (request.method !== "DELETE") return undefined;
  if (request.headers["content-type"] !== "application/json") return "options of a delete that are not JSON";
  const options = parsed(request.body) as { dryRun?: unknown };
  return JSON.stringify(options.dryRun) === '["All"]' ? undefined : "options of a delete without a dry run";
}
