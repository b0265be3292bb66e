import { ERRORS, type Outcome, type StagedUpload } from "@interlock/protocol";
import { useCallback, useEffect, useRef, useState } from "react";
import { useSession } from "../room/room-context.tsx";
import { fetchFile, type Progress, saveFile, sendFile } from "./transfers.ts";
import { joined, lastPart } from "./visible-name.ts";

/** One file on its way. */
export interface Transfer {
  id: number;
  way: "down" | "up";
  name: string;
  progress: Progress;
  /** Why it ended before its end. */
  failed?: string;
}

/** Files on their way between this browser and a host; each can be stopped by itself. */
export function useTransfers(connectionId: string, received: (staged: StagedUpload) => void) {
  const { roomId } = useSession();
  const [transfers, setTransfers] = useState<readonly Transfer[]>([]);
  const stops = useRef(new Map<number, AbortController>());
  const next = useRef(0);
  const took = useRef(received);
  useEffect(() => {
    took.current = received;
  });
  useEffect(() => {
    const all = stops.current;
    return () => {
      for (const stop of all.values()) stop.abort();
    };
  }, []);

  const drop = useCallback((id: number) => {
    stops.current.get(id)?.abort();
    stops.current.delete(id);
    setTransfers((all) => all.filter((one) => one.id !== id));
  }, []);

  const begin = useCallback(
    async <T>(
      way: Transfer["way"],
      name: string,
      work: (told: (progress: Progress) => void, signal: AbortSignal) => Promise<Outcome<T>>,
      done: (value: T) => void,
    ) => {
      const id = next.current++;
      const stop = new AbortController();
      stops.current.set(id, stop);
      setTransfers((all) => [...all, { id, way, name, progress: { done: 0, total: 0 } }]);
      const change = (to: Partial<Transfer>) => setTransfers((all) => all.map((one) => (one.id === id ? { ...one, ...to } : one)));
      try {
        const outcome = await work((progress) => change({ progress }), stop.signal);
        if (!outcome.ok) return change({ failed: [ERRORS[outcome.code].title, outcome.detail].filter(Boolean).join(". ") });
        drop(id);
        done(outcome.value);
      } catch {
        // It was stopped by hand, or the pane was closed.
        drop(id);
      }
    },
    [drop],
  );

  const download = useCallback(
    (path: string, reason?: string) =>
      void begin(
        "down",
        lastPart(path),
        (told, signal) => fetchFile({ roomId, connectionId, path }, reason, told, signal),
        (blob) => saveFile(blob, lastPart(path)),
      ),
    [begin, roomId, connectionId],
  );
  const upload = useCallback(
    (folder: string, files: readonly File[]) => {
      for (const file of files)
        void begin(
          "up",
          file.name,
          (told, signal) => sendFile({ roomId, connectionId, path: joined(folder, file.name) }, file, told, signal),
          (staged) => took.current(staged),
        );
    },
    [begin, roomId, connectionId],
  );
  return { transfers, download, upload, drop };
}
