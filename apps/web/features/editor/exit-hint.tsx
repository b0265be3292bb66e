"use client";
import { Kbd } from "../../components/ui/kbd.tsx";
import { useStore } from "../room/store.ts";
import type { KeyboardExit } from "./keyboard-exit.ts";

/** How the keyboard gets out of the editor, for as long as it is in it. */
export function ExitHint({ exit }: { exit: KeyboardExit }) {
  const means = useStore(exit.means, (now) => now);
  return (
    <output
      data-testid="exit-hint"
      className="pointer-events-none absolute right-4 bottom-1.5 flex items-center gap-1 rounded-sm bg-bg px-1 text-2xs text-faint empty:hidden"
    >
      {means === "writes" && (
        <>
          <Kbd keys="Esc" /> <Kbd keys="Tab" /> leaves the editor
        </>
      )}
      {means === "leaves" && (
        <span className="text-fg">
          <Kbd keys="Tab" /> now leaves the editor
        </span>
      )}
    </output>
  );
}
