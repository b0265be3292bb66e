import type { ChunkStore } from "./cast-chunk.ts";
import { readCast } from "./cast-reader.ts";
import { eventLine, headerLine } from "./asciicast.ts";

/** The recording as a file of asciicast v3, line by line, with nothing but what the format knows. Throws CastFault. */
export async function* exportV3(store: ChunkStore, recording: string): AsyncGenerator<string> {
  let last = 0;
  for await (const item of readCast(store, recording)) {
    if ("header" in item) yield headerLine(item.header);
    else if (item.event.code !== "c") {
      yield eventLine(item.event.at - last, item.event.code, item.event.data);
      last = item.event.at;
    }
  }
}

/**
 * The recording as a file of asciicast v2 (docs.asciinema.org/manual/asciicast/v2), line by line: times since the beginning, and no exit
 * status. Throws CastFault.
 */
export async function* exportV2(store: ChunkStore, recording: string): AsyncGenerator<string> {
  for await (const item of readCast(store, recording)) {
    if ("header" in item) {
      const { columns, rows, timestamp, title, command, type } = item.header;
      yield `${JSON.stringify({
        version: 2,
        width: columns,
        height: rows,
        timestamp,
        ...(title !== undefined && { title }),
        ...(command !== undefined && { command }),
        ...(type !== undefined && { env: { TERM: type } }),
      })}\n`;
    } else if (item.event.code !== "c" && item.event.code !== "x")
      yield `[${item.event.at / 1000}, "${item.event.code}", ${JSON.stringify(item.event.data)}]\n`;
  }
}
