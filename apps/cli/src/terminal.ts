import type { Config } from "./config.ts";

/** Everything a command reads and writes, handed in so that tests and other programs can. */
export interface Terminal {
  stdin: NodeJS.ReadStream;
  out(text: string): void;
  error(text: string): void;
  /** Colours of standard output. */
  color: boolean;
  config: Config;
  /** Aborts on Ctrl-C and SIGTERM. */
  signal: AbortSignal;
}

/** Standard input to its end, as UTF-8. Rejects beyond `most` bytes. */
export async function readAll(stream: NodeJS.ReadableStream, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : (chunk as Buffer);
    size += bytes.length;
    if (size > most) throw new RangeError(`it is longer than ${most} bytes`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}
