"use client";
import { Connection } from "@interlock/protocol";
import { KeyRound, Scissors, ShieldCheck } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { type PaletteCommand, usePaletteCommands } from "../palette/palette-registry.tsx";
import { rest } from "../shell/rest-client.ts";

const Connections = Connection.array();

const pathOf =
  (page: string) =>
  (connection: string, roomId?: string): string =>
    `/connections/${encodeURIComponent(connection)}/${page}${roomId === undefined ? "" : `?room=${encodeURIComponent(roomId)}`}`;

export const posturePath = pathOf("posture");
export const leastPrivilegePath = pathOf("least-privilege");
export const whoMayPath = pathOf("who-may");

/** Connections that there are checks for. */
export const hasPosture = ({ connector }: Pick<Connection, "connector">): boolean => connector === "kubernetes";

/** The room this page is of. */
function roomOfPage(): string | undefined {
  return /^\/rooms\/([^/]+)/.exec(location.pathname)?.[1] ?? new URLSearchParams(location.search).get("room") ?? undefined;
}

function commandsFor(connections: readonly Connection[], go: (path: string) => void): PaletteCommand[] {
  const pages = [
    { id: "posture", title: "Posture of", icon: ShieldCheck, path: posturePath, keywords: ["security", "rights", "rbac", "checks"] },
    {
      id: "least-privilege",
      title: "Least privilege of",
      icon: Scissors,
      path: leastPrivilegePath,
      keywords: ["rights", "rbac", "roles", "unused", "audit log"],
    },
    {
      id: "who-may",
      title: "Who can …? in",
      icon: KeyRound,
      path: whoMayPath,
      keywords: ["who may", "rights", "rbac", "access", "exec", "secrets"],
    },
  ];
  return connections.filter(hasPosture).flatMap(({ id, name, environment }) =>
    pages.map(({ id: page, title, icon, path, keywords }) => ({
      id: `${page}-${id}`,
      title: `${title} ${name}`,
      group: "Clusters",
      keywords: [...keywords, environment],
      icon,
      run: () => go(path(name, roomOfPage())),
    })),
  );
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
