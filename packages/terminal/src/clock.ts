/** Time as a part of this package sees it, so that tests hold it in their hands. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Runs `work` once after so many milliseconds; the function that comes back takes that back. */
  after(ms: number, work: () => void): () => void;
}

/** The real one. Its timers keep no process alive. */
export const CLOCK: Clock = {
  now: () => performance.now(),
  after(ms, work) {
    const timer = setTimeout(work, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
