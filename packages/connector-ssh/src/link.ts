import { connect as connectTcp, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TargetError, type HostKeys, type HostPrograms } from "@interlock/connector";
import ssh2, { type Client, type ConnectConfig, type HostVerifier } from "ssh2";
import { algorithmsFor } from "./algorithms.ts";
import { useCertificates } from "./certificate.ts";
import { pinnedKeys, refusalOf } from "./host-key.ts";
import { dropAfterEnd, gatherWrites, keepKeys } from "./packets.ts";
import { hopsOf, hostOf, type Hop, type SshSecret } from "./secret.ts";
import { signIn } from "./sign-in.ts";

export interface LinkOptions {
  secret: SshSecret;
  host: HostPrograms | undefined;
  hostKeys: HostKeys | undefined;
}

/** A connection to the target on which one is signed in, with those to the hosts on the way. */
export interface Link {
  readonly client: Client;
  /** Why it is no more, in words for people; undefined while it lives or was closed here. */
  readonly broken: string | undefined;
  /** Resolves when it has ended, for whatever reason. */
  readonly over: Promise<void>;
  /** How long the host may take to open a session on it, in milliseconds. */
  readonly openMs: number;
  /** Ends it at once; what the target has not read by then is lost. */
  close(): void;
  /** The same because of what the host `did`, which `broken` says then: words that go on from the host's name. */
  fail(did: string): void;
}

/** Reaches the target, host by host. Each one's key is checked before anything of a credential is sent to it. */
export async function openLink(options: LinkOptions, signal: AbortSignal): Promise<Link> {
  let link: Link | undefined;
  try {
    for (const hop of hopsOf(options.secret)) link = await openHop(options, hop, link, signal);
    return link!;
  } catch (error) {
    link?.close();
    throw error;
  }
}

async function openHop(options: LinkOptions, hop: Hop, through: Link | undefined, signal: AbortSignal): Promise<Link> {
  const { secret, host, hostKeys } = options;
  const timeout = AbortSignal.timeout(secret.connectTimeoutMs);
  const stop = AbortSignal.any([signal, timeout]);
  const stopped = (): TargetError =>
    signal.aborted
      ? new TargetError("cancelled", "It was cancelled while the host was being reached.")
      : new TargetError("target_down", `${hostOf(hop)} did not answer within ${secret.connectTimeoutMs / 1000} s.`);
  if (stop.aborted) throw stopped();
  const pinned = await pinnedKeys(hop, hostKeys);
  const account = signIn(hop, host);
  const socket = await reach(hop, through, stop, stopped);
  gatherWrites(socket);
  const client = new ssh2.Client();
  let broken: string | undefined;
  let refused: TargetError | undefined;
  let closing = false;
  let proven: Buffer | undefined;
  const over = new Promise<void>((resolve) => client.once("close", resolve));
  client.on("close", () => {
    if (!closing) broken ??= through?.broken === undefined ? `${hostOf(hop)} closed the connection` : `on the way: ${through.broken}`;
    through?.close();
  });
  const hostVerifier: HostVerifier = (key, verify) => {
    // Later exchanges of keys on the same connection must be with the same host.
    refused ??= proven === undefined ? refusalOf(hop, pinned, key, hostKeys) : changedSince(hop, proven, key);
    proven ??= key;
    broken ??= refused?.message.replace(/\.$/, "");
    verify(refused === undefined);
  };
  await new Promise<void>((resolve, reject) => {
    const fail = (error: TargetError): void => {
      closing = true;
      reject(error);
      client.end();
      socket.destroy();
    };
    const abort = (): void => fail(stopped());
    stop.addEventListener("abort", abort, { once: true });
    let exchanged = false;
    client.once("handshake", () => (exchanged = true));
    client.once("change password", () =>
      fail(new TargetError("target_auth", `The password of ${hop.user} at ${hostOf(hop)} has expired.`)),
    );
    client.on("error", (error) => {
      broken ??= reasonOf(error, hop, secret);
      if (refused !== undefined) fail(refused);
      else if ((error as LibraryError).level === "agent")
        fail(new TargetError("target_auth", `The SSH agent of the connection cannot be used: ${wordsOf(error)}.`));
      else if (isRefusal(error)) fail(account.refusal());
      else fail(new TargetError("target_down", `${hostOf(hop)} cannot be talked to${exchanged ? "" : " (key exchange)"}: ${broken}.`));
    });
    client.once("close", () => fail(refused ?? new TargetError("target_down", `${broken ?? `${hostOf(hop)} closed the connection`}.`)));
    client.once("ready", () => {
      stop.removeEventListener("abort", abort);
      resolve();
    });
    const config: ConnectConfig = {
      sock: socket,
      username: hop.user,
      readyTimeout: 0,
      keepaliveInterval: secret.keepAlive.intervalMs,
      keepaliveCountMax: secret.keepAlive.count,
      algorithms: algorithmsFor(secret, pinned),
      hostVerifier,
      // The list of what is left and whether it was taken in part; see SignIn.
      authHandler: (left, partly) => account.next(left as string[] | null, partly) as never,
    };
    try {
      client.connect(config);
      useCertificates(client);
      keepKeys(client);
      dropAfterEnd(client);
    } catch (error) {
      // It knows no algorithm of a name that the connection gives.
      fail(new TargetError("bad_request", `The connection cannot be used: ${wordsOf(error)}.`));
    }
  });
  const close = (): void => {
    closing = true;
    client.end();
    socket.destroy();
    through?.close();
  };
  return {
    client,
    over,
    openMs: secret.connectTimeoutMs,
    get broken() {
      return broken;
    },
    close,
    fail(did) {
      broken ??= `${hostOf(hop)} ${did}`;
      close();
    },
  };
}

