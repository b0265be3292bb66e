import type { CastEvent } from "./cast.ts";

/** A pause longer than this is this long where idle time is skipped, in milliseconds. */
export const IDLE_MS = 2_000;

/** How long a recording takes to be played, and which moment of it is which of the playing. Both in milliseconds. */
export interface PlayedTime {
  readonly lastsMs: number;
  toPlayed(at: number): number;
  toRecorded(played: number): number;
}

/**
 * A moment in seconds, which a player multiplies again: 1.001 s become 1,000.9999999999999 ms, and what is shown at that moment would be missing.
 * Half a millisecond later it is there, and nothing that follows is.
 */
export const secondsOf = (ms: number): number => (Math.floor(ms) + 0.5) / 1000;

/** The same time throughout. */
export const wholeTime = (lastsMs: number): PlayedTime => ({ lastsMs, toPlayed: (at) => at, toRecorded: (played) => played });

/** Without what is longer than `idleMs` of each pause: its beginning is played, and then the next event comes. */
export function withoutIdle(events: readonly CastEvent[], lastsMs: number, idleMs = IDLE_MS): PlayedTime {
  /** Where pauses were cut: from here on so much has been left out. */
  const recorded: number[] = [0];
  const played: number[] = [0];
  let before = 0;
  let out = 0;
  for (const at of [...events.map(([when]) => when), lastsMs]) {
    if (at - before > idleMs) {
      out += at - before - idleMs;
      recorded.push(at);
      played.push(at - out);
    }
    before = at;
  }
  const last = (list: readonly number[], value: number): number => {
    let [low, high] = [0, list.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (list[middle]! <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    lastsMs: lastsMs - out,
    toPlayed(at) {
      const index = last(recorded, at);
      // Inside of what was cut it is the end of the pause.
      return Math.min(played[index]! + (at - recorded[index]!), played[index + 1] ?? Infinity);
    },
    toRecorded(time) {
      const index = last(played, time);
      return recorded[index]! + (time - played[index]!);
    },
  };
}
