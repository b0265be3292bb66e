import { parentPort } from "node:worker_threads";
import { DrawingQueue } from "./drawing-queue.ts";
import type { ToDrawing } from "./key-frame.ts";

/** How often frames that are due are looked for, in milliseconds. */
const TICK_MS = 500;

const port = parentPort;
if (port === null) throw new Error("key frames are drawn in a thread of their own");

const queue = new DrawingQueue(
  (message) => port.postMessage(message, message.did === "frame" ? [message.frame.screen.buffer] : []),
  // What came in meanwhile is read before the next turn.
  (turn) => void setImmediate(turn),
);
port.on("message", (message: ToDrawing) => queue.take(message));
setInterval(() => queue.tick(), TICK_MS).unref();
