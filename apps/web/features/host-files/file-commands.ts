import type { Connection } from "@interlock/protocol";
import { FolderOpen } from "lucide-react";
import type { PaletteEntry } from "../palette/palette-registry.tsx";
import type { RoomSession } from "../room/room-session.ts";

/** Whether a connection has files to look at. */
export const hasFiles = ({ connector }: Pick<Connection, "connector">): boolean => connector === "ssh";

/** What can be done about files of hosts from the palette. */
export function fileCommands(
  session: Pick<RoomSession, "openHostFiles">,
  connections: readonly Connection[],
  canAct: boolean,
): PaletteEntry[] {
  if (!canAct) return [];
  return connections.filter(hasFiles).map(({ id, name }) => ({
    id: `files-${id}`,
    title: `Files of ${name}`,
    group: "Hosts",
    keywords: ["sftp", "browse", "download", "upload", "folder"],
    icon: FolderOpen,
    run: () => session.openHostFiles(id),
  }));
}
