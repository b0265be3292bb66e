/** Where one chunk's rows are. */
export interface ChunkSpan {
  chunk: number;
  firstRow: number;
  rows: number;
}

/**
 * Chunks hold about the same bytes, not the same rows, so which chunk holds a row is found out: between the nearest known chunks the place
 * is interpolated, and every chunk that comes in narrows it. Spans are kept for all chunks ever seen (a few numbers each).
 */
export class ChunkIndex {
  /** Ordered by chunk, and so by row. */
  readonly #spans: ChunkSpan[] = [];

  add(span: ChunkSpan): void {
    const at = this.#after(span.chunk);
    if (this.#spans[at - 1]?.chunk === span.chunk) this.#spans[at - 1] = span;
    else this.#spans.splice(at, 0, span);
  }

  /** The known chunk that holds `row`. */
  holding(row: number): ChunkSpan | undefined {
    let low = 0;
    let high = this.#spans.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const span = this.#spans[middle]!;
      if (row < span.firstRow) high = middle - 1;
      else if (row >= span.firstRow + span.rows) low = middle + 1;
      else return span;
    }
    return undefined;
  }

  /** The chunk to ask for to get nearer to `row`, of `chunks` chunks that hold `rows` rows; undefined when there is none. */
  guess(row: number, rows: number, chunks: number): number | undefined {
    const known = this.holding(row);
    if (known) return known.chunk;
    let below = { chunk: -1, end: 0 };
    let above = { chunk: chunks, start: rows };
    for (const span of this.#spans) {
      if (span.firstRow + span.rows <= row) below = { chunk: span.chunk, end: span.firstRow + span.rows };
      else if (span.firstRow > row) {
        above = { chunk: span.chunk, start: span.firstRow };
        break;
      }
    }
    const room = above.chunk - below.chunk - 1;
    if (room <= 0) return undefined;
    const share = (row - below.end) / Math.max(1, above.start - below.end);
    return below.chunk + 1 + Math.min(room - 1, Math.max(0, Math.floor(share * room)));
  }

  #after(chunk: number): number {
    let low = 0;
    let high = this.#spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#spans[middle]!.chunk <= chunk) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
