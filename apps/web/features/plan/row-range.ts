/** The rows of a list of equal heights that are in sight, and a few beyond, so that scrolling shows no gaps. End exclusive. */
export function rowRange(scrolled: number, height: number, row: number, count: number, beyond = 8): { from: number; to: number } {
  const from = Math.max(0, Math.floor(scrolled / row) - beyond);
  const to = Math.min(count, Math.ceil((scrolled + height) / row) + beyond);
  return { from: Math.min(from, to), to };
}
