"use client";
import type { LucideIcon } from "lucide-react";
import { createContext, type ReactNode, useContext, useEffect, useId, useMemo, useState } from "react";

/** A key that works on this page, for the shortcuts help. */
export interface PaletteKey {
  /** Unique on the page. */
  id: string;
  title: string;
  /** Heading it is listed under. `Rooms` and `Interlock` come last, in this order. */
  group: string;
  /** Further words that find it. */
  keywords?: string[];
  /** Shown in the shortcuts help, e.g. `Mod+Enter`. Who registers it binds the keys. */
  shortcut: string;
}

/** Something a person can do from the palette; its key, if it has one, is shown beside it, too. */
export interface PaletteCommand extends Omit<PaletteKey, "shortcut"> {
  shortcut?: string;
  icon?: LucideIcon;
  run: () => void;
}

export type PaletteEntry = PaletteCommand | PaletteKey;

type Registrations = ReadonlyMap<string, readonly PaletteEntry[]>;

const Commands = createContext<readonly PaletteEntry[]>([]);
const Register = createContext<(owner: string, commands: readonly PaletteEntry[]) => () => void>(() => () => {});

/** Holds what every part of the page offers. Reading and registering are two contexts, so that registering does not draw the registrant again. */
export function PaletteRegistry({ children }: { children: ReactNode }) {
  const [registrations, setRegistrations] = useState<Registrations>(new Map());
  const register = useMemo(
    () => (owner: string, commands: readonly PaletteEntry[]) => {
      setRegistrations((before) => new Map(before).set(owner, commands));
      return () =>
        setRegistrations((before) => {
          const after = new Map(before);
          after.delete(owner);
          return after;
        });
    },
    [],
  );
  const commands = useMemo(() => [...registrations.values()].flat(), [registrations]);
  return (
    <Register value={register}>
      <Commands value={commands}>{children}</Commands>
    </Register>
  );
}

/** Offers commands while the caller is on the page. Memoise the array: a new one is registered again. */
export function usePaletteCommands(commands: readonly PaletteEntry[]): void {
  const owner = useId();
  const register = useContext(Register);
  useEffect(() => register(owner, commands), [register, owner, commands]);
}

/** Everything on offer now. */
export function useRegisteredCommands(): readonly PaletteEntry[] {
  return useContext(Commands);
}

/** Opens the two dialogs that PaletteProvider draws. */
export interface Palette {
  open: () => void;
  openShortcuts: () => void;
}

export const PaletteContext = createContext<Palette | undefined>(undefined);

/** The palette of the page. Only inside `PaletteProvider`. */
export function usePalette(): Palette {
  const palette = useContext(PaletteContext);
  if (!palette) throw new Error("usePalette outside PaletteProvider");
  return palette;
}
