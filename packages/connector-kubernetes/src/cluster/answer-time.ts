/**
 * Longest to wait for the whole answer to one request that is no watch, in milliseconds: an API server gives such a request up after a
 * minute by itself (kube-apiserver, `--request-timeout`), and one that is silent for longer will say nothing any more.
 */
export const ANSWER_MS = 65_000;

/** Ends with `signal`, and at the latest when no answer is to be expected any more. */
export function answerTime(signal?: AbortSignal, ms = ANSWER_MS): AbortSignal {
  const late = AbortSignal.timeout(ms);
  return signal === undefined ? late : AbortSignal.any([signal, late]);
}
