import { parentPort } from "node:worker_threads";
import { DrawingQueue } from "./drawing-queue.ts";
import type { ToThread } from "./key-frame.ts";
import { SharedRing } from "./shared-ring.ts";

const port = parentPort;
if (port === null) throw new Error("key frames are drawn in a thread of their own");

const queue = new DrawingQueue(
  (message) => port.postMessage(message, message.did === "frame" ? [message.frame.screen.buffer] : []),
  // What came in meanwhile is read before the next turn.
  (turn, ms) => void (ms === 0 ? setImmediate(turn) : setTimeout(turn, ms)),
);

/** Where each terminal's bytes are, and how many were told of. */
const rings = new Map<string, { ring: SharedRing; told: number }>();
port.on("message", (message: ToThread) => {
  if (message.do === "appended") {
    const known = rings.get(message.id)!;
    for (const bytes of known.ring.views(known.told, message.bytes)) queue.take({ do: "bytes", id: message.id, bytes });
    known.told += message.bytes;
    return;
  }
  if (message.do === "open") rings.set(message.id, { ring: new SharedRing(message.ring), told: 0 });
  if (message.do === "close") rings.delete(message.id);
  queue.take(message);
});
