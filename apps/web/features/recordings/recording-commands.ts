"use client";
import type { Terminal } from "@interlock/protocol";
import { CirclePlay } from "lucide-react";
import { useRouter } from "next/navigation";
import { useMemo } from "react";
import { type PaletteCommand, usePaletteCommands } from "../palette/palette-registry.tsx";
import { recordingPath } from "./recording-words.ts";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** In a room: its recordings, and each shell of it that has ended. */
export function useRoomRecordingCommands(roomId: string, terminals: readonly Terminal[]): void {
  const router = useRouter();
  const commands = useMemo<PaletteCommand[]>(() => {
    const ended = terminals.filter(({ phase }) => phase === "ended");
    return [
      {
        id: "room-recordings",
        title: "Recordings of this room",
        group: "Terminals",
        keywords: ["replay", "watch", "shell", "terminal"],
        icon: CirclePlay,
        run: () => router.push(`/recordings?room=${roomId}`),
      },
      ...ended.map(({ id, name, openedAt }) => ({
        id: `recording-${id}`,
        title: `Watch the recording of ${name}, ${clock.format(new Date(openedAt))}`,
        group: "Terminals",
        keywords: ["replay", "playback", "shell"],
        icon: CirclePlay,
        run: () => router.push(recordingPath(id)),
      })),
    ];
  }, [router, roomId, terminals]);
  usePaletteCommands(commands);
}
