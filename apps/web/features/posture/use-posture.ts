"use client";
import { type PostureFinding, PosturePage, type Refusal } from "@interlock/protocol";
import { useCallback, useEffect, useState } from "react";
import { rest } from "../shell/rest-client.ts";

/** Findings of one answer, and most that a page holds; the rest is told by its number. They come worst first. */
const PAGE = 1_000;
const MOST = 5_000;

export interface PostureState {
  posture: PosturePage | undefined;
  findings: readonly PostureFinding[];
  refusal: Refusal | undefined;
  /** Something is being asked for. */
  busy: boolean;
  /** Has the cluster read anew. */
  readAgain: () => void;
}

/** The posture of a connection: its figures first, then page by page what was found. */
export function usePosture(connection: string): PostureState {
  const [posture, setPosture] = useState<PosturePage>();
  const [findings, setFindings] = useState<readonly PostureFinding[]>([]);
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(true);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const read = async () => {
      setBusy(true);
      let fresh = round > 0;
      let all: readonly PostureFinding[] = [];
      for (;;) {
        const query = `limit=${PAGE}&offset=${all.length}${fresh ? "&fresh=true" : ""}`;
        const outcome = await rest.get(`/connections/${encodeURIComponent(connection)}/posture?${query}`, PosturePage, abort.signal);
        if (abort.signal.aborted) return;
        setRefusal(outcome.ok ? undefined : outcome);
        if (!outcome.ok) break;
        const page = outcome.value;
        all = [...all, ...page.findings];
        setPosture(page);
        setFindings(all);
        // The other pages are of the same reading.
        fresh = false;
        if (page.findings.length === 0 || all.length >= Math.min(page.total, MOST)) break;
      }
      setBusy(false);
    };
    // It rejects only when the page has gone.
    void read().catch(() => undefined);
    return () => abort.abort();
  }, [connection, round]);
  const readAgain = useCallback(() => setRound((now) => now + 1), []);
  return { posture, findings, refusal, busy, readAgain };
}
