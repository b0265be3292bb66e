/** First and longest wait between attempts, in milliseconds. */
export const BACK_OFF = { first: 250, longest: 15_000 } as const;

/**
 * Milliseconds to wait before attempt `attempt` (0 for the first retry): doubles each time up to the longest, of which a random half is
 * taken away so that a room full of browsers does not come back in the same instant.
 */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(BACK_OFF.longest, BACK_OFF.first * 2 ** Math.min(attempt, 20));
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
