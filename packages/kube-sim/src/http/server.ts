import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { stringify } from "yaml";
import { authorize } from "../access/authorizer.ts";
import type { Tokens } from "../access/users.ts";
import { ApiError, badRequest, forbidden, internalError, methodNotAllowed, noSuchPath, notAcceptable } from "../api-error.ts";
import type { Cluster, User } from "../cluster.ts";
import type { Resource } from "../registry/resource.ts";
import type { CertificateAuthority } from "../tls/certificate-authority.ts";
import type { PodStreams } from "../streams/pod-streams.ts";
import { hasReadyEndpoints } from "../write/webhooks.ts";
import { readBytes } from "./body.ts";
import { containerOf, type PodLogs, podOf } from "./logs.ts";
import { ANSWER_TYPES, type Answer, negotiate } from "./media-type.ts";
import { otherPath } from "./other-paths.ts";
import { getObject, list, watch } from "./reading.ts";
import type { Reply, ResourceRequest } from "./request-context.ts";
import { type Route, readRoute } from "./route.ts";
import { readSubresource, write } from "./writing.ts";

/** One request as it came, for tests. */
export interface RequestRecord {
  method: string;
  /** Path and query. */
  url: string;
  user: string;
  contentType?: string;
  body: Buffer;
  /** 0 until it is answered. */
  code: number;
}

/** A connection that its client wants to speak another protocol over. */
interface Upgrade {
  socket: Duplex;
  head: Buffer;
}

/** Requests that are kept. */
const RECORDS = 5000;

/** The API over HTTP: takes requests apart, asks who may do what, and hands them to the parts that answer. */
export class ApiServer {
  readonly http: Server;
  readonly requests: RequestRecord[] = [];
  readonly #cluster: Cluster;
  readonly #tokens: Tokens;
  readonly #logs: PodLogs;
  readonly #streams: PodStreams;
  readonly #watches = new Set<() => void>();
  readonly #fault: (error: Error) => void;

