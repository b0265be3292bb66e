"use client";
import type { Room } from "@interlock/protocol";
import { Ellipsis, FileJson, FileText, Link2, Lock, LockOpen } from "lucide-react";
import { useMemo } from "react";
import { Badge, SeverityBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { DropdownMenu, DropdownMenuContent, DropdownMenuItem, DropdownMenuTrigger } from "../../components/ui/dropdown-menu.tsx";
import { RoomPeople } from "../presence/room-people.tsx";
import { AppHeader } from "../shell/app-header.tsx";
import type { Skip } from "../shell/skip-links.tsx";
import { goToPlace, PLACES } from "./places.ts";
import { roomActs, type RoomActs } from "./room-acts.ts";
import { useRoom, useSession } from "./room-context.tsx";
import { useRoomPalette } from "./room-palette.ts";
import { hasEnded } from "./room-state.ts";
import { RoomTimer } from "./room-timer.tsx";

/** Places that a skip link leads to; F6 and the palette know all of them. */
const SKIPS = ["editor", "queue"];

/** The bar of a room: which one, how bad, how long, who is here, and what can be done with it as a whole. */
export function RoomHeader() {
  const session = useSession();
  const room = useRoom((state) => state.room);
  const lead = useRoom((state) => state.role === "lead");
  const ended = useRoom(({ link }) => hasEnded(link));
  const acts = useMemo(() => roomActs(session), [session]);
  const skips = useMemo<Skip[]>(
    () =>
      PLACES.filter(({ id }) => SKIPS.includes(id)).map((place) => ({
        label: place.title.replace("Go to", "Skip to"),
        run: () => goToPlace(session, place),
      })),
    [session],
  );
  useRoomPalette(acts);
  if (!room) return <AppHeader crumbs={[{ label: "Rooms", href: "/rooms" }, { label: "Opening…" }]} />;
  return (
    <AppHeader
      skips={skips}
      crumbs={[{ label: "Rooms", href: "/rooms" }, { label: `${room.code} · ${room.title}` }]}
      aside={<Aside room={room} />}
      actions={
        // Nobody is here any more and nothing can be done from here.
        !ended && (
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
                <ExportItems acts={acts} />
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
            <More room={room} lead={lead} acts={acts} />
          </>
        )
      }
    />
  );
}

/** The same acts in one menu, where there is no room for buttons. */
function More({ room, lead, acts }: { room: Room; lead: boolean; acts: RoomActs }) {
  return (
    <DropdownMenu>
      <DropdownMenuTrigger asChild>
        <Button variant="ghost" size="icon" aria-label="What can be done with this room" className="md:hidden">
          <Ellipsis />
        </Button>
      </DropdownMenuTrigger>
      <DropdownMenuContent>
        <DropdownMenuItem onSelect={() => void acts.invite()}>
          <Link2 aria-hidden="true" /> Invite: copy the link
        </DropdownMenuItem>
        <ExportItems acts={acts} of="Timeline as " />
        {lead && room.open && (
          <DropdownMenuItem danger onSelect={acts.close}>
            <Lock aria-hidden="true" /> Close the room
          </DropdownMenuItem>
        )}
        {lead && !room.open && (
          <DropdownMenuItem onSelect={acts.reopen}>
            <LockOpen aria-hidden="true" /> Reopen the room
          </DropdownMenuItem>
        )}
      </DropdownMenuContent>
    </DropdownMenu>
  );
}

function ExportItems({ acts, of = "" }: { acts: RoomActs; of?: string }) {
  return (
    <>
      <DropdownMenuItem onSelect={acts.exportMarkdown}>
        <FileText aria-hidden="true" /> {of}Markdown{of === "" && ", to write the report with"}
      </DropdownMenuItem>
      <DropdownMenuItem onSelect={acts.exportJson}>
        <FileJson aria-hidden="true" /> {of}JSON
      </DropdownMenuItem>
    </>
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
