"use client";
import { LeastPrivilegePage, type PrivilegeSummary, type Refusal } from "@interlock/protocol";
import { useCallback, useEffect, useState } from "react";
import { rest } from "../shell/rest-client.ts";

/** Subjects of one answer, and most that a page holds; the rest is told by its number. The worst come first. */
const PAGE = 500;
const MOST = 3_000;

export interface LeastPrivilegeState {
  page: LeastPrivilegePage | undefined;
  subjects: readonly PrivilegeSummary[];
  refusal: Refusal | undefined;
  busy: boolean;
  /** Counts readings: what was read of one subject is of the same. */
  round: number;
  readAgain: () => void;
}

/** Everybody of a cluster; read anew when somebody comes back to the page, for a plan may have been applied meanwhile. */
export function useLeastPrivilege(connection: string): LeastPrivilegeState {
  const [page, setPage] = useState<LeastPrivilegePage>();
  const [subjects, setSubjects] = useState<readonly PrivilegeSummary[]>([]);
  const [refusal, setRefusal] = useState<Refusal>();
  const [busy, setBusy] = useState(true);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const read = async () => {
      setBusy(true);
      let all: readonly PrivilegeSummary[] = [];
      // What somebody has applied a moment ago is what they come to see; the other pages are of the same reading.
      for (let fresh = true; ; fresh = false) {
        const query = `system=true&limit=${PAGE}&offset=${all.length}${fresh ? "&fresh=true" : ""}`;
        const outcome = await rest.get(
          `/connections/${encodeURIComponent(connection)}/least-privilege?${query}`,
          LeastPrivilegePage,
          abort.signal,
        );
        if (abort.signal.aborted) return;
        setRefusal(outcome.ok ? undefined : outcome);
        if (!outcome.ok) break;
        all = [...all, ...outcome.value.subjects];
        setPage(outcome.value);
        setSubjects(all);
        if (outcome.value.subjects.length === 0 || all.length >= Math.min(outcome.value.total, MOST)) break;
      }
      setBusy(false);
    };
    // It rejects only when the page has gone.
    void read().catch(() => undefined);
    return () => abort.abort();
  }, [connection, round]);
  const readAgain = useCallback(() => setRound((now) => now + 1), []);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && readAgain();
    document.addEventListener("visibilitychange", look);
    return () => document.removeEventListener("visibilitychange", look);
  }, [readAgain]);
  return { page, subjects, refusal, busy, round, readAgain };
}
