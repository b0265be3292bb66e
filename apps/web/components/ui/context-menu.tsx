"use client";
import { ContextMenu as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "./class-names.ts";
import { MENU, MENU_ITEM, MENU_SEPARATOR } from "./menu-look.ts";

/** What a right click, a long press or the menu key opens. Not modal, as dropdown-menu.tsx. */
export function ContextMenu(props: ComponentProps<typeof Radix.Root>) {
  return <Radix.Root modal={false} {...props} />;
}

export const ContextMenuTrigger = Radix.Trigger;

export function ContextMenuContent({ className, ...props }: ComponentProps<typeof Radix.Content>) {
  return (
    <Radix.Portal>
      <Radix.Content
        collisionPadding={8}
        className={cn(MENU, "max-h-(--radix-context-menu-content-available-height)", className)}
        {...props}
      />
    </Radix.Portal>
  );
}

export function ContextMenuItem({ className, ...props }: ComponentProps<typeof Radix.Item>) {
  return <Radix.Item className={cn(MENU_ITEM, className)} {...props} />;
}

export function ContextMenuSeparator({ className, ...props }: ComponentProps<typeof Radix.Separator>) {
  return <Radix.Separator className={cn(MENU_SEPARATOR, className)} {...props} />;
}
