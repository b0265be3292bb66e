"use client";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { isApple } from "../../components/ui/kbd.tsx";
import { BuiltInCommands } from "./built-in-commands.tsx";
import { CommandPalette } from "./command-palette.tsx";
import { isInTerminal, type PaletteDialog, paletteKey } from "./palette-keys.ts";
import { type Palette, PaletteContext, PaletteRegistry } from "./palette-registry.tsx";
import { ShortcutsDialog } from "./shortcuts-dialog.tsx";

/**
 * The palette (Mod+K) and the shortcuts help (Mod+/) for everything inside. The keys are caught before editors see them: Monaco
 * has chords that begin with Mod+K, and the palette must open from everywhere; only a shell keeps its own (`palette-keys.ts`). There are no one-letter shortcuts here (WCAG 2.1.4).
 */
export function PaletteProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<PaletteDialog | undefined>();
  const latest = useRef(shown);
  useEffect(() => {
    latest.current = shown;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const inTerminal = isInTerminal(event.target instanceof Element ? event.target : null);
      const wanted = paletteKey(event, { apple: isApple(), inTerminal, shown: latest.current });
      if (wanted === undefined) return;
      event.preventDefault();
      event.stopPropagation();
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
