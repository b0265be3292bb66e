import { readSize, type CommandMark } from "./asciicast.ts";
import type { ChunkStore } from "./cast-chunk.ts";
import { PlainText } from "./plain-text.ts";
import { CastFault, readCast } from "./cast-reader.ts";

/** One command that ran in a recorded shell, as its integration told. */
export interface RecordedCommand {
  /** Milliseconds since the beginning, and bytes of output, where it began. */
  at: number;
  offset: number;
  text?: string;
  /** Where its shell did not tell its text: the line that was on the screen last when it began, prompt included. */
  line?: string;
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

  /** `shown`: the line on which it began. */
  add(at: number, mark: CommandMark, shown?: string): void {
    if (mark.kind === "started") {
      // A shell that was killed in between never tells the end of what ran.
      this.#open = {
        at,
        offset: mark.offset,
        ...(mark.text !== undefined && { text: mark.text }),
        ...(mark.text === undefined && shown !== undefined && { line: shown }),
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

  /** The shell ended and told its exit code: what still ran (`exit 3`, `exec …`) ended it, and has no end of its own. */
  shellEnded(at: number, exitCode: number): void {
    if (this.#open === undefined) return;
    this.#open.endedAt = at;
    this.#open.exitCode = exitCode;
    this.#open = undefined;
  }
}

/** What a recording tells of its commands. */
export interface RecordedCommands {
  commands: RecordedCommand[];
  /** The recording cannot be read on from here; what is told of the commands before that is right. */
  fault?: CastFault;
}

/** The commands of a recording, as far as it is what was recorded. */
export async function commandsOf(store: ChunkStore, recording: string): Promise<RecordedCommands> {
  const index = new CommandIndex();
  try {
    await readInto(index, store, recording);
  } catch (error) {
    if (!(error instanceof CastFault)) throw error;
    return { commands: index.commands, fault: error };
  }
  return { commands: index.commands };
}

async function readInto(index: CommandIndex, store: ChunkStore, recording: string): Promise<void> {
  const plain = new PlainText();
  let shown: string | undefined;
  for await (const item of readCast(store, recording)) {
    if ("header" in item) {
      plain.resize(item.header.columns);
      continue;
    }
    const { at, code, data } = item.event;
    if (code === "o")
      for (const { text } of plain.push(data, at)) {
        if (text.trim() !== "") shown = text.trim();
      }
    else if (code === "r") plain.resize(readSize(data)?.columns ?? 0);
    else if (code === "c") {
      // Chunks were checked: this is what the writer wrote.
      index.add(at, JSON.parse(data) as CommandMark, shown);
      shown = undefined;
    } else if (code === "x") index.shellEnded(at, Number(data));
  }
}
