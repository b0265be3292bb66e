import { TargetError } from "@interlock/connector";
import type { PodStream, StreamEnd } from "./pod-stream.ts";
import { BEGUN } from "./shells.ts";

/** Most bytes before a shell's mark: what a profile or a runtime may say. */
const BEFORE_BYTES = 64 * 1024;

/** The process that has begun, or how it ended before it did, with what it had said. */
export type Begun = { pid: number } | { end: StreamEnd; said: string };

/** Waits for a shell's mark; what comes after it waits for the next listener. */
export async function markOf(stream: PodStream, signal: AbortSignal): Promise<Begun> {
  let said = "";
  const begun = new Promise<Begun>((resolve) => {
    stream.onData((bytes) => {
      said += Buffer.from(bytes).toString("latin1");
      const mark = BEGUN.exec(said);
      if (mark === null) {
        if (said.length > BEFORE_BYTES) said = said.slice(-BEFORE_BYTES / 2);
        return;
      }
      stream.pause();
      stream.giveBack(Buffer.from(said.slice(mark.index + mark[0].length), "latin1"));
      resolve({ pid: Number(mark[1]) });
    });
    void stream.ended.then((end) => resolve({ end, said }));
  });
  stream.resume();
  return orCancelled(stream, begun, signal);
}

/** How long a program that gives no sign is waited for, in milliseconds: what cannot be started is said within that. */
const QUIET_MS = 700;

/** Waits until a program has said something, has ended, or has stayed quiet for a moment. */
export async function firstSign(stream: PodStream, signal: AbortSignal): Promise<StreamEnd | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const sign = new Promise<StreamEnd | undefined>((resolve) => {
    const here = (bytes: Uint8Array): void => {
      stream.pause();
      stream.giveBack(bytes);
      resolve(undefined);
    };
    stream.onData(here);
    timer = setTimeout(() => here(new Uint8Array()), QUIET_MS);
    void stream.ended.then(resolve);
  });
  stream.resume();
  return orCancelled(stream, sign, signal).finally(() => clearTimeout(timer));
}

function orCancelled<T>(stream: PodStream, waited: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = (): void => {
      stream.close("it was cancelled");
      const late = (signal.reason as { name?: unknown } | undefined)?.name === "TimeoutError";
      reject(
        late
          ? new TargetError("target_down", "The cluster has opened a stream, and nothing has begun at its other end.")
          : new TargetError("cancelled", "It was cancelled while the terminal was being opened."),
      );
    };
    signal.addEventListener("abort", give, { once: true });
    if (signal.aborted) give();
    waited.then(resolve, reject).finally(() => signal.removeEventListener("abort", give));
  });
}
