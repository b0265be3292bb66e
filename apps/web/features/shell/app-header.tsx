"use client";
import { Search } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Kbd } from "../../components/ui/kbd.tsx";
import { usePalette } from "../palette/palette-registry.tsx";
import { LogoMark } from "./logo.tsx";
import { type Skip, SkipLinks } from "./skip-links.tsx";
import { UserMenu } from "./user-menu.tsx";

export interface Crumb {
  label: string;
  /** Absent on the last: the page one is on. */
  href?: string;
}

export interface AppHeaderProps {
  crumbs: readonly Crumb[];
  /** Right after the crumbs: severity, timer. */
  aside?: ReactNode;
  /** At the right, before the palette and the person's menu. */
  actions?: ReactNode;
  /** Where one can jump to from here; without it to the content. */
  skips?: readonly Skip[];
}

/** The bar at the top of every page behind the sign-in, 44 px high; in a very narrow window a title below another page has a line of its own. */
export function AppHeader({ crumbs, aside, actions, skips }: AppHeaderProps) {
  const { open } = usePalette();
  const deep = crumbs.length > 1;
  return (
    <header
      className={cn(
        "flex min-h-11 shrink-0 items-center gap-x-3 border-b border-line bg-panel px-3.5",
        deep && "max-sm:flex-wrap max-sm:gap-y-0.5 max-sm:py-1.5",
      )}
    >
      <SkipLinks {...(skips && { skips })} />
      <Link href="/rooms" className="inline-flex items-center gap-2 rounded-sm font-semibold tracking-[0.2px]">
        <LogoMark />
        <span className="max-sm:sr-only">Interlock</span>
      </Link>
      <span aria-hidden="true" className={cn("h-4 w-px shrink-0 bg-line", deep && "max-sm:hidden")} />
      <nav aria-label="You are here" className={cn("min-w-0", deep && "max-sm:order-last max-sm:basis-full")}>
        <ol className="flex min-w-0 items-center gap-1.5 text-dim">
          {crumbs.map((crumb, index) => (
            <li key={crumb.label} className="flex min-w-0 items-center gap-1.5 last:shrink not-last:shrink-0 max-sm:not-last:hidden">
              {crumb.href ? (
                <Link href={crumb.href} className="rounded-sm hover:text-fg">
                  {crumb.label}
                </Link>
              ) : (
                <span aria-current="page" title={crumb.label} className="truncate font-semibold text-fg">
                  {crumb.label}
                </span>
              )}
              {index < crumbs.length - 1 && <span aria-hidden="true">/</span>}
            </li>
          ))}
        </ol>
      </nav>
      {aside}
      <div className="ml-auto flex shrink-0 items-center gap-2">
        {actions}
        <Button variant="ghost" onClick={open} className="px-1.5">
          <Search aria-hidden="true" />
          <span className="sr-only">Command palette </span>
          <Kbd keys="Mod+K" className="max-lg:hidden" />
        </Button>
        <UserMenu />
      </div>
    </header>
  );
}
