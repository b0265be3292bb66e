import type { Readable } from "node:stream";
import { TargetError } from "@interlock/connector";
import { faultOf } from "./open-cluster.ts";

/**
 * A body as text. `signal` is that of its request.
 * @throws TargetError as the request itself would where the body is cut off, and `target_down` where it is larger than `most` bytes; what is
 * left of it is not read.
 */
export async function wholeText(body: Readable, most: number, signal?: AbortSignal): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > most) {
        body.destroy();
        throw new TargetError("target_down", `An answer of the cluster is larger than ${most} bytes.`);
      }
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof TargetError ? error : faultOf(error, signal);
  }
  return Buffer.concat(chunks).toString("utf8");
}
