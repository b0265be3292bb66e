"use client";
import { Connection } from "@interlock/protocol";
import { ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { type PaletteCommand, usePaletteCommands } from "../palette/palette-registry.tsx";
import { rest } from "../shell/rest-client.ts";

const Connections = Connection.array();

export const posturePath = (connection: string, roomId?: string): string =>
  `/connections/${encodeURIComponent(connection)}/posture${roomId === undefined ? "" : `?room=${encodeURIComponent(roomId)}`}`;

/** Connections that there are checks for. */
export const hasPosture = ({ connector }: Pick<Connection, "connector">): boolean => connector === "kubernetes";

/** The room this page is of. */
function roomOfPage(): string | undefined {
  return /^\/rooms\/([^/]+)/.exec(location.pathname)?.[1] ?? new URLSearchParams(location.search).get("room") ?? undefined;
}

function commandsFor(connections: readonly Connection[], go: (path: string) => void): PaletteCommand[] {
  return connections.filter(hasPosture).map(({ id, name, environment }) => ({
    id: `posture-${id}`,
    title: `Posture of ${name}`,
    group: "Clusters",
    keywords: ["security", "rights", "rbac", "checks", "least privilege", environment],
    icon: ShieldCheck,
    run: () => go(posturePath(name, roomOfPage())),
  }));
}

/** In a room its connections are known: the commands are there as soon as the palette is. */
export function useRoomPostureCommands(connections: readonly Connection[]): void {
  const router = useRouter();
  usePaletteCommands(useMemo(() => commandsFor(connections, (path) => router.push(path)), [connections, router]));
}

/** One command for each cluster. Asked for once, when the palette opens. */
export function usePostureCommands(): PaletteCommand[] {
  const router = useRouter();
  const [connections, setConnections] = useState<Connection[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    // Only their names are wanted: nobody waits here for targets to answer.
    void rest.get("/connections?ping=false", Connections, abort.signal).then(
      (outcome) => {
        if (outcome.ok && !abort.signal.aborted) setConnections(outcome.value);
      },
      // The palette was closed before the answer came.
      () => undefined,
    );
    return () => abort.abort();
  }, []);
  return useMemo(() => commandsFor(connections, (path) => router.push(path)), [connections, router]);
}
