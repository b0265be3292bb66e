import type { Room } from "@interlock/protocol";
import { Hourglass } from "lucide-react";
import Link from "next/link";
import { AvatarGroup } from "../../components/ui/avatar-group.tsx";
import { Badge, SeverityBadge } from "../../components/ui/badge.tsx";
import { ago } from "./ago.ts";

/** One room in one line; the whole line is the link. `now` in milliseconds. */
export function RoomRow({ room, now }: { room: Room; now: number }) {
  const online = room.members.filter((member) => member.online);
  const at = room.closedAt ?? room.openedAt;
  return (
    <li className="group relative flex items-center gap-x-4 gap-y-2 border-b border-line px-4 py-3 last:border-b-0 hover:bg-hover max-sm:flex-wrap max-sm:px-3.5">
      <span className="w-14 shrink-0 max-sm:w-auto max-sm:empty:hidden">{room.severity && <SeverityBadge severity={room.severity} />}</span>
      <div className="min-w-0 flex-1 max-sm:order-first max-sm:basis-full">
        <Link
          href={`/rooms/${room.id}`}
          // A room costs the server a look at the database; a list of them would ask for all at once.
          prefetch={false}
          className="block truncate text-sm font-semibold after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus max-sm:whitespace-normal"
        >
          {room.title}
        </Link>
        <p className="text-xs text-dim">
          {room.code} · {room.closedAt ? "closed" : "opened"}{" "}
          <time dateTime={at} title={new Date(at).toLocaleString()}>
            {ago(at, now)}
          </time>
        </p>
      </div>
      <div className="flex w-24 shrink-0 justify-end max-sm:w-auto max-sm:empty:hidden">
        {room.waiting > 0 && (
          <Badge tone="warn" className="px-2 py-0.5">
            <Hourglass aria-hidden="true" className="size-3" />
            {room.waiting} waiting
          </Badge>
        )}
      </div>
      <div className="relative flex w-36 shrink-0 justify-end max-sm:ml-auto max-sm:w-auto">
        {online.length > 0 ? (
          <AvatarGroup label="In the room now" people={online.map((member) => ({ ...member, note: member.role }))} />
        ) : (
          room.open && <span className="text-xs text-faint">nobody in it</span>
        )}
      </div>
    </li>
  );
}
