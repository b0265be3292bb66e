import { readFile } from "node:fs/promises";
import { TargetError } from "@interlock/connector";
import { Pool } from "undici";
import type { WebSocket } from "ws";
import type { Cluster, ClusterRequest, ClusterResponse } from "./cluster.ts";
import { runPlugin, type PluginCredential, type PluginOptions } from "./exec-plugin.ts";
import { readAccess, type ClusterAccess, type ClusterSecret } from "./kubeconfig.ts";
import { openStream, type StreamRequest } from "./open-stream.ts";
import { addressOf, type ClusterAddress } from "./outside.ts";

export interface OpenClusterOptions {
  /** Which exec plug-ins may be run; none when absent. */
  plugins?: PluginOptions;
  /** Longest to wait for a connection, in milliseconds. */
  connectTimeoutMs?: number;
  /** Of the connection, by which a kubeconfig for others calls it. Default: `cluster`. */
  name?: string;
  /** Connections at most; a watch holds one. */
  connections?: number;
}

/** A cluster with what the context says of it. */
export interface OpenedCluster extends Cluster {
  /** Default namespace of the context. */
  readonly namespace: string;
  readonly name: string;
  /** Where it is, for others. */
  readonly address: ClusterAddress;
  /**
   * A WebSocket of its own, paused, or the answer of a server that does not open one. Rejects with TargetError where there is no answer. It is
   * the caller's to end.
   */
  stream(request: StreamRequest): Promise<WebSocket | ClusterResponse>;
}

/** A client certificate. */
type Identity = { cert?: string; key?: string };

/** Longest to wait for a connection, in milliseconds, and for a stream, which a server opens once a node has. */
const CONNECT_MS = 10_000;
const STREAM_MS = 30_000;

/** A plug-in's credential is asked for again this long before it ends. */
const EARLY_MS = 30_000;

/** Opens a cluster from a kubeconfig or the pod's own service account. Sockets open with the first request. */
export async function openCluster(secret: ClusterSecret, options: OpenClusterOptions = {}): Promise<OpenedCluster> {
  return new HttpCluster(await readAccess(secret), options);
}

class HttpCluster implements OpenedCluster {
  readonly namespace: string;
  readonly name: string;
  readonly address: ClusterAddress;
  readonly #access: ClusterAccess;
  readonly #options: OpenClusterOptions;
  readonly #base: string;
  #pool: Pool | undefined;
  #plugin: Promise<PluginCredential> | undefined;

  constructor(access: ClusterAccess, options: OpenClusterOptions) {
    this.#access = access;
    this.#options = options;
    this.namespace = access.namespace;
    this.name = options.name ?? "cluster";
    this.address = addressOf(access);
    this.#base = access.server.pathname.replace(/\/$/, "");
  }

  async request(request: ClusterRequest): Promise<ClusterResponse> {
    const { headers, identity } = await this.#ready();
    const pool = (this.#pool ??= this.#connect(identity));
    const path = `${this.#base}${request.path}${request.query === undefined || request.query === "" ? "" : `?${request.query}`}`;
    try {
      const response = await pool.request({
        method: request.method as "GET",
        path,
        headers: { ...request.headers, ...headers },
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(request.signal === undefined ? {} : { signal: request.signal }),
        // A silent watch has neither headers for a while nor a body for hours; whoever waits ends it.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      // Asked for anew by the next request; this one's answer stands.
      if (response.statusCode === 401) this.#plugin = undefined;
      return { status: response.statusCode, headers: response.headers, body: response.body };
    } catch (error) {
      throw faultOf(error, request.signal);
    }
  }

  async stream(request: StreamRequest): Promise<WebSocket | ClusterResponse> {
    const { headers, identity } = await this.#ready();
    const options = { headers, handshakeTimeout: this.#options.connectTimeoutMs ?? STREAM_MS, ...this.#tls(identity) };
    const opened = await openStream(this.#access.server, { ...request, path: `${this.#base}${request.path}` }, options, faultOf);
    if ("body" in opened && opened.status === 401) this.#plugin = undefined;
    return opened;
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }

  async #ready(): Promise<{ headers: Record<string, string>; identity: Identity }> {
    const { credential } = this.#access;
    switch (credential.kind) {
      case "none":
        return { headers: {}, identity: {} };
      case "token":
        return { headers: bearer(credential.token), identity: {} };
      case "basic": {
        const pair = Buffer.from(`${credential.username}:${credential.password}`).toString("base64");
        return { headers: { authorization: `Basic ${pair}` }, identity: {} };
      }
      case "certificate":
        return { headers: {}, identity: { cert: credential.cert, key: credential.key } };
      case "tokenFile": {
        const token = await readFile(credential.file, "utf8").catch(() => {
          throw new TargetError("target_down", "The service account's token cannot be read.");
        });
        return { headers: bearer(token.trim()), identity: {} };
      }
      case "exec": {
        const { cert, key, token } = await this.#pluginCredential();
        const identity = cert === undefined || key === undefined ? {} : { cert, key };
        return { headers: token === undefined ? {} : bearer(token), identity };
      }
    }
  }

  async #pluginCredential(): Promise<PluginCredential> {
    const { credential } = this.#access;
    if (credential.kind !== "exec") throw new Error("only an exec plug-in is asked for a credential");
    const { plugins } = this.#options;
    if (plugins === undefined)
      throw new TargetError("target_down", "No exec plug-in may be run by this agent; the operator sets the list.");
    const known = await this.#plugin;
    if (known !== undefined && (known.expires === undefined || known.expires - EARLY_MS > Date.now())) return known;
    const asked = runPlugin(credential.plugin, plugins);
    this.#plugin = asked;
    const fresh = await asked.catch((error: unknown) => {
      this.#plugin = undefined;
      throw error;
    });
    // A new client certificate needs new connections; requests under way end on the old ones.
    if (fresh.cert !== undefined && this.#pool !== undefined) {
      const old = this.#pool;
      this.#pool = undefined;
      old.close().catch(() => old.destroy());
    }
    return fresh;
  }

  #connect(identity: Identity): Pool {
    return readable(
      () =>
        new Pool(this.#access.server.origin, {
          connections: this.#options.connections ?? 64,
          pipelining: 1,
          allowH2: false,
          connect: { timeout: this.#options.connectTimeoutMs ?? CONNECT_MS, ...this.#tls(identity) },
        }),
    );
  }

  #tls(identity: Identity) {
    const { ca, serverName, verifyTls } = this.#access;
    return {
      rejectUnauthorized: verifyTls,
      ...identity,
      ...(ca === undefined ? {} : { ca }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    };
  }
}

/** What is made of certificates that came with the connection. */
function readable<T>(made: () => T): T {
  try {
    return made();
  } catch {
    throw new TargetError("bad_request", "The certificates of the connection cannot be read.");
  }
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Errors of sockets and TLS by their code alone: messages may quote what was sent. */
export function faultOf(error: unknown, signal: AbortSignal | undefined): TargetError {
  if (signal?.aborted === true && (signal.reason as { name?: unknown } | undefined)?.name === "TimeoutError")
    return new TargetError("target_down", "The cluster has taken the request and does not answer it.");
  if (signal?.aborted === true) return new TargetError("cancelled", "The request to the cluster was cancelled.");
  const code = (error as { code?: unknown } | undefined)?.code;
  const known = typeof code === "string" && /^[A-Z0-9_]+$/.test(code) ? ` (${code})` : "";
  return new TargetError("target_down", `The cluster does not answer${known}.`);
}
