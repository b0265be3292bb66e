"use client";
import { type PostureFinding, PosturePage, type Refusal } from "@interlock/protocol";
import { useCallback, useEffect, useState } from "react";
import { rest } from "../shell/rest-client.ts";
import { type PostureAsk, readPosture } from "./posture-reading.ts";

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
    const path = `/connections/${encodeURIComponent(connection)}/posture`;
    const ask = ({ offset, limit, fresh }: PostureAsk) =>
      rest.get(`${path}?limit=${limit}&offset=${offset}${fresh ? "&fresh=true" : ""}`, PosturePage, abort.signal);
    const read = async () => {
      setBusy(true);
      const outcome = await readPosture(ask, round > 0, (page, all) => {
        if (abort.signal.aborted) return;
        setRefusal(undefined);
        setPosture(page);
        setFindings(all);
      });
      if (abort.signal.aborted) return;
      setRefusal(outcome.ok ? undefined : outcome);
      setBusy(false);
    };
    // It rejects only when the page has gone.
    void read().catch(() => undefined);
    return () => abort.abort();
  }, [connection, round]);
  const readAgain = useCallback(() => setRound((now) => now + 1), []);
  return { posture, findings, refusal, busy, readAgain };
}
