"use client";
import type { Room } from "@interlock/protocol";
import { CornerDownRight, Download, FileJson, FileText, Link2, Lock, LockOpen, Play } from "lucide-react";
import { useMemo } from "react";
import { toast } from "sonner";
import { Badge, SeverityBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "../../components/ui/dropdown-menu.tsx";
import { type PaletteCommand, usePaletteCommands } from "../palette/palette-registry.tsx";
import { RoomPeople } from "../presence/room-people.tsx";
import { AppHeader } from "../shell/app-header.tsx";
import { download, timelineJson, timelineMarkdown } from "../timeline/timeline-export.ts";
import { useRoom, useSession } from "./room-context.tsx";
import type { Pane, RoomSession } from "./room-session.ts";
import { RoomTimer } from "./room-timer.tsx";

/** The bar of a room: which one, how bad, how long, who is here, and what can be done with it as a whole. */
export function RoomHeader() {
  const session = useSession();
  const room = useRoom((state) => state.room);
  const lead = useRoom((state) => state.role === "lead");
  const acts = useMemo(() => roomActs(session), [session]);
  useRoomPalette(acts, lead, room?.open ?? true);
  if (!room) return <AppHeader crumbs={[{ label: "Rooms", href: "/rooms" }, { label: "Opening…" }]} />;
  return (
    <AppHeader
      crumbs={[{ label: "Rooms", href: "/rooms" }, { label: `${room.code} · ${room.title}` }]}
      aside={<Aside room={room} />}
      actions={
        <>
          <RoomPeople />
          <Button onClick={() => void acts.invite()} className="max-md:hidden">
            Invite
          </Button>
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              <Button className="max-md:hidden">Export timeline</Button>
            </DropdownMenuTrigger>
            <DropdownMenuContent>
              <DropdownMenuItem onSelect={acts.exportMarkdown}>
                <FileText aria-hidden="true" /> Markdown, to write the report with
              </DropdownMenuItem>
              <DropdownMenuItem onSelect={acts.exportJson}>
                <FileJson aria-hidden="true" /> JSON
              </DropdownMenuItem>
            </DropdownMenuContent>
          </DropdownMenu>
          {lead && room.open && (
            <Button variant="danger" onClick={acts.close} className="max-md:hidden">
              Close room
            </Button>
          )}
          {lead && !room.open && (
            <Button onClick={acts.reopen} className="max-md:hidden">
              Reopen room
            </Button>
          )}
        </>
      }
    />
  );
}

function Aside({ room }: { room: Room }) {
  return (
    <>
      {room.severity && <SeverityBadge severity={room.severity} />}
      {!room.open && <Badge tone="warn">closed</Badge>}
      <RoomTimer room={room} />
    </>
  );
}

/** Where the keyboard can go from anywhere, also out of the editor, in which Tab writes. */
const PLACES: readonly { title: string; selector: string; pane: Pane }[] = [
  {
    title: "Go to the editor",
    selector: ".dv-groupview .monaco-editor textarea, .dv-groupview .monaco-editor .native-edit-context",
    pane: "editor",
  },
  { title: "Go to the results", selector: '[role="grid"]', pane: "editor" },
  {
    title: "Go to the queue",
    selector: '[aria-label="Queue"] article[aria-keyshortcuts], [aria-label="Queue"] article',
    pane: "queue",
  },
];

function roomActs(session: RoomSession) {
  const facts = () => {
    const { room, timeline, commands } = session.state.get();
    return room && ([room, timeline, commands] as const);
  };
  return {
    async invite() {
      const url = new URL(window.location.pathname, window.location.origin).href;
      try {
        await navigator.clipboard.writeText(url);
        toast("The link is copied.", { description: "Whoever can sign in can open it; people without a group observe." });
      } catch {
        // Clipboards need a secure origin or a permission; the link itself is what matters.
        toast("This is the room's link:", { description: url });
      }
    },
    exportMarkdown() {
      const all = facts();
      if (all) download(`${all[0].code}-timeline.md`, "text/markdown", timelineMarkdown(...all));
    },
    exportJson() {
      const all = facts();
      if (all) download(`${all[0].code}-timeline.json`, "application/json", timelineJson(...all));
    },
    close: () => void session.ask({ type: "room.close" }),
    reopen: () => void session.ask({ type: "room.reopen" }),
    propose: () => session.propose(),
    goTo(pane: Pane, selector: string) {
      session.show({ pane });
      // After the palette has given the focus back and the pane is shown.
      setTimeout(() => document.querySelector<HTMLElement>(selector)?.focus(), 60);
    },
  };
}

function useRoomPalette(acts: ReturnType<typeof roomActs>, lead: boolean, open: boolean) {
  const commands = useMemo<PaletteCommand[]>(
    () => [
      {
        id: "room-propose",
        title: "Propose the statement under the cursor",
        group: "Room",
        shortcut: "Mod+Enter",
        icon: Play,
        run: acts.propose,
      },
      ...PLACES.map(({ title, selector, pane }) => ({
        id: `room-go-${pane}-${title}`,
        title,
        group: "Room",
        keywords: ["go to", "focus"],
        icon: CornerDownRight,
        run: () => acts.goTo(pane, selector),
      })),
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
      ...(lead
        ? [
            open
              ? { id: "room-close", title: "Close the room", group: "Room", keywords: ["lock"], icon: Lock, run: acts.close }
              : { id: "room-reopen", title: "Reopen the room", group: "Room", icon: LockOpen, run: acts.reopen },
          ]
        : []),
    ],
    [acts, lead, open],
  );
  usePaletteCommands(commands);
}
