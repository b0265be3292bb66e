import type { EventEmitter } from "node:events";
import { Socket } from "node:net";
import pg from "pg";
import { serialize } from "pg-protocol";
import { TargetError } from "@interlock/connector";
import { ConnectionLost } from "./server-message.ts";

/** An authenticated connection whose socket is ours; `cancel` asks the server, over a second connection, to stop what runs on it. */
export interface RawConnection {
  socket: Socket;
  /** Sets the one receiver of bytes; they are valid during the call only. */
  onData(receive: (bytes: Buffer) => void): void;
  cancel(): Promise<void>;
}

/** What is used of pg's connection beyond its published types. */
interface Wire extends EventEmitter {
  stream: Socket;
  requestSsl(): void;
  connect(port: number | string, host?: string): void;
}

/** What is used of pg's client beyond its published types. */
interface ClientInternals {
  connection: Wire;
  connectionParameters: { host: string; port: number; ssl: unknown };
  processID: number;
  secretKey: number;
}

const CONNECT_MS = 10_000;

/**
 * Connects and authenticates with `pg`, which gets TLS and SCRAM right, then takes the socket over: from here on nobody else listens.
 * Rejects with a TargetError that never carries the DSN.
 */
export async function connect(dsn: string, applicationName: string, signal: AbortSignal): Promise<RawConnection> {
  const reading = new ReusedReads();
  const client = newClient(dsn, applicationName, reading.socket);
  const internals = client as unknown as ClientInternals;
  const onAbort = (): void => void internals.connection.stream.destroy(new Error("cancelled"));
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await client.connect();
  } catch (error) {
    internals.connection.stream.destroy();
    throw connectFailure(error, signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  const socket = internals.connection.stream;
  for (const event of ["data", "end", "error", "close", "readable"]) socket.removeAllListeners(event);
  socket.setNoDelay(true);
  // Over TLS the socket at hand is another one, which decrypts into buffers of its own.
  const onData = (receive: (bytes: Buffer) => void): void =>
    void (socket === reading.socket ? (reading.receive = receive) : socket.on("data", receive));
  return { socket, onData, cancel: () => sendCancel(internals) };
}

const READ_BYTES = 256 * 1024;

/**
 * A socket that reads into one buffer again and again; by itself Node allocates 64 KiB for every 8 KiB the server sends, and collecting those
 * took a third of the time of a large result.
 */
class ReusedReads {
  readonly socket: Socket;
  receive: (bytes: Buffer) => void = (bytes) => void this.socket.emit("data", Buffer.from(bytes));

  constructor() {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (size: number): boolean => {
      this.receive(buffer.subarray(0, size));
      return true;
    };
    // `onread` is a documented option of net.connect, which hands it to this constructor; its types leave it out here.
    this.socket = new Socket({ onread: { buffer, callback } } as ConstructorParameters<typeof Socket>[0]);
  }
}

function newClient(dsn: string, applicationName: string, stream: Socket): pg.Client {
  try {
    return new pg.Client({
      connectionString: dsn,
      fallback_application_name: applicationName,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      stream: () => stream,
    });
  } catch {
    // The parser's own message quotes the address, password included.
    throw new TargetError("target_down", "the stored address of the target is not understood");
  }
}

function connectFailure(error: unknown, signal: AbortSignal): TargetError {
  if (signal.aborted) return new TargetError("cancelled", "cancelled before the target was reached");
  const code = (error as { code?: string }).code ?? "";
  if (code === "28P01" || code === "28000")
    return new TargetError("wrong_password", "the target refused the stored credential", { cause: error });
  const reason = error instanceof Error && error.message !== "" ? error.message : code;
  return new TargetError("target_down", `the target cannot be reached: ${reason}`, { cause: error });
}

/** A CancelRequest is a connection of its own that carries the backend's key and gets no answer; the server closing it is the receipt. */
async function sendCancel({ connectionParameters, processID, secretKey }: ClientInternals): Promise<void> {
  const { host, port, ssl } = connectionParameters;
  const connection = new pg.Connection({ ssl } as never) as unknown as Wire;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const send = (): void => void connection.stream.write(serialize.cancel(processID, secretKey));
  connection.on("connect", () => (ssl ? connection.requestSsl() : send()));
  connection.on("sslconnect", send);
  connection.on("error", (error: Error) => reject(new ConnectionLost(`the cancel request failed: ${error.message}`, { cause: error })));
  connection.on("end", () => resolve());
  if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
  const timer = setTimeout(() => connection.stream.destroy(new Error("timed out")), CONNECT_MS);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    connection.stream.destroy();
  }
}
