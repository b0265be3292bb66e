import type { Readable } from "node:stream";
import { TargetError } from "@interlock/connector";

/**
 * A body as text.
 * @throws TargetError `target_down` where it is larger than `most` bytes; what is left of it is not read.
 */
export async function wholeText(body: Readable, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) {
      body.destroy();
      throw new TargetError("target_down", `An answer of the cluster is larger than ${most} bytes.`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
