"use client";
import { Popover as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

export const Popover = Radix.Root;
export const PopoverTrigger = Radix.Trigger;

/** A small box with controls beside what opened it. Give it an aria-label. */
export function PopoverContent({ className, align = "center", sideOffset = 6, ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        align={align}
        sideOffset={sideOffset}
        collisionPadding={8}
        className={cn(
          "z-50 w-72 rounded-lg border border-line bg-panel p-3 text-sm shadow-float outline-none data-[state=open]:animate-in data-[state=open]:fade-in-0 duration-100",
          className,
        )}
        {...props}
      />
    </Radix.Portal>
  );
}
