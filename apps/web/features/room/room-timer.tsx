"use client";
import type { Room } from "@interlock/protocol";
import { useNow } from "./room-context.tsx";

/** How long the room has been open, counting; for a closed one, how long it was. */
export function RoomTimer({ room }: { room: Room }) {
  const now = useNow(1_000, room.open);
  const end = room.closedAt === undefined ? now : Date.parse(room.closedAt);
  return (
    <time
      role="timer"
      aria-label="Open for"
      className="shrink-0 text-dim tabular-nums max-sm:hidden"
      title={`Opened ${new Date(room.openedAt).toLocaleString()}`}
      suppressHydrationWarning
    >
      {clock(end - Date.parse(room.openedAt))}
    </time>
  );
}

/** `hh:mm:ss`; from two days on `3 d 04:05`. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = two(Math.floor((seconds % 3_600) / 60));
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${two(hours % 24)}:${minutes}`;
  return `${two(hours)}:${minutes}:${two(seconds % 60)}`;
}
