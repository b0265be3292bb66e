import type { Connection, Terminal } from "@interlock/protocol";
import { SquareTerminal } from "lucide-react";
import type { PaletteEntry } from "../palette/palette-registry.tsx";
import type { RoomSession } from "../room/room-session.ts";

/** Whether a connection is a host, whose shell needs no more than its name. */
export const isHost = ({ connector }: Pick<Connection, "connector">): boolean => connector === "ssh" || connector === "local";

/** Whether its shells are those of pods, of which one has to be chosen. */
export const isCluster = ({ connector }: Pick<Connection, "connector">): boolean => connector === "kubernetes";

/** What can be done about shells from the palette. */
export function terminalCommands(
  session: Pick<RoomSession, "openShell" | "openPod" | "showTerminal">,
  connections: readonly Connection[],
  terminals: readonly Terminal[],
  canAct: boolean,
): PaletteEntry[] {
  const open = canAct ? connections.filter(isHost) : [];
  const clusters = canAct ? connections.filter(isCluster) : [];
  return [
    ...clusters.map(({ id, name }) => ({
      id: `pod-${id}`,
      title: `Open a shell in a pod of ${name}…`,
      group: "Terminals",
      keywords: ["terminal", "exec", "attach", "debug", "kubectl", "container"],
      icon: SquareTerminal,
      run: () => session.openPod({ connectionId: id, namespace: "", name: "", way: "exec" }),
    })),
    ...open.map(({ id, name }) => ({
      id: `shell-${id}`,
      title: `Open a shell on ${name}`,
      group: "Terminals",
      keywords: ["terminal", "ssh", "console"],
      icon: SquareTerminal,
      run: () => session.openShell({ connectionId: id, name }),
    })),
    ...terminals
      .filter(({ phase }) => phase !== "ended")
      .map(({ id, name, openedAt }) => ({
        id: `terminal-${id}`,
        title: `Look at the shell on ${name}`,
        group: "Terminals",
        keywords: ["terminal", "watch", openedAt],
        icon: SquareTerminal,
        run: () => session.showTerminal(id),
      })),
  ];
}
