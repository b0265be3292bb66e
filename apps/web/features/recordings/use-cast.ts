"use client";
import { Problem, type Refusal, refuse } from "@interlock/protocol";
import { useCallback, useEffect, useState } from "react";
import { type Cast, CastParser } from "./cast.ts";

export type CastState =
  | { phase: "loading"; bytes: number }
  /** `lacks`: the end of it is not here. */
  | { phase: "here"; cast: Cast; lacks?: Lacking }
  | { phase: "refused"; refusal: Refusal };

/** Why the end of a recording is not here: it could not be read on, did not arrive, or is more than a browser is asked to keep. */
export type Lacking = "broken" | "lost" | "long";

/** Most of a recording that is fetched to be played, in bytes of its asciicast: a tab's memory holds it several times over. */
const PLAYED_BYTES = 256 * 1024 * 1024;
/** How often a page is told how much has come, in bytes. */
const TOLD_BYTES = 256 * 1024;

/** What was shown, once it is here. Asking for it is watching it, which the audit log has by then. `again` asks anew. */
export function useCast(id: string, wanted: boolean): { state: CastState; again: () => void } {
  const [state, setState] = useState<CastState>({ phase: "loading", bytes: 0 });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (!wanted) return;
    const abort = new AbortController();
    void loadCast(id, abort.signal, (next) => !abort.signal.aborted && setState(next));
    return () => abort.abort();
  }, [id, wanted, round]);
  return { state, again: useCallback(() => setRound((now) => now + 1), []) };
}

/** Fetches a recording and tells how far that is, until `most` bytes are here. Never rejects. */
export async function loadCast(
  id: string,
  signal: AbortSignal,
  tell: (state: CastState) => void,
  most: number = PLAYED_BYTES,
): Promise<void> {
  const parser = new CastParser();
  let bytes = 0;
  let told = 0;
  try {
    const response = await fetch(`/api/v1/recordings/${id}/cast?player=true`, { signal, cache: "no-store" });
    if (!response.ok || response.body === null) return tell({ phase: "refused", refusal: await refusalOf(response) });
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parser.push(value);
      bytes += value.byteLength;
      if (bytes > most) {
        tell({ phase: "here", cast: parser.cast, lacks: "long" });
        return await reader.cancel();
      }
      if (bytes - told < TOLD_BYTES) continue;
      told = bytes;
      tell({ phase: "loading", bytes });
    }
    tell({ phase: "here", cast: parser.cast, ...(parser.broken && { lacks: "broken" }) });
  } catch {
    if (signal.aborted) return;
    // What came before it broke off was checked piece by piece.
    if (parser.begun) tell({ phase: "here", cast: parser.cast, lacks: "lost" });
    else
      tell({ phase: "refused", refusal: refuse("internal", "Interlock does not answer. It may be restarting, or the network is down.") });
  }
}

async function refusalOf(response: Response): Promise<Refusal> {
  const problem = Problem.safeParse(await response.json().catch(() => undefined));
  return problem.success
    ? refuse(problem.data.code, problem.data.detail)
    : refuse("internal", `The service answered ${response.status} without saying why.`);
}
