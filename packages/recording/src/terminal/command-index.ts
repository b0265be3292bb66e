import type { CommandMark } from "./asciicast.ts";
import type { ChunkStore } from "./cast-chunk.ts";
import { readCast } from "./cast-reader.ts";

/** One command that ran in a recorded shell, as its integration told. */
export interface RecordedCommand {
  /** Milliseconds since the beginning, and bytes of output, where it began. */
  at: number;
  offset: number;
  text?: string;
  folder?: string;
  /** Where it ended; absent where that was not told. */
  endedAt?: number;
  endOffset?: number;
  exitCode?: number;
}

/** Puts marks together to commands, one mark after the other. */
export class CommandIndex {
  readonly commands: RecordedCommand[] = [];
  #open: RecordedCommand | undefined;

  add(at: number, mark: CommandMark): void {
    if (mark.kind === "started") {
      // A shell that was killed in between never tells the end of what ran.
      this.#open = {
        at,
        offset: mark.offset,
        ...(mark.text !== undefined && { text: mark.text }),
        ...(mark.folder !== undefined && { folder: mark.folder }),
      };
      this.commands.push(this.#open);
    } else if (this.#open !== undefined) {
      this.#open.endedAt = at;
      this.#open.endOffset = mark.offset;
      if (mark.exitCode !== undefined) this.#open.exitCode = mark.exitCode;
      this.#open = undefined;
    }
  }
}

/** The commands of a recording. Throws CastFault. */
export async function commandsOf(store: ChunkStore, recording: string): Promise<RecordedCommand[]> {
  const index = new CommandIndex();
  for await (const item of readCast(store, recording)) {
    if (!("event" in item) || item.event.code !== "c") continue;
    // Chunks were checked: this is what the writer wrote.
    index.add(item.event.at, JSON.parse(item.event.data) as CommandMark);
  }
  return index.commands;
}
