"use client";
import { type Refusal, Room } from "@interlock/protocol";
import { useCallback, useEffect, useState } from "react";
import { rest } from "../shell/rest-client.ts";

/** How often the list is asked for while it is looked at, in milliseconds; doubled after every failure, up to the second. */
const PERIOD_MS = 4_000;
const MOST_MS = 30_000;
const Rooms = Room.array();

export interface RoomsState {
  /** The last list that arrived; undefined until the first does. */
  rooms: Room[] | undefined;
  /** When it arrived, in milliseconds. */
  asOf: number;
  /** Why the last request failed; undefined when it did not. */
  refusal: Refusal | undefined;
  /** Asks now. */
  refresh: () => void;
}

/** The list of rooms, kept fresh while the page is visible and silent while it is not. */
export function useRooms(): RoomsState {
  const [list, setList] = useState<{ rooms: Room[]; asOf: number }>();
  const [refusal, setRefusal] = useState<Refusal>();
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    let asking = false;
    const ask = async () => {
      if (asking || document.hidden) return;
      asking = true;
      clearTimeout(timer);
      const outcome = await rest.get("/rooms", Rooms, abort.signal).catch(() => undefined);
      asking = false;
      if (!outcome || abort.signal.aborted) return;
      failures = outcome.ok ? 0 : failures + 1;
      setRefusal(outcome.ok ? undefined : outcome);
      if (outcome.ok) setList({ rooms: outcome.value, asOf: Date.now() });
      // Nobody is signed in: asking again does not change that.
      if (outcome.ok || outcome.code !== "unauthenticated")
        timer = setTimeout(() => void ask(), Math.min(PERIOD_MS * 2 ** failures, MOST_MS));
    };
    const onVisible = () => void ask();
    document.addEventListener("visibilitychange", onVisible);
    void ask();
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [round]);
  const refresh = useCallback(() => setRound((now) => now + 1), []);
  return { rooms: list?.rooms, asOf: list?.asOf ?? 0, refusal, refresh };
}
