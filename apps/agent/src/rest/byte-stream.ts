/** How long a file may go out before it is asked again whether its reader may still have it, in milliseconds (I11). */
const ASK_MS = 500;

/**
 * Bytes as a response body, read no faster than they are taken. Breaks off, with a fault that nobody takes for the end, once `allowed` says no;
 * `stop` is aborted when the reader has gone.
 */
export function byteStream(
  source: AsyncIterable<Uint8Array>,
  allowed: () => Promise<boolean>,
  stop: AbortController,
): ReadableStream<Uint8Array> {
  const bytes = source[Symbol.asyncIterator]();
  let asked = Date.now();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (Date.now() - asked >= ASK_MS) {
          asked = Date.now();
          if (!(await allowed())) {
            stop.abort();
            await bytes.return?.();
            throw new Error("a download was broken off: its reader has no access any more");
          }
        }
        const next = await bytes.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      async cancel() {
        stop.abort();
        await bytes.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}
