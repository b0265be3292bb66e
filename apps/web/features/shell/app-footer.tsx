"use client";
import type { ReactNode } from "react";
import { Kbd } from "../../components/ui/kbd.tsx";
import { DemoNotice } from "./demo-notice.tsx";
import { useShell } from "./shell-context.tsx";

/** The line at the bottom of plain pages; the room has its own status bar. */
export function AppFooter({ children }: { children?: ReactNode }) {
  const { demo } = useShell();
  return (
    <footer className="flex h-7 shrink-0 items-center gap-4 border-t border-line bg-panel px-3.5 text-2xs text-dim">
      <DemoNotice demo={demo} />
      {children}
      <span className="ml-auto inline-flex items-center gap-1.5 max-sm:hidden">
        <Kbd keys="Mod+/" /> Keyboard shortcuts
      </span>
    </footer>
  );
}
