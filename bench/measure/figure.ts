/** One measured figure; `ratio` is ours through `peer`'s, of the same run. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  peer?: string;
  ratio?: number;
  /** Least and most of what `ratio`, or else `value`, is the median of. */
  spread?: [number, number];
  goal: string;
  ok: boolean;
}

export type Report = (figure: Figure) => void;

/** What a file of this folder exports. `small`: just enough to show that it works; its figures say nothing about speed. */
export type Benchmark = (report: Report, small: boolean) => Promise<void>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
