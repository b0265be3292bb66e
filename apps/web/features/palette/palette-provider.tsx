"use client";
import { type ReactNode, useEffect, useMemo, useState } from "react";
import { hasMod } from "../../components/ui/kbd.tsx";
import { BuiltInCommands } from "./built-in-commands.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { type Palette, PaletteContext, PaletteRegistry } from "./palette-registry.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/**
 * The palette (Mod+K) and the shortcuts help (Mod+/) for everything inside. The keys are caught before editors see them: Monaco
 * has chords that begin with Mod+K, and the palette must open from everywhere. There are no one-letter shortcuts here (WCAG 2.1.4).
 */
export function PaletteProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<"palette" | "shortcuts" | undefined>();
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!hasMod(event) || event.altKey || event.shiftKey) return;
      const key = event.key.toLowerCase();
      if (key !== "k" && key !== "/") return;
      event.preventDefault();
      event.stopPropagation();
      const wanted = key === "k" ? "palette" : "shortcuts";
      setShown((now) => (now === wanted ? undefined : wanted));
    };
    window.addEventListener("keydown", onKey, { capture: true });
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, []);
  const palette = useMemo<Palette>(() => ({ open: () => setShown("palette"), openShortcuts: () => setShown("shortcuts") }), []);
  const close = (open: boolean) => {
    if (!open) setShown(undefined);
  };
  return (
    <PaletteContext value={palette}>
      <PaletteRegistry>
        <BuiltInCommands />
        {children}
        <CommandPalette open={shown === "palette"} onOpenChange={close} />
        <ShortcutsDialog open={shown === "shortcuts"} onOpenChange={close} />
      </PaletteRegistry>
    </PaletteContext>
  );
}
