import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { badRequest, internalError } from "../api-error.ts";
import type { Cluster } from "../cluster.ts";
import { containerOf, type PodLogs } from "../http/logs.ts";
import type { Fields, KubeObject } from "../object.ts";
import { Containers } from "./containers.ts";
import type { Programs, RunningProgram } from "./programs.ts";

/** As kube-apiserver 1.32 takes them; the older ones have no exit code or no resize, and nobody asks for them any more. */
export const STREAM_PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"] as const;
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
/** Bytes that may wait for a client before its program has to. */
const AHEAD_BYTES = 256 * 1024;
/** Bytes of one message, as the server copies them. */
const MESSAGE_BYTES = 32 * 1024;

export interface StreamRequest {
  kind: "exec" | "attach";
  pod: KubeObject;
  query: URLSearchParams;
  request: IncomingMessage;
  socket: Duplex;
  head: Buffer;
  /** Called once no answer over HTTP follows. */
  taken: () => void;
}

/** exec and attach: programs of containers over WebSockets, a byte before each message naming its stream. */
export class PodStreams {
  readonly #sockets: WebSocketServer;
  readonly #logs: PodLogs;
  readonly #containers: Containers;
  readonly #protocols: readonly string[];

  constructor(cluster: Cluster, logs: PodLogs, programs: Programs, protocols: readonly string[]) {
    this.#logs = logs;
    this.#protocols = protocols;
    this.#containers = new Containers(cluster, programs);
    this.#sockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      handleProtocols: (offered) => protocols.find((one) => offered.has(one)) ?? false,
    });
  }

  /** Programs that run, whether somebody looks at them or not. */
  get running(): number {
    return this.#containers.running;
  }

  /** Throws ApiError before the upgrade; what goes wrong afterwards is said on the stream. */
  serve({ kind, pod, query, request, socket, head, taken }: StreamRequest): void {
    const name = containerOf(pod, query.get("container"));
    const flag = (one: string): boolean => ["true", "1"].includes(query.get(one) ?? "");
    const tty = flag("tty");
    if (!["stdin", "stdout", "stderr"].some(flag)) throw badRequest("you must specify at least 1 of stdin, stdout, stderr");
    const argv = query.getAll("command");
    if (kind === "exec" && argv.length === 0) throw badRequest("you must specify at least one command for the container");
    const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim());
    if (!this.#protocols.some((one) => offered.includes(one)))
      throw badRequest(`unable to upgrade: none of the requested protocols is supported`);
    taken();
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      const streams = new Streams(client);
      streams.open();
      const container = specOf(pod, name);
      if (!isRunning(pod, name)) return streams.fail(`container not found (${JSON.stringify(name)})`);
      if (kind === "attach") return this.#attach(pod, container, { stdin: flag("stdin") }, streams);
      const program = this.#containers.start({ argv, tty, stdin: flag("stdin"), pod, container });
      if (program === "missing") return streams.fail(missing(argv[0]!));
      streams.join(program);
    });
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    await this.#containers.stop();
  }

  /** The container's own program where it was given an input to be spoken to by; else what it writes to its log from now on. */
  #attach(pod: KubeObject, container: Fields, { stdin }: { stdin: boolean }, streams: Streams): void {
    if (container["stdin"] !== true) {
      streams.onGone(
        this.#logs.tail(`${pod.metadata.uid}/${container["name"]}`, ({ text }) => streams.output(1, Buffer.from(`${text}\n`))),
      );
      this.#containers.whenItEnds(pod, String(container["name"]), () => streams.end(0));
      return;
    }
    const main = this.#containers.main(pod, container);
    if (main === "missing") return streams.fail(missing(String(container["name"])));
    const leave = main.join({
      output: (stream, bytes) => streams.output(stream, bytes),
      ended: () => streams.end(0),
    });
    streams.onGone(leave);
    if (stdin) streams.takes(main.program);
  }
}

const missing = (program: string): string =>
  `error executing command in container: failed to exec in container: failed to start exec: OCI runtime exec failed: exec failed: unable to start container process: exec: ${JSON.stringify(program)}: executable file not found in $PATH: unknown`;

const specOf = (pod: KubeObject, name: string): Fields =>
  ["containers", "initContainers", "ephemeralContainers"]
    .flatMap((list): Fields[] => pod["spec"][list] ?? [])
    .find((one) => one["name"] === name)!;

const isRunning = (pod: KubeObject, name: string): boolean =>
  ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"]
    .flatMap((list): Fields[] => pod["status"]?.[list] ?? [])
    .some((one) => one["name"] === name && one["state"]?.running !== undefined);

/** The streams of one client. */
class Streams {
  readonly #client: WebSocket;

  constructor(client: WebSocket) {
    this.#client = client;
    // A client that breaks off is gone; nothing else is to be said about it.
    client.on("error", () => undefined);
  }

  /** An empty message tells that the streams are there, before anything has been started. */
  open(): void {
    this.#send(CHANNEL.stdout, new Uint8Array());
  }

  join(program: RunningProgram): void {
    program.onOutput((stream, bytes) => this.output(stream, bytes, program));
    this.takes(program);
    void program.ended.then((code) => this.end(code));
    // Nothing ends a program whose client has gone; it only is heard by nobody.
    this.onGone(() => program.resume());
  }

  output(stream: 1 | 2, bytes: Uint8Array, program?: RunningProgram): void {
    for (let at = 0; at < bytes.byteLength; at += MESSAGE_BYTES)
      this.#send(stream, bytes.subarray(at, at + MESSAGE_BYTES), () => {
        if (program !== undefined && this.#client.bufferedAmount < AHEAD_BYTES / 2) program.resume();
      });
    if (program !== undefined && this.#client.bufferedAmount > AHEAD_BYTES) program.pause();
  }

  /** What the client says reaches this program. */
  takes(program: RunningProgram): void {
    this.#client.on("message", (data: Buffer) => {
      const bytes = data.subarray(1);
      const [channel] = data;
      if (channel === CHANNEL.stdin && bytes.length > 0) program.input(bytes);
      if (channel === CHANNEL.resize) {
        const { Width, Height } = JSON.parse(bytes.toString("utf8")) as { Width: number; Height: number };
        if (Width > 0 && Height > 0) program.resize(Width, Height);
      }
      if (channel === CHANNEL.close && this.#client.protocol === STREAM_PROTOCOLS[0] && bytes[0] === CHANNEL.stdin) program.endInput();
    });
  }

  onGone(leave: () => void): void {
    this.#client.once("close", leave);
  }

  end(code: number): void {
    this.#finish(
      code === 0
        ? { metadata: {}, status: "Success" }
        : {
            metadata: {},
            status: "Failure",
            message: `command terminated with non-zero exit code: exit status ${code}`,
            reason: "NonZeroExitCode",
            details: { causes: [{ reason: "ExitCode", message: String(code) }] },
          },
    );
  }

  fail(message: string): void {
    this.#finish(internalError(message).toStatus());
  }

  #finish(status: unknown): void {
    this.#send(CHANNEL.error, Buffer.from(JSON.stringify(status)));
    this.#client.close(1000);
  }

  #send(channel: number, bytes: Uint8Array, sent: () => void = () => undefined): void {
    if (this.#client.readyState === this.#client.OPEN) this.#client.send(Buffer.concat([Buffer.of(channel), bytes]), sent);
  }
}
