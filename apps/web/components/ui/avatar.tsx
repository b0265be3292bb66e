import type { Person } from "@interlock/protocol";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";
import { Tooltip } from "./tooltip.tsx";

const SIZES = { sm: "size-5 text-[9px]", md: "size-6.5 text-2xs", lg: "size-9 text-xs" } as const;

/** Up to two letters: of the first two words, else of the one. */
export function initials(displayName: string): string {
  const words = displayName.split(/[\s._-]+/u).filter(Boolean);
  const letters = words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 2);
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
  size?: keyof typeof SIZES;
  /** False draws the person faded: known here, not connected now. */
  online?: boolean;
}

/** A person's round mark in their own colour. It is decoration: put the name beside it, or use `AvatarGroup`, which names everybody. */
export function Avatar({ person, size = "md", online = true, className, style, ...props }: AvatarProps) {
  return (
    <span
      aria-hidden="true"
      className={cn(
        "inline-grid shrink-0 select-none place-items-center rounded-full font-bold tracking-tight",
        SIZES[size],
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

export interface AvatarGroupProps {
  people: readonly (Pick<Person, "id" | "displayName" | "color"> & { online?: boolean; note?: string })[];
  /** More than this many are drawn as `+n`. */
  max?: number;
  size?: keyof typeof SIZES;
  /** What these people are, for those who do not see them: `In the room`. */
  label: string;
  className?: string;
}

/** Overlapping marks with names on hover and focus. */
export function AvatarGroup({ people, max = 5, size = "md", label, className }: AvatarGroupProps) {
  const shown = people.length > max ? people.slice(0, max - 1) : people;
  const more = people.slice(shown.length);
  return (
    <ul aria-label={label} className={cn("flex items-center", className)}>
      {shown.map((person) => (
        <li key={person.id} className="-ml-1 flex first:ml-0">
          <Tooltip label={person.note ? `${person.displayName} · ${person.note}` : person.displayName}>
            <span tabIndex={0} className="flex rounded-full ring-2 ring-panel">
              <Avatar person={person} size={size} online={person.online ?? true} />
              <span className="sr-only">{person.displayName}</span>
            </span>
          </Tooltip>
        </li>
      ))}
      {more.length > 0 && (
        <li className="-ml-1 flex">
          <Tooltip label={more.map((person) => person.displayName).join(", ")}>
            <span
              tabIndex={0}
              className={cn("grid place-items-center rounded-full bg-unknown-soft font-bold text-dim ring-2 ring-panel", SIZES[size])}
            >
              +{more.length}
              <span className="sr-only"> more: {more.map((person) => person.displayName).join(", ")}</span>
            </span>
          </Tooltip>
        </li>
      )}
    </ul>
  );
}
