"use client";
import type { Person } from "@interlock/protocol";
import { AVATAR_SIZES, Avatar, type AvatarProps } from "./avatar.tsx";
import { cn } from "./class-names.ts";
import { Popover, PopoverContent, PopoverTrigger } from "./popover.tsx";

export interface AvatarGroupProps {
  people: readonly (Pick<Person, "id" | "displayName" | "color"> & { online?: boolean; note?: string })[];
  /** More than this many are drawn as `+n`. */
  max?: number;
  size?: NonNullable<AvatarProps["size"]>;
  /** What these people are: `In the room`. */
  label: string;
  className?: string;
}

/** Overlapping marks as one button that opens the list of names, with what is noted of each. */
export function AvatarGroup({ people, max = 5, size = "md", label, className }: AvatarGroupProps) {
  const shown = people.length > max ? people.slice(0, max - 1) : people;
  const more = people.length - shown.length;
  return (
    <fieldset aria-label={label} className={cn("flex min-w-0", className)}>
      <Popover>
        <PopoverTrigger className="flex items-center rounded-full" title={people.map((person) => person.displayName).join(", ")}>
          <span className="sr-only">
            {label}: {people.map((person) => person.displayName).join(", ")}
          </span>
          {shown.map((person) => (
            <Avatar
              key={person.id}
              person={person}
              size={size}
              online={person.online ?? true}
              className="-ml-1 ring-2 ring-panel first-of-type:ml-0"
            />
          ))}
          {more > 0 && (
            <span
              aria-hidden="true"
              className={cn(
                "-ml-1 grid place-items-center rounded-full bg-unknown-soft font-bold text-dim ring-2 ring-panel",
                AVATAR_SIZES[size],
              )}
            >
              +{more}
            </span>
          )}
        </PopoverTrigger>
        <PopoverContent aria-label={label} align="end" className="w-60 p-1.5">
          <p className="px-1.5 pt-1 pb-1.5 text-2xs font-semibold tracking-wider text-faint uppercase">{label}</p>
          <ul>
            {people.map((person) => (
              <li key={person.id} className="flex items-center gap-2.5 px-1.5 py-1">
                <Avatar person={person} size="md" online={person.online ?? true} />
                <span className="min-w-0 truncate">{person.displayName}</span>
                {person.note && <span className="ml-auto text-xs text-dim">{person.note}</span>}
              </li>
            ))}
          </ul>
        </PopoverContent>
      </Popover>
    </fieldset>
  );
}
