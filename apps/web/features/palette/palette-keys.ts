import { hasMod } from "../../components/ui/kbd.tsx";

/** What the keys of every page open. */
export type PaletteDialog = "palette" | "shortcuts";

export type Keys = Pick<KeyboardEvent, "key" | "metaKey" | "ctrlKey" | "altKey" | "shiftKey">;

interface Where {
  /** ⌘ on Apple keyboards is Mod, elsewhere Ctrl is. */
  apple: boolean;
  /** The keyboard is inside a terminal. */
  inTerminal: boolean;
  /** What is open now. */
  shown: PaletteDialog | undefined;
}

const OPENS: ReadonlyMap<string, PaletteDialog> = new Map([
  ["k", "palette"],
  ["/", "shortcuts"],
]);

/**
 * What a key opens, or closes where it is open. Ctrl belongs to the shell in a terminal (Ctrl+K cuts the rest of a line, Ctrl+/ undoes), so where Mod
 * is Ctrl the palette has Shift there, too; the same keys close it again. ⌘ is no shell's.
 */
export function paletteKey(keys: Keys, { apple, inTerminal, shown }: Where): PaletteDialog | undefined {
  if (!hasMod(keys, apple) || keys.altKey) return undefined;
  const wanted = OPENS.get(keys.key.toLowerCase());
  if (keys.shiftKey) return wanted === "palette" && !apple && (inTerminal || shown === "palette") ? "palette" : undefined;
  return inTerminal && !apple ? undefined : wanted;
}

/** Terminals carry this attribute, on whatever holds the element that has the keyboard. */
export const isInTerminal = (element: Pick<Element, "closest"> | null): boolean => element?.closest("[data-terminal]") != null;
