"use client";
import type { Principal } from "@interlock/protocol";
import { createContext, type ReactNode, useContext } from "react";
import { PaletteProvider } from "../palette/palette-provider.tsx";

/** What every page behind the sign-in knows. */
export interface Shell {
  principal: Principal;
  /** Demo mode: everybody's accounts are public, and the service listens on this machine only. */
  demo: boolean;
}

const ShellContext = createContext<Shell | undefined>(undefined);

export function ShellProvider({ principal, demo, children }: Shell & { children: ReactNode }) {
  return (
    <ShellContext value={{ principal, demo }}>
      <PaletteProvider>{children}</PaletteProvider>
    </ShellContext>
  );
}

/** Who is signed in. Only behind the sign-in. */
export function useShell(): Shell {
  const shell = useContext(ShellContext);
  if (!shell) throw new Error("useShell outside ShellProvider");
  return shell;
}
