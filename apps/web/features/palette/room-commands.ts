"use client";
import { Room } from "@interlock/protocol";
import { DoorClosed, DoorOpen } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { rest } from "../shell/rest-client.ts";
import type { PaletteCommand } from "./palette-registry.tsx";

const Rooms = Room.array();

/** One command for each room that can be entered. Asked for once, when the palette opens; a failure leaves the list to /rooms, which says why. */
export function useRoomCommands(): PaletteCommand[] {
  const router = useRouter();
  const [rooms, setRooms] = useState<Room[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    void rest.get("/rooms", Rooms, abort.signal).then((outcome) => {
      if (outcome.ok && !abort.signal.aborted) setRooms(outcome.value);
    });
    return () => abort.abort();
  }, []);
  return useMemo(
    () =>
      rooms.map((room) => ({
        id: `room-${room.id}`,
        title: `${room.code} · ${room.title}`,
        group: "Rooms",
        keywords: ["open room", room.severity ?? "", room.open ? "open" : "closed"],
        icon: room.open ? DoorOpen : DoorClosed,
        run: () => router.push(`/rooms/${room.id}`),
      })),
    [rooms, router],
  );
}
