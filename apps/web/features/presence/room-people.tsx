"use client";
import type { Role, RoomMember } from "@interlock/protocol";
import { Footprints, Users } from "lucide-react";
import { AvatarGroup } from "../../components/ui/avatar-group.tsx";
import { Avatar } from "../../components/ui/avatar.tsx";
import { Button } from "../../components/ui/button.tsx";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuTrigger,
} from "../../components/ui/dropdown-menu.tsx";
import { Popover, PopoverContent, PopoverTrigger } from "../../components/ui/popover.tsx";
import { Tooltip } from "../../components/ui/tooltip.tsx";
import { useRoom, useSession } from "../room/room-context.tsx";
import { useStore } from "../room/store.ts";

const ROLES: readonly { role: Role; means: string }[] = [
  { role: "lead", means: "and gives roles, closes the room" },
  { role: "responder", means: "types, proposes, holds" },
  { role: "observer", means: "reads along" },
];
const NOBODY: readonly RoomMember[] = [];

/** Who is in the room: marks (with the names that cursors, queue and timeline use) of those online, and everybody with their role behind a button. */
export function RoomPeople() {
  const members = useRoom((state) => state.room?.members ?? NOBODY);
  const me = useRoom((state) => state.me);
  const lead = useRoom((state) => state.role === "lead");
  const people = members.toSorted((a, b) => Number(b.online) - Number(a.online));
  const online = people.filter((member) => member.online);
  return (
    <div className="flex items-center gap-1">
      <AvatarGroup
        people={online.map((member) => ({ ...member, displayName: member.name, note: `${member.displayName}, ${member.role}` }))}
        max={4}
        label="In the room now"
        className="max-md:hidden"
      />
      <Popover>
        <PopoverTrigger asChild>
          <Button variant="ghost" size="sm" aria-label={`People: ${online.length} of ${people.length} here`}>
            <Users aria-hidden="true" /> <span className="tabular-nums">{online.length}</span>
          </Button>
        </PopoverTrigger>
        <PopoverContent align="end" aria-label="People in this room" className="w-80 p-1.5">
          <ul className="flex flex-col">
            {people.map((member) => (
              <Person key={member.id} member={member} isMe={member.id === me?.id} canChange={lead} />
            ))}
          </ul>
        </PopoverContent>
      </Popover>
    </div>
  );
}

function Person({ member, isMe, canChange }: { member: RoomMember; isMe: boolean; canChange: boolean }) {
  const session = useSession();
  const followed = useStore(session.following.followed, (userId) => userId === member.id);
  return (
    <li className="flex items-center gap-2.5 rounded-md px-2 py-1.5">
      <Avatar person={{ ...member, displayName: member.name }} online={member.online} />
      <div className="min-w-0 flex-1 leading-tight">
        <div className="truncate">
          {member.name} <span className="text-xs text-dim">{member.displayName}</span>
          {isMe && <span className="text-faint"> (you)</span>}
        </div>
        <div className="text-2xs text-faint">{member.online ? "here now" : "away"}</div>
      </div>
      {!isMe && (member.online || followed) && (
        <Tooltip label={followed ? `Stop following ${member.name}` : `Follow ${member.name}: see the document or terminal they see`}>
          <Button
            variant="ghost"
            size="icon-sm"
            aria-label={`Follow ${member.name}`}
            aria-pressed={followed}
            className={followed ? "text-accent-text" : ""}
            onClick={() => (followed ? session.following.stop() : session.following.follow(member.id))}
          >
            <Footprints />
          </Button>
        </Tooltip>
      )}
      {canChange ? (
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="ghost" size="sm" aria-label={`Role of ${member.name}: ${member.role}`}>
              {member.role}
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent className="w-72">
            <DropdownMenuLabel>Role of {member.name}</DropdownMenuLabel>
            <DropdownMenuRadioGroup
              value={member.role}
              onValueChange={(role) => void session.ask({ type: "room.role", userId: member.id, role: role as Role })}
            >
              {ROLES.map(({ role, means }) => (
                <DropdownMenuRadioItem key={role} value={role}>
                  {role} <span className="text-xs text-faint">{means}</span>
                </DropdownMenuRadioItem>
              ))}
            </DropdownMenuRadioGroup>
          </DropdownMenuContent>
        </DropdownMenu>
      ) : (
        <span className="px-2 text-xs text-dim">{member.role}</span>
      )}
    </li>
  );
}
