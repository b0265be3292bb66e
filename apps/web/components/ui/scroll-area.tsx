"use client";
import { ScrollArea as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";

/** A scrolling box whose bar takes no room. The viewport can be focused, so that arrow keys scroll it. */
export function ScrollArea({ className, children, ...props }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root type="hover" className={cn("relative overflow-hidden", className)} {...props}>
      <Radix.Viewport tabIndex={0} className="size-full rounded-[inherit] focus-visible:outline-offset-[-2px] [&>div]:block!">
        {children}
      </Radix.Viewport>
      <ScrollBar orientation="vertical" />
      <ScrollBar orientation="horizontal" />
      <Radix.Corner />
    </Radix.Root>
  );
}

function ScrollBar({ orientation }: { orientation: "vertical" | "horizontal" }) {
  return (
    <Radix.Scrollbar
      orientation={orientation}
      className={cn("z-10 flex touch-none select-none p-0.5", orientation === "vertical" ? "w-2.5" : "h-2.5 flex-col")}
    >
      <Radix.Thumb className="relative flex-1 rounded-full bg-line-strong" />
    </Radix.Scrollbar>
  );
}
