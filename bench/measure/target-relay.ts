import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A connection that sent this much carries rows; the agent's other ones never do. */
const ROWS_BYTES = 1024 * 1024;

/** A relay on loopback before the target, which notes when things pass. Times as in Consumed. */
export interface TargetRelay {
  /** The target's address through the relay. */
  url: string;
  /** Resolves with when bytes that hold `text` pass from the target. */
  passing(text: string): Promise<number>;
  /** When bytes last passed from the target on the connection that carries rows now. */
  lastRows(): number;
  close(): Promise<void>;
}

const now = (): number => Number(process.hrtime.bigint()) / 1e6;

export async function relayTo(url: string): Promise<TargetRelay> {
  const target = new URL(url);
  const { hostname } = target;
  const port = Number(target.port);
  const sockets = new Set<Socket>();
  let watched: { text: string; seen: PromiseWithResolvers<number> } | undefined;
  let lastRows = 0;
  const server = createServer((client) => {
    const upstream = connect(port, hostname);
    let sent = 0;
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on("error", () => {}); // "close" follows
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (bytes: Buffer) => {
      sent += bytes.length;
      if (sent > ROWS_BYTES) lastRows = now();
      if (watched !== undefined && bytes.includes(watched.text)) {
        watched.seen.resolve(now());
        watched = undefined;
      }
      if (client.write(bytes)) return;
      upstream.pause();
      client.once("drain", () => upstream.resume());
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  target.port = `${(server.address() as AddressInfo).port}`;
  return {
    url: target.href,
    passing(text) {
      watched = { text, seen: Promise.withResolvers() };
      return watched.seen.promise;
    },
    lastRows: () => lastRows,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
