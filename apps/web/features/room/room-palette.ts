"use client";
import {
  CornerDownRight,
  Download,
  FileCode2,
  FlaskConical,
  LayoutDashboard,
  Link2,
  Lock,
  LockOpen,
  Play,
  SkipBack,
  SkipForward,
  Waypoints,
} from "lucide-react";
import { useEffect, useMemo } from "react";
import { fileCommands } from "../host-files/file-commands.ts";
import { type PaletteEntry, usePaletteCommands } from "../palette/palette-registry.tsx";
import { useRoomPostureCommands } from "../posture/posture-commands.ts";
import { useRoomRecordingCommands } from "../recordings/recording-commands.ts";
import { terminalCommands } from "../terminal/terminal-commands.ts";
import { goToPlace, nextPlace, PLACES } from "./places.ts";
import type { RoomActs } from "./room-acts.ts";
import { useRoom, useSession } from "./room-context.tsx";
import { hasEnded } from "./room-state.ts";
import { forgetLayout } from "./stored-layout.ts";

/** What a room puts on the palette, and the keys that work anywhere in it. */
export function useRoomPalette(acts: RoomActs): void {
  const session = useSession();
  const here = useRoom((state) => state.room !== undefined && !hasEnded(state.link));
  const open = useRoom((state) => state.room?.open ?? true);
  const lead = useRoom((state) => state.role === "lead");
  const observer = useRoom((state) => state.role === "observer");
  const userId = useRoom((state) => state.me?.id);
  const documents = useRoom((state) => state.documents);
  useRoomPostureCommands(useRoom((state) => state.connections));
  const connections = useRoom((state) => state.connections);
  const terminals = useRoom((state) => state.terminals);
  useRoomRecordingCommands(session.roomId, terminals);

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "F6" || event.metaKey || event.ctrlKey || event.altKey) return;
      // A dialog keeps the keyboard until it is closed.
      if (document.querySelector('[role="dialog"]')) return;
      event.preventDefault();
      goToPlace(session, nextPlace(event.shiftKey ? -1 : 1));
    };
    // Before the editor sees it.
    window.addEventListener("keydown", press, { capture: true });
    return () => window.removeEventListener("keydown", press, { capture: true });
  }, [session]);

  const commands = useMemo<PaletteEntry[]>(() => {
    if (!here) return [];
    const clusters = connections.filter(({ connector }) => connector === "kubernetes");
    const go: PaletteEntry[] = [
      ...PLACES.map((place) => ({
        id: `room-go-${place.id}`,
        title: place.title,
        group: "Go to",
        keywords: ["focus", "pane"],
        icon: CornerDownRight,
        run: () => goToPlace(session, place),
      })),
      {
        id: "room-next",
        title: "Next pane",
        group: "Go to",
        shortcut: "F6",
        icon: SkipForward,
        run: () => goToPlace(session, nextPlace(1)),
      },
      {
        id: "room-previous",
        title: "Previous pane",
        group: "Go to",
        shortcut: "Shift+F6",
        icon: SkipBack,
        run: () => goToPlace(session, nextPlace(-1)),
      },
    ];
    const texts: PaletteEntry[] = documents.map(({ id, name }) => ({
      id: `document-${id}`,
      title: `Open ${name}`,
      group: "Documents",
      keywords: ["document", "editor", "go to"],
      icon: FileCode2,
      run: () => session.openDocument(id),
    }));
    const whole: PaletteEntry[] = [
      {
        id: "room-invite",
        title: "Copy the room's link",
        group: "Room",
        keywords: ["invite", "share"],
        icon: Link2,
        run: () => void acts.invite(),
      },
      {
        id: "room-export-md",
        title: "Export the timeline as Markdown",
        group: "Room",
        keywords: ["report"],
        icon: Download,
        run: acts.exportMarkdown,
      },
      { id: "room-export-json", title: "Export the timeline as JSON", group: "Room", icon: Download, run: acts.exportJson },
      {
        id: "room-reset-layout",
        title: "Reset layout",
        group: "Room",
        keywords: ["panes", "tabs", "original", "default"],
        icon: LayoutDashboard,
        run: () => {
          if (userId !== undefined) forgetLayout(userId, session.roomId);
          session.show({ layoutResets: session.view.get().layoutResets + 1 });
        },
      },
    ];
    for (const { id, name } of clusters)
      whole.push({
        id: `room-reach-${id}`,
        title: clusters.length > 1 ? `Why is this blocked? · ${name}` : "Why is this blocked?",
        group: "Room",
        keywords: ["network", "policy", "reach", "connection", "port", "kubernetes", name],
        icon: Waypoints,
        run: () => session.openInquiry(id),
      });
    if (lead && open)
      whole.push({ id: "room-close", title: "Close the room", group: "Room", keywords: ["lock"], icon: Lock, run: acts.close });
    if (lead && !open) whole.push({ id: "room-reopen", title: "Reopen the room", group: "Room", icon: LockOpen, run: acts.reopen });
    const writing: PaletteEntry[] = [
      {
        id: "room-propose",
        title: "Propose the statement under the cursor",
        group: "Room",
        shortcut: "Mod+Enter",
        icon: Play,
        run: () => session.propose(false),
      },
      {
        id: "room-dry-run",
        title: "Dry run of the statement under the cursor",
        group: "Room",
        shortcut: "Mod+Shift+Enter",
        keywords: ["try", "rollback"],
        icon: FlaskConical,
        run: () => session.propose(true),
      },
      { id: "key-safer", title: "Use the safer text for the statement under the cursor", group: "Room", shortcut: "Mod+." },
      { id: "key-leave", title: "Leave the editor: Esc, then", group: "Room", shortcut: "Tab" },
    ];
    const deciding: PaletteEntry[] = [
      { id: "key-approve", title: "Approve the command that has the focus", group: "Room", shortcut: "a" },
      { id: "key-reject", title: "Reject it", group: "Room", shortcut: "r" },
      { id: "key-hold", title: "Hold its countdown", group: "Room", shortcut: "h" },
    ];
    const shells = terminalCommands(session, connections, terminals, !observer && open);
    const files = fileCommands(session, connections, !observer && open);
    return [...(observer ? [] : writing), ...go, ...texts, ...shells, ...files, ...whole, ...(observer ? [] : deciding)];
  }, [acts, connections, documents, here, lead, observer, open, session, terminals, userId]);
  usePaletteCommands(commands);
}
