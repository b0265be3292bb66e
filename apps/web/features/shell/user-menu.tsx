"use client";
import { Keyboard, LogOut } from "lucide-react";
import { Avatar } from "../../components/ui/avatar.tsx";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "../../components/ui/dropdown-menu.tsx";
import { Kbd } from "../../components/ui/kbd.tsx";
import { usePalette } from "../palette/palette-registry.tsx";
import { leave } from "../sign-in/sign-out.ts";
import { ThemeMenu } from "../theme/theme-menu.tsx";
import { useShell } from "./shell-context.tsx";

/** Who one is, the theme, help and the way out. */
export function UserMenu() {
  const { principal } = useShell();
  const { openShortcuts } = usePalette();
  // The letters that rooms, cursors and the queue show.
  const mark = { ...principal, displayName: principal.name };
  return (
    <DropdownMenu>
      <DropdownMenuTrigger className="rounded-full">
        <Avatar person={mark} />
        <span className="sr-only">{principal.displayName}: your menu</span>
      </DropdownMenuTrigger>
      <DropdownMenuContent className="w-60">
        <div className="flex items-center gap-2.5 px-2 py-2">
          <Avatar person={mark} size="lg" />
          <div className="min-w-0">
            <div className="truncate">
              <span className="font-semibold">{principal.name}</span> <span className="text-xs text-dim">{principal.displayName}</span>
            </div>
            <div className="truncate text-xs text-dim">{principal.groups.length > 0 ? principal.groups.join(", ") : "no group"}</div>
          </div>
        </div>
        <DropdownMenuSeparator />
        <ThemeMenu />
        <DropdownMenuSeparator />
        <DropdownMenuItem onSelect={openShortcuts}>
          <Keyboard aria-hidden="true" />
          Keyboard shortcuts
          <Kbd keys="Mod+/" className="ml-auto" />
        </DropdownMenuItem>
        <DropdownMenuItem onSelect={() => void leave()}>
          <LogOut aria-hidden="true" />
          Sign out
        </DropdownMenuItem>
      </DropdownMenuContent>
    </DropdownMenu>
  );
}
