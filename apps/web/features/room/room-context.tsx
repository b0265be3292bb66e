"use client";
import { createContext, useContext, useEffect, useState } from "react";
import type { RoomSession, RoomView } from "./room-session.ts";
import type { RoomState } from "./room-state.ts";
import { useStore } from "./store.ts";

export const RoomContext = createContext<RoomSession | undefined>(undefined);

/** The room that is open. Only inside `RoomPage`. */
export function useSession(): RoomSession {
  const session = useContext(RoomContext);
  if (session === undefined) throw new Error("no room is open here");
  return session;
}

/** Follows a part of the room's state; `select` must not make a new object each time. */
export function useRoom<S>(select: (state: RoomState) => S): S {
  return useStore(useSession().state, select);
}

export function useView<S>(select: (view: RoomView) => S): S {
  return useStore(useSession().view, select);
}

/** Whether the person may write, propose and hold in this room. */
export const useCanAct = () => useRoom((state) => state.role !== "observer" && state.link.phase === "live");

/** The time in milliseconds, anew every `every` milliseconds while `running`. */
export function useNow(every: number, running = true): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every, running]);
  return now;
}
