"use client";
import type { LucideIcon } from "lucide-react";
import { createContext, type ReactNode, useContext, useEffect, useId, useMemo, useState } from "react";

/** Something a person can do from the palette. */
export interface PaletteCommand {
  /** Unique on the page. */
  id: string;
  title: string;
  /** Heading it is listed under. `Rooms` and `Interlock` come last, in this order. */
  group: string;
  /** Further words that find it. */
  keywords?: string[];
  /** Shown beside it and in the shortcuts help, e.g. `Mod+Enter`. Who registers the command binds the keys. */
  shortcut?: string;
  icon?: LucideIcon;
  run: () => void;
}

type Registrations = ReadonlyMap<string, readonly PaletteCommand[]>;

const Commands = createContext<readonly PaletteCommand[]>([]);
const Register = createContext<(owner: string, commands: readonly PaletteCommand[]) => () => void>(() => () => {});

/** Holds what every part of the page offers. Reading and registering are two contexts, so that registering does not draw the registrant again. */
export function PaletteRegistry({ children }: { children: ReactNode }) {
  const [registrations, setRegistrations] = useState<Registrations>(new Map());
  const register = useMemo(
    () => (owner: string, commands: readonly PaletteCommand[]) => {
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
export function usePaletteCommands(commands: readonly PaletteCommand[]): void {
  const owner = useId();
  const register = useContext(Register);
  useEffect(() => register(owner, commands), [register, owner, commands]);
}

/** Everything on offer now. */
export function useRegisteredCommands(): readonly PaletteCommand[] {
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