  /** With an authority it speaks TLS. `fault` is told of errors that are no refusals. */
  constructor(
    cluster: Cluster,
    tokens: Tokens,
    parts: { logs: PodLogs; streams: PodStreams },
    authority: CertificateAuthority | undefined,
    fault: (error: Error) => void,
  ) {
    this.#cluster = cluster;
    this.#tokens = tokens;
    this.#logs = parts.logs;
    this.#streams = parts.streams;
    this.#fault = fault;
    const serve = (request: IncomingMessage, response: ServerResponse): void => void this.#serve(request, response);
    this.http = authority === undefined ? createServer(serve) : createTlsServer(tlsOptions(authority), serve);
    this.http.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      response.assignSocket(socket as TLSSocket);
      response.on("finish", () => socket.end());
      // A client that breaks off is gone.
      socket.on("error", () => undefined);
      void this.#serve(request, response, { socket, head });
    });
    // A watch is silent for longer than the usual time-outs.
    this.http.requestTimeout = 0;
  }

  async stop(): Promise<void> {
    for (const end of this.#watches) end();
    await this.#streams.stop();
    await new Promise<void>((resolve, reject) => {
      this.http.close((error) => (error === undefined ? resolve() : reject(error)));
      this.http.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse, upgrade?: Upgrade): Promise<void> {
    const url = new URL(request.url ?? "/", "http://kube-sim");
    const record: RequestRecord = { method: request.method ?? "GET", url: request.url ?? "/", user: "", body: Buffer.alloc(0), code: 0 };
    if (request.headers["content-type"] !== undefined) record.contentType = request.headers["content-type"];
    this.requests.push(record);
    if (this.requests.length > RECORDS) this.requests.splice(0, RECORDS / 10);
    response.on("finish", () => (record.code = response.statusCode));
    const answer = negotiate(request.headers.accept) ?? negotiate(undefined)!;
    try {
      const body = upgrade === undefined ? await readBytes(request) : Buffer.alloc(0);
      record.body = body;
      const user = this.#userOf(request);
      record.user = user.name;
      const route = readRoute(url.pathname);
      if (route.kind === "other") this.#other(request, response, url, user);
      else this.#resource(request, response, url, user, route, body, upgrade);
    } catch (error) {
      // A client that went away while it sent its request is none of our faults.
      if (!(error instanceof ApiError) && !request.destroyed)
        this.#fault(new Error(`${record.method} ${record.url} failed`, { cause: error }));
      if (response.headersSent) response.destroy();
      else this.#send(response, refusalOf(error), answer, []);
    }
  }

  #userOf(request: IncomingMessage): User {
    const user = certifiedUser(request) ?? this.#tokens.authenticate(request.headers.authorization);
    const name = request.headers["impersonate-user"];
    if (typeof name !== "string") return user;
    const groups = [request.headersDistinct["impersonate-group"] ?? []].flat();
    for (const [resource, one] of [["users", name], ...groups.map((group) => ["groups", group])] as [string, string][]) {
      if (!authorize(this.#cluster, user, { verb: "impersonate", resource, name: one }).allowed) {
        throw forbidden(
          { group: "", plural: resource, kind: "User" },
          one,
          `User ${JSON.stringify(user.name)} cannot impersonate resource "${resource}" in API group "" at the cluster scope`,
        );
      }
    }
    const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name);
    const own = account === null ? [] : ["system:serviceaccounts", `system:serviceaccounts:${account[1]}`];
    return { name, groups: [...new Set([...groups, ...own, "system:authenticated"])] };
  }

  #other(request: IncomingMessage, response: ServerResponse, url: URL, user: User): void {
    if (request.method !== "GET" && request.method !== "HEAD") throw methodNotAllowed();
    // Discovery, version and health are open to whoever has signed in; with nothing at all they are not.
    if (user.groups.includes("system:unauthenticated") && !/^\/(version|healthz|livez|readyz)/.test(url.pathname)) {
      throw new ApiError(403, "Forbidden", `forbidden: User "${user.name}" cannot get path "${url.pathname}"`, {});
    }
    const { document, contentType } = otherPath(this.#cluster, url.pathname, request.headers.accept, request.headers.host ?? "");
    const headers = { "content-type": contentType ?? "application/json", "cache-control": "no-cache, private" };
    response.writeHead(200, headers).end(typeof document === "string" || Buffer.isBuffer(document) ? document : JSON.stringify(document));
  }

  #resource(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    user: User,
    route: Route & { kind: "resource" },
    body: Buffer,
    upgrade?: Upgrade,
  ): void {
    this.#refuseUnavailable(route);
    const resource = this.#cluster.registry.find(route.group, route.version, route.plural);
    if (resource === undefined || (route.namespace !== undefined && !resource.namespaced)) throw noSuchPath();
    const subresource = resource.subresources.find((one) => one.name === route.subresource);
    if (route.subresource !== undefined && subresource === undefined) throw noSuchPath();
    if (resource.namespaced && route.name !== undefined && route.namespace === undefined) throw noSuchPath();
    const watching = request.method === "GET" && ["true", "1"].includes(url.searchParams.get("watch") ?? "");
    const verb = verbOf(request.method ?? "GET", route.name, watching);
    this.#authorize(user, verb, resource, route);
    const known = (subresource ?? resource).verbs.includes(verb) || (watching && resource.verbs.includes("watch"));
    if (!known) throw methodNotAllowed();
    const answer = negotiate(request.headers.accept);
    if (answer === undefined) throw notAcceptable(ANSWER_TYPES);
    const of: ResourceRequest = {
      user,
      method: request.method ?? "GET",
      resource,
      namespace: route.namespace,
      name: route.name,
      subresource: route.subresource,
      query: url.searchParams,
      contentType: request.headers["content-type"],
      body,
      answer,
      userAgent: request.headers["user-agent"] ?? "",
      request,
      response,
      warnings: [],
    };
    if (route.subresource === "exec" || route.subresource === "attach") {
      const pod = podOf(this.#cluster, route.namespace!, route.name!);
      containerOf(pod, url.searchParams.get("container"));
      if (upgrade === undefined || request.headers.upgrade?.toLowerCase() !== "websocket") throw badRequest("Upgrade request required");
      const taken = (): void => response.detachSocket(upgrade.socket as TLSSocket);
      return this.#streams.serve({ kind: route.subresource, pod, query: url.searchParams, request, taken, ...upgrade });
    }
    if (["portforward", "proxy"].includes(route.subresource ?? "")) {
      throw internalError(`${route.subresource} is not possible here: nothing listens in the containers of the simulated nodes`);
    }
    if (route.subresource === "log")
      return this.#logs.serve(podOf(this.#cluster, route.namespace!, route.name!), url.searchParams, response);
    if (watching) {
      const end = watch(this.#cluster, of);
      this.#watches.add(end);
      response.on("close", () => this.#watches.delete(end));
      return;
    }
    this.#send(response, this.#answer(of), answer, of.warnings);
  }

  #answer(of: ResourceRequest): Reply {
    if (of.method !== "GET" && of.method !== "HEAD") return write(this.#cluster, this.#tokens, of);
    if (of.name === undefined) return list(this.#cluster, of);
    return of.subresource === undefined ? getObject(this.#cluster, of) : readSubresource(this.#cluster, of);
  }

  #authorize(user: User, verb: string, resource: Resource, route: Route & { kind: "resource" }): void {
    const { namespace, name, subresource } = route;
    const wanted = {
      verb,
      group: resource.group,
      resource: resource.plural,
      ...(subresource && { subresource }),
      ...(namespace && { namespace }),
      ...(name && { name }),
    };
    // Everybody may ask what he may do.
    if (resource.plural.startsWith("selfsubject") && !user.groups.includes("system:unauthenticated")) return;
    if (authorize(this.#cluster, user, wanted).allowed) return;
    const what = subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`;
    const where = namespace === undefined ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
    throw forbidden(
      resource,
      name ?? "",
      `User ${JSON.stringify(user.name)} cannot ${verb} resource ${JSON.stringify(what)} in API group ${JSON.stringify(resource.group)} ${where}`,
    );
  }

  /** A version that an APIService hands to a service which is not there cannot be reached. */
  #refuseUnavailable(route: Route & { kind: "resource" }): void {
    const found = this.#cluster.store.get("apiregistration.k8s.io/apiservices", undefined, `${route.version}.${route.group}`)?.["spec"]
      ?.service;
    if (found === undefined) return;
    if (!hasReadyEndpoints(this.#cluster, found.namespace, found.name)) {
      throw new ApiError(503, "ServiceUnavailable", "the server is currently unable to handle the request");
    }
  }

  #send(response: ServerResponse, reply: Reply, answer: Answer, warnings: readonly string[]): void {
    const yaml = answer.encoding === "yaml";
    const text = yaml ? stringify(reply.document) : `${JSON.stringify(reply.document)}\n`;
    if (warnings.length > 0)
      response.setHeader(
        "warning",
        warnings.map((one) => `299 - ${JSON.stringify(one)}`),
      );
    const retry = (reply.document as { details?: { retryAfterSeconds?: number } }).details?.retryAfterSeconds;
    if (retry !== undefined) response.setHeader("retry-after", String(retry));
    response.writeHead(reply.code, {
      "content-type": yaml ? "application/yaml" : "application/json",
      "cache-control": "no-cache, private",
      "content-length": Buffer.byteLength(text),
    });
    response.end(text);
  }
}

function tlsOptions(authority: CertificateAuthority) {
  const { certificate, key } = authority.server(["127.0.0.1", "localhost", "kubernetes", "kubernetes.default.svc"]);
  return { cert: certificate, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false };
}

/** Whom the client's certificate names: its common name and, as groups, its organizations. */
function certifiedUser(request: IncomingMessage): User | undefined {
  if (!(request.socket instanceof TLSSocket) || !request.socket.authorized) return undefined;
  const subject = request.socket.getPeerCertificate().subject as { CN?: string; O?: string | string[] } | undefined;
  if (subject?.CN === undefined) return undefined;
  return { name: subject.CN, groups: [...[subject.O ?? []].flat(), "system:authenticated"] };
}

function verbOf(method: string, name: string | undefined, watching: boolean): string {
  switch (method) {
    case "GET":
    case "HEAD":
      return watching ? "watch" : name === undefined ? "list" : "get";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === undefined ? "deletecollection" : "delete";
    default:
      throw methodNotAllowed();
  }
}

function refusalOf(error: unknown): Reply {
  const refusal = error instanceof ApiError ? error : internalError((error as Error).message);
  return { code: refusal.code, document: refusal.toStatus() };
}
