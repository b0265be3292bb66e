/** The rows of a list of equal heights that are in sight, and `beyond` more at each edge, so that scrolling shows no gaps. `to` exclusive. */
export function rowRange(scrolled: number, height: number, row: number, count: number, beyond: number): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrolled / row) - beyond);
  const to = Math.min(count, Math.ceil((scrolled + height) / row) + beyond);
  return { from: Math.min(from, to), to };
}
