import type { AddressInfo } from "node:net";
import { Tokens } from "./access/users.ts";
import { bootstrap } from "./bootstrap.ts";
import { Cluster } from "./cluster.ts";
import type { Pace } from "./controllers/controller.ts";
import { controllers } from "./controllers/controllers.ts";
import { ControlLoop } from "./controllers/loop.ts";
import { PodLogs } from "./http/logs.ts";
import { ApiServer, type RequestRecord } from "./http/server.ts";
import { load } from "./load.ts";
import type { KubeObject } from "./object.ts";
import { PodStreams, STREAM_PROTOCOLS } from "./streams/pod-streams.ts";
import { NO_PROGRAMS, type Programs } from "./streams/programs.ts";
import { CertificateAuthority, type Issued } from "./tls/certificate-authority.ts";

export interface KubeSimOptions {
  /** On loopback; 0 (the default) picks a free one. */
  port?: number;
  /**
   * Bearer token of the cluster's administrator. Without one, whoever sends no token is the administrator: kubectl sends none over plain HTTP,
   * whatever its kubeconfig says.
   */
  token?: string;
  /**
   * Over TLS the certificate is signed by the cluster's own authority, users may come with client certificates, and a kubeconfig names the
   * authority. Default: plain HTTP.
   */
  tls?: boolean;
  /** Most seconds that a token of a service account lives; what asks for more is given that. Default: what the API allows. */
  longestToken?: number;
  clock?: () => Date;
  /** Of generated names, uids and addresses. Default 1. */
  seed?: number;
  /** How many worker nodes there are. Default 3. */
  nodes?: number;
  /** How long pods take to start, to stop and to finish; all at once by default. */
  pace?: Partial<Pace>;
  /** What runs in containers whose shells people open, e.g. `LOCAL_PROGRAMS`. Default: nothing, as in images without a distribution. */
  programs?: Programs;
  /** Subprotocols of exec and attach that the server knows; one before 1.30 knows v4 alone. Default: v5 and v4. */
  streamProtocols?: readonly string[];
  /** Without controllers objects stay as they were written. Default true. */
  controllers?: boolean;
}

/** A running simulated cluster. */
export interface KubeSim {
  /** `http://127.0.0.1:<port>`, or `https` */
  readonly url: string;
  /** PEM certificate of the cluster's authority. */
  readonly certificateAuthority: string;
  readonly cluster: Cluster;
  /** Every request since the start, oldest first; of very many only the last thousands. */
  readonly requests: readonly RequestRecord[];
  /** The text of a kubeconfig with which a client is administrator: by the token, or over TLS without a token by a client certificate. */
  kubeconfig(contextName?: string): string;
  /** A client certificate and key for a user, over TLS. */
  clientCertificate(user: string, groups: readonly string[]): Issued;
  /** All objects, or those of one storage (`pods`, `apps/deployments`). */
  objects(storage?: string): readonly KubeObject[];
  /** How many writes have changed something since the start; dry runs and writes that change nothing do not count. */
  writes(): number;
  /** Creates objects from YAML or JSON text (several documents) or from documents, in order. Their `status` is kept. */
  load(manifests: string | readonly unknown[]): void;
  /** Lets the controllers run until nothing is left to do, without waiting for what takes time. */
  settle(): void;
  /** Appends a line to a container's log. */
  log(pod: KubeObject, container: string, line: string): void;
  /** How many logs are followed at this moment. */
  following(): number;
  /** How many programs run that were started by exec or joined by attach. */
  running(): number;
  /** What went wrong inside, which no client's request should be able to cause: a test looks that there is nothing here. */
  readonly faults: readonly Error[];
  /** Ends watches, closes connections and frees the port. */
  stop(): Promise<void>;
}

/** Starts an API server with an empty cluster on loopback. */
export async function startKubeSim(options: KubeSimOptions = {}): Promise<KubeSim> {
  const cluster = new Cluster({ clock: options.clock ?? (() => new Date()), seed: options.seed ?? 1 });
  const tokens = new Tokens(cluster, options.token, options.tls === true, options.longestToken);
  const logs = new PodLogs(cluster);
  const authority = new CertificateAuthority();
  const faults: Error[] = [];
  const fault = (error: Error): void => {
    faults.push(error);
    console.error("kube-sim:", error);
  };
  bootstrap(cluster, options.nodes ?? 3);
  const loop =
    options.controllers === false
      ? undefined
      : new ControlLoop(cluster, controllers(logs, authority), { startMs: 0, stopMs: 0, runMs: 0, ...options.pace }, fault);
  loop?.settle();
  const first = cluster.store.version;
  const streams = new PodStreams(cluster, logs, options.programs ?? NO_PROGRAMS, options.streamProtocols ?? STREAM_PROTOCOLS);
  const server = new ApiServer(cluster, tokens, { logs, streams }, options.tls === true ? authority : undefined, fault);
  await new Promise<void>((resolve, reject) => {
    server.http.once("error", reject);
    server.http.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const url = `${options.tls === true ? "https" : "http"}://127.0.0.1:${(server.http.address() as AddressInfo).port}`;
  return {
    url,
    cluster,
    requests: server.requests,
    faults,
    certificateAuthority: authority.certificate,
    kubeconfig: (contextName = "kube-sim") => kubeconfig(url, options, authority, contextName),
    clientCertificate: (user, groups) => authority.client(user, groups),
    objects: (storage) =>
      storage === undefined ? cluster.store.storages().flatMap((one) => cluster.store.list(one)) : cluster.store.list(storage),
    writes: () => cluster.store.version - first,
    load: (manifests) => load(cluster, manifests),
    settle: () => loop?.settle(),
    log: (pod, container, line) => logs.write(pod.metadata.uid, container, line),
    following: () => logs.followers,
    running: () => streams.running,
    stop: async () => {
      loop?.stop();
      await server.stop();
    },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function kubeconfig(server: string, options: KubeSimOptions, authority: CertificateAuthority, name: string): string {
  const tls = options.tls === true;
  const admin = authority.client("kubernetes-admin", ["system:masters"]);
  const user =
    options.token !== undefined
      ? { token: options.token }
      : tls
        ? { "client-certificate-data": base64(admin.certificate), "client-key-data": base64(admin.key!) }
        : {};
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server, ...(tls && { "certificate-authority-data": base64(authority.certificate) }) } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  };
  return JSON.stringify(config, undefined, 2);
}
