"use client";
import { Tooltip as Radix } from "radix-ui";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./class-names.ts";

/** Once, around the whole page (app/layout.tsx has it). */
export const TooltipProvider = Radix.Provider;

export interface TooltipProps {
  label: ReactNode;
  /** One focusable element. */
  children: ReactNode;
  side?: ComponentProps<typeof Radix.Content>["side"];
  className?: string;
}

/** A name or a hint on hover and focus. Never the only place something important is said. */
export function Tooltip({ label, children, side = "bottom", className }: TooltipProps) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className={cn(
            "z-50 max-w-80 rounded-md border border-line bg-raise px-2 py-1 text-xs text-fg shadow-float animate-in fade-in-0 duration-100",
            className,
          )}
        >
          {label}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
