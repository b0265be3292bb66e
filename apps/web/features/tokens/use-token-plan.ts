"use client";
import { ERRORS, type Impact, type Verdict } from "@interlock/protocol";
import { useEffect, useState } from "react";
import { newKey } from "../room/request-key.ts";
import { useSession } from "../room/room-context.tsx";
import { rest } from "../shell/rest-client.ts";
import { AnalysisAnswer, ProposedCommand } from "../yaml/save-answers.ts";

/** Quiet before it is asked what a line would do, in milliseconds. */
const QUIET_MS = 250;

interface Asked {
  connection: string;
  text: string;
  analysis?: { impact: Impact; verdict: Verdict };
  refusal?: string;
}

/** What a line would do as policy judges it, asked anew as it changes, and the way to propose it. */
export function useTokenPlan(connection: string | undefined, text: string | undefined) {
  const session = useSession();
  const [asked, setAsked] = useState<Asked>();
  const [proposing, setProposing] = useState(false);
  const [refused, setRefused] = useState<string>();
  useEffect(() => {
    setRefused(undefined);
    if (connection === undefined || text === undefined) return;
    const ending = new AbortController();
    const ask = async () => {
      const answer = await rest.post("/analyze", { connection, text }, AnalysisAnswer, { signal: ending.signal });
      if (ending.signal.aborted) return;
      const to = { connection, text };
      setAsked(
        answer.ok
          ? { ...to, analysis: answer.value }
          : { ...to, refusal: [ERRORS[answer.code].title, answer.detail].filter(Boolean).join(": ") },
      );
    };
    const timer = setTimeout(() => {
      ask().catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
      });
    }, QUIET_MS);
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [connection, text]);
  const current = asked !== undefined && asked.connection === connection && asked.text === text;
  const shown = text === undefined ? undefined : asked;
  return {
    /** Of an earlier line while the present one is worked out. */
    analysis: shown?.analysis,
    stale: !current,
    refusal: refused ?? (current ? asked.refusal : undefined),
    busy: proposing || !current,
    proposing,
    /** Resolves to the command's id; undefined where it was refused, which `refusal` then says. */
    async propose(reason: string): Promise<string | undefined> {
      if (connection === undefined || text === undefined) return undefined;
      setProposing(true);
      const body = { connection, text, ...(reason === "" ? {} : { reason }) };
      const answer = await rest.post(`/rooms/${session.roomId}/commands`, body, ProposedCommand, { key: newKey() });
      setProposing(false);
      if (answer.ok) return answer.value.id;
      setRefused([ERRORS[answer.code].title, answer.detail].filter(Boolean).join(": "));
      return undefined;
    },
  };
}
