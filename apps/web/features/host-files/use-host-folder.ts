import { HostFolder, type Refusal } from "@interlock/protocol";
import { useCallback, useEffect, useState } from "react";
import { useSession } from "../room/room-context.tsx";
import { rest } from "../shell/rest-client.ts";

export type FolderState = { phase: "loading" } | { phase: "failed"; refusal: Refusal } | { phase: "here" };

export interface HostFolderView {
  /** What was asked for; the folder's own path may be another one, where links lead. */
  asked: string;
  state: FolderState;
  /** The last folder that was read; it stays in view while another one is. */
  folder: HostFolder | undefined;
  go(path: string): void;
  reload(): void;
}

/** A folder of a host, asked for anew when one goes elsewhere. */
export function useHostFolder(connectionId: string): HostFolderView {
  const { roomId, hostFiles } = useSession();
  const [asked, setAsked] = useState(() => ({ path: hostFiles.place(connectionId), times: 0 }));
  const [state, setState] = useState<FolderState>({ phase: "loading" });
  const [folder, setFolder] = useState<HostFolder>();
  useEffect(() => {
    const leaving = new AbortController();
    setState({ phase: "loading" });
    const query = new URLSearchParams({ connection: connectionId, path: asked.path });
    rest.get(`/rooms/${roomId}/files?${query}`, HostFolder, leaving.signal).then(
      (answer) => {
        if (!answer.ok) return setState({ phase: "failed", refusal: answer });
        hostFiles.went(connectionId, answer.value.path);
        setFolder(answer.value);
        setState({ phase: "here" });
      },
      // Left before the answer.
      () => undefined,
    );
    return () => leaving.abort();
  }, [asked, connectionId, roomId, hostFiles]);
  const go = useCallback((path: string) => setAsked(({ times }) => ({ path, times: times + 1 })), []);
  return { asked: asked.path, state, folder, go, reload: () => go(state.phase === "failed" ? asked.path : (folder?.path ?? asked.path)) };
}
