import type { Client, ClientChannel } from "ssh2";
import type { Link } from "./link.ts";
import { checkData } from "./packets.ts";

/** Windows that may come before they are taken: hosts that count with little care are let be (OpenSSH's client lets a tenth more pass). */
const WINDOWS = 2;

/** What is used here of the library's channels beyond its public interface, which has no way to choose a window. The version is exact. */
interface InnerChannel {
  incoming: { window: number };
  outgoing: { id: number; state: string };
}
interface InnerProtocol {
  session(channel: number, window: number, packet: number): void;
  channelWindowAdjust(channel: number, bytes: number): void;
  signal(channel: number, name: string): void;
}

const innerProtocol = (client: Client): InnerProtocol => (client as unknown as { _protocol: InnerProtocol })._protocol;

/**
 * A session channel whose output is told piece by piece, and of which the target sends at most `window` bytes beyond those that were given back with
 * `taken`: whoever does not take makes the program wait. (The library's own window is 2 MiB and is given back as soon as bytes arrive, which is
 * more than anybody wants to see after Ctrl-C.) A host that sends on without being given room loses its connection, since all that it sends has
 * to be kept here.
 */
export interface Flow {
  readonly channel: ClientChannel;
  taken(bytes: number): void;
  /** Asks the host to signal what runs; also after the end of its input, where the library no longer does. Nothing tells whether it did. */
  signal(name: string): void;
}

/**
 * Opens a session by `open`, which must call the client's `exec` or `shell` at once. A host that does not answer in time, or a cancel, ends the
 * connection: there is no way to take back what was asked for.
 */
export async function openFlow(
  link: Link,
  window: number,
  signal: AbortSignal,
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
): Promise<Flow> {
  const stop = AbortSignal.any([signal, AbortSignal.timeout(link.openMs)]);
  const end = (): void => link.close();
  stop.addEventListener("abort", end, { once: true });
  try {
    if (stop.aborted) throw new Error("cancelled");
    return await session(link, window, open);
  } catch (error) {
    if (stop.aborted && !signal.aborted) throw new Error(`no answer within ${link.openMs / 1000} s`, { cause: error });
    throw error;
  } finally {
    stop.removeEventListener("abort", end);
  }
}

function session(
  link: Link,
  window: number,
  open: (done: (error: Error | undefined, channel: ClientChannel) => void) => void,
): Promise<Flow> {
  const protocol = innerProtocol(link.client);
  const opened = protocol.session;
  let untaken = 0;
  return new Promise((resolve, reject) => {
    const done = (error: Error | undefined, channel: ClientChannel): void => {
      if (error) return reject(error);
      // Whoever writes to one that is closing is told by the call.
      channel.on("error", () => undefined);
      const inner = channel as unknown as InnerChannel;
      // Its own accounts never ask for more.
      inner.incoming.window = Infinity;
      let owed = 0;
      resolve({
        channel,
        taken(bytes) {
          untaken -= bytes;
          owed += bytes;
          if (owed < window / 4 || inner.outgoing.state === "closed" || inner.outgoing.state === "closing") return;
          protocol.channelWindowAdjust(inner.outgoing.id, owed);
          owed = 0;
        },
        signal(name) {
          if (inner.outgoing.state !== "closed" && inner.outgoing.state !== "closing") protocol.signal(inner.outgoing.id, name);
        },
      });
    };
    protocol.session = (channel, _window, packet) => {
      // From the first packet on: a host may send before it has answered.
      checkData(link.client, (to, bytes) => {
        if (to !== channel) return true;
        untaken += bytes;
        if (untaken <= WINDOWS * window) return true;
        link.fail("sent more than it was given room for");
        return false;
      });
      opened.call(protocol, channel, window, packet);
    };
    try {
      open(done);
    } finally {
      protocol.session = opened;
    }
  });
}
