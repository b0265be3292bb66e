/** Characters gathered before they are handed to the socket. */
const GATHER = 32 * 1024;

/** Texts as a byte stream, each ended by `end`, produced only as fast as they are read. A fault in the middle breaks the stream off. */
export function lines(source: AsyncGenerator<string>, end = "\n"): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      let gathered = "";
      while (gathered.length < GATHER) {
        const next = await source.next();
        if (next.done === true) {
          if (gathered !== "") controller.enqueue(encoder.encode(gathered));
          controller.close();
          return;
        }
        gathered += next.value + end;
      }
      controller.enqueue(encoder.encode(gathered));
    },
    async cancel() {
      await source.return(undefined);
    },
  });
}

/** How long an export may go on before it is asked again whether its reader may still read, in milliseconds (I11). */
const ASK_MS = 500;

/** Breaks `source` off, with a fault its reader cannot take for the end, once `allowed` says no. */
export async function* whileTrue(source: AsyncGenerator<string>, allowed: () => Promise<boolean>): AsyncGenerator<string> {
  let asked = Date.now();
  for await (const line of source) {
    if (Date.now() - asked >= ASK_MS) {
      if (!(await allowed())) throw new Error("an export was broken off: its reader has no access any more");
      asked = Date.now();
    }
    yield line;
  }
}
