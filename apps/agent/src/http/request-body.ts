import type { IncomingMessage } from "node:http";

/** Of a body that is refused so much is read and dropped, in bytes; who sends more is cut off. */
const MOST_DROPPED = 64 * 1024 * 1024;

/** A request whose whole body has arrived; the listener of @hono/node-server takes it from here. */
export type ReceivedRequest = IncomingMessage & { rawBody?: Buffer };

/**
 * Waits for the whole body, at most `limit` bytes of it; false if there is more. A body that is too large is read to its end and dropped
 * before it is answered: an answer in the middle of it would break the connection under a client that is still sending, and under the
 * front process, which keeps connections and would meet the break with somebody else's request. Rejects when the client goes away.
 */
export async function receiveBody(request: ReceivedRequest, limit: number): Promise<boolean> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
    else chunks.length = 0;
    if (bytes > MOST_DROPPED) return false;
  }
  if (bytes > limit) return false;
  request.rawBody = Buffer.concat(chunks);
  return true;
}
