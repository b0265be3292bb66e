"use client";
import { CirclePlay, DoorOpen, Keyboard, LogOut } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTheme } from "next-themes";
import { useMemo } from "react";
import { leave } from "../sign-in/sign-out.ts";
import { THEMES } from "../theme/themes.ts";
import { type PaletteCommand, usePalette, usePaletteCommands } from "./palette-registry.tsx";

/** What can be done on every page. */
export function BuiltInCommands() {
  const router = useRouter();
  const { setTheme } = useTheme();
  const { openShortcuts } = usePalette();
  const commands = useMemo<PaletteCommand[]>(
    () => [
      {
        id: "go-rooms",
        title: "All rooms",
        group: "Rooms",
        keywords: ["go to", "list", "home"],
        icon: DoorOpen,
        run: () => router.push("/rooms"),
      },
      {
        id: "go-recordings",
        title: "All recordings",
        group: "Rooms",
        keywords: ["go to", "shell", "terminal", "replay", "watch"],
        icon: CirclePlay,
        run: () => router.push("/recordings"),
      },
      ...THEMES.map(({ id, title, icon }) => ({
        id: `theme-${id}`,
        title: `Theme: ${title.toLowerCase()}`,
        group: "Interlock",
        keywords: ["toggle", "colour", "appearance"],
        icon,
        run: () => setTheme(id),
      })),
      { id: "shortcuts", title: "Keyboard shortcuts", group: "Interlock", shortcut: "Mod+/", icon: Keyboard, run: openShortcuts },
      { id: "sign-out", title: "Sign out", group: "Interlock", keywords: ["leave", "log out"], icon: LogOut, run: () => void leave() },
    ],
    [router, setTheme, openShortcuts],
  );
  usePaletteCommands(commands);
  return null;
}
