import { readSize } from "./asciicast.ts";
import type { ChunkStore } from "./cast-chunk.ts";
import { readCast } from "./cast-reader.ts";
import { PlainText, type SpokenLine } from "./plain-text.ts";

/** A place in a recording at which a text was shown. */
export interface CastMatch {
  /** Milliseconds since the beginning at which its first character came. */
  at: number;
  /** The line it stands in, and where. */
  line: string;
  from: number;
  to: number;
}

/**
 * Where a text was shown, without regard to case, in the order of time; at most `most` places. The text is looked for line by line as it came, one
 * that was typed past the right edge being one, so that what a full-screen program puts together from pieces is found in its pieces. Throws CastFault.
 */
export async function* searchCast(store: ChunkStore, recording: string, text: string, most = 1000): AsyncGenerator<CastMatch> {
  const wanted = text.toLowerCase();
  if (wanted === "") return;
  const plain = new PlainText();
  let found = 0;
  for await (const item of readCast(store, recording)) {
    if ("header" in item) {
      plain.resize(item.header.columns);
      continue;
    }
    const { at, code, data } = item.event;
    if (code === "r") plain.resize(readSize(data)?.columns ?? 0);
    if (code !== "o") continue;
    for (const line of plain.push(data, at))
      for (const match of matches(line, wanted)) {
        yield match;
        if (++found === most) return;
      }
  }
  for (const line of plain.end())
    for (const match of matches(line, wanted)) {
      yield match;
      if (++found === most) return;
    }
}

function* matches(line: SpokenLine, wanted: string): Generator<CastMatch> {
  // Letters whose lower case is longer would shift what is behind them.
  const lower = line.text.toLowerCase();
  const text = lower.length === line.text.length ? lower : line.text;
  for (let from = text.indexOf(wanted); from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
    const at = line.times.findLast((time) => time.from <= from)?.at ?? 0;
    yield { at, line: line.text, from, to: from + wanted.length };
  }
}
