/** A recording as it is played: what an asciicast v3 says, times in milliseconds since the beginning. */
export interface Cast {
  columns: number;
  rows: number;
  events: CastEvent[];
  lastsMs: number;
}

/** `o` output, `r` a resize, `m` a mark. */
export type CastEvent = readonly [at: number, code: "o" | "r" | "m", data: string];

const PLAYED: ReadonlySet<unknown> = new Set(["o", "r", "m"]);

/** Reads an asciicast v3 piece by piece, as it arrives. */
export class CastParser {
  readonly #cast: Cast = { columns: 80, rows: 24, events: [], lastsMs: 0 };
  readonly #decoder = new TextDecoder();
  #rest = "";
  #headed = false;
  /** It ends where it could not be read on. */
  broken = false;

  push(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  /** Its header is here. */
  get begun(): boolean {
    return this.#headed;
  }

  /** What there is by now. Throws where it has no header, which is no asciicast. */
  get cast(): Cast {
    if (!this.#headed) throw new Error("the recording has no beginning");
    return this.#cast;
  }

  #line(line: string): void {
    if (line === "") return;
    if (line.startsWith("#")) {
      this.broken ||= line.startsWith("# fault");
      return;
    }
    const value: unknown = JSON.parse(line);
    if (!this.#headed) {
      const { version, term } = value as { version?: unknown; term?: { cols?: number; rows?: number } };
      if (version !== 3 || term === undefined) throw new Error("the recording is no asciicast v3");
      this.#headed = true;
      this.#cast.columns = term.cols || 80;
      this.#cast.rows = term.rows || 24;
      return;
    }
    const [since, code, data] = value as [number, string, string];
    // Whole milliseconds, as they were written: sums of seconds would drift.
    this.#cast.lastsMs += Math.round(since * 1000);
    if (PLAYED.has(code)) this.#cast.events.push([this.#cast.lastsMs, code as "o", data]);
  }
}
