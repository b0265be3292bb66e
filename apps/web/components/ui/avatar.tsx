import type { Person } from "@interlock/protocol";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

/** Box and letters of each size. */
export const AVATAR_SIZES = { sm: "size-5 text-[9px]", md: "size-6.5 text-2xs", lg: "size-9 text-xs" } as const;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const firstLetters = (word: string, count: number): string =>
  Array.from(graphemes.segment(word), (part) => part.segment)
    .slice(0, count)
    .join("");

/** Up to two letters: of the first two words, else of the one. */
function initials(displayName: string): string {
  const words = displayName.split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => firstLetters(word, 1)) : [firstLetters(words[0] ?? "?", 2)];
  return letters.join("").toUpperCase();
}

/** Black or white, whichever reads better on `#rrggbb` (WCAG relative luminance; they cross at 0.179). */
export function textOn(color: string): string {
  const channels = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * channels[0]! + 0.7152 * channels[1]! + 0.0722 * channels[2]!;
  return luminance > 0.179 ? "#0b0d12" : "#ffffff";
}

export interface AvatarProps extends Omit<ComponentProps<"span">, "children"> {
  person: Pick<Person, "displayName" | "color">;
  size?: keyof typeof AVATAR_SIZES;
  /** False draws the person faded: known here, not connected now. */
  online?: boolean;
}

/** A person's round mark in their own colour. It is decoration: put the name beside it, or use `AvatarGroup` (avatar-group.tsx), which names everybody. */
export function Avatar({ person, size = "md", online = true, className, style, ...props }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        "inline-grid shrink-0 select-none forced-color-adjust-none place-items-center rounded-full font-bold tracking-tight",
        AVATAR_SIZES[size],
        !online && "opacity-45 saturate-50",
        className,
      )}
      style={{ backgroundColor: person.color, color: textOn(person.color), ...style }}
      {...props}
    >
      {initials(person.displayName)}
    </span>
  );
}
