"use client";
import { type ComponentProps, useSyncExternalStore } from "react";
import { cn } from "./class-names.ts";

const APPLE = /Mac|iPhone|iPad/u;
const subscribe = () => () => {};

/** Whether this browser is on a system with Apple's keyboards. */
export const isApple = (): boolean => APPLE.test(navigator.userAgent);

/** The same for what is drawn. False while rendering on the server, so that the first paint agrees everywhere. */
export function useAppleKeyboard(): boolean {
  return useSyncExternalStore(subscribe, isApple, () => false);
}

/** Whether the key that `Mod` stands for is held: ⌘ on Apple keyboards, where Ctrl has its own meaning in text, Ctrl elsewhere. */
export function hasMod(event: Pick<KeyboardEvent, "metaKey" | "ctrlKey">, apple: boolean = isApple()): boolean {
  return apple ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
}

const SPOKEN: Record<string, string> = { "⌘": "Command", "⇧": "Shift", "⌥": "Option", "⏎": "Enter" };

/**
 * Keys as people know them: `Mod` is ⌘ on Apple keyboards and Ctrl elsewhere. `keys` is `+`-separated, e.g. `Mod+Enter`, `?`, `g r`
 * is written as two `Kbd`.
 */
export function Kbd({ keys, className, ...props }: Omit<ComponentProps<"kbd">, "children"> & { keys: string }) {
  const apple = useAppleKeyboard();
  const names: Record<string, string> = apple ? { Mod: "⌘", Shift: "⇧", Alt: "⌥", Enter: "⏎" } : { Mod: "Ctrl", Enter: "⏎" };
  const parts = keys.split("+").map((key) => names[key] ?? key);
  return (
    <kbd
      className={cn(
        "inline-flex shrink-0 items-center gap-0.5 whitespace-nowrap rounded-sm border border-line bg-raise px-1 font-sans text-2xs leading-4 font-medium text-dim",
        className,
      )}
      {...props}
    >
      <span aria-hidden="true">{parts.join(apple ? "" : " ")}</span>
      <span className="sr-only">{parts.map((part) => SPOKEN[part] ?? part).join(" ")}</span>
    </kbd>
  );
}