/** A stream to the host's port: from here, or from the host before it. */
async function reach(hop: Hop, through: Link | undefined, stop: AbortSignal, stopped: () => TargetError): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(stopped());
      socket?.destroy();
    };
    stop.addEventListener("abort", abort, { once: true });
    const settle = (error: unknown, stream?: Duplex): void => {
      stop.removeEventListener("abort", abort);
      if (stream !== undefined) resolve(stream);
      else reject(new TargetError("target_down", `${hostOf(hop)} cannot be reached: ${wordsOf(error)}.`, { cause: error }));
    };
    let socket: Socket | undefined;
    if (through !== undefined) {
      through.client.forwardOut("127.0.0.1", 0, hop.host, hop.port, settle);
      return;
    }
    socket = connectTcp({ host: hop.host, port: hop.port, noDelay: true });
    const failed = (error: Error): void => settle(error);
    socket.once("error", failed);
    socket.once("connect", () => {
      socket.removeListener("error", failed);
      settle(undefined, socket);
    });
  });
}

function changedSince(hop: Hop, proven: Buffer, key: Buffer): TargetError | undefined {
  return key.equals(proven) ? undefined : new TargetError("host_key_changed", `${hostOf(hop)} changed its key within the connection.`);
}

type LibraryError = Error & { level?: string; code?: string | number };

/** Whether the host said that it does not let the account in; some hang up after too many attempts instead. */
const isRefusal = ({ level, message }: LibraryError): boolean =>
  level === "client-authentication" || /authentication failures/i.test(message);

function reasonOf(error: LibraryError, hop: Hop, { keepAlive }: SshSecret): string {
  if (error.level === "client-timeout")
    return `${hostOf(hop)} has not answered for ${Math.round((keepAlive.intervalMs * (keepAlive.count + 1)) / 100) / 10} s`;
  if (error.level === "client-socket") return `the connection to ${hostOf(hop)} broke (${error.code ?? "no reason given"})`;
  return wordsOf(error);
}

/** What an error of the network or the library says, in one line. Neither ever holds a credential. */
function wordsOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string") return code;
  // A jump host says why in its own words, as it likes.
  return String(message)
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")
    .slice(0, 200)
    .replace(/\.$/, "");
}
