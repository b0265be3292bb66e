import Link from "next/link";
import type { ReactNode } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Logo } from "./logo.tsx";

interface PlainPageProps {
  /** A short mark above the title: a status, an error's id. */
  code: string;
  title: string;
  children: ReactNode;
  /** Further buttons before the way home. */
  actions?: ReactNode;
}

/** A whole page that says one thing: not found, failed. Works signed in or not. */
export function PlainPage({ code, title, children, actions }: PlainPageProps) {
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-11 items-center border-b border-line bg-panel px-3.5">
        <Link href="/rooms" className="flex rounded-sm">
          <Logo />
        </Link>
      </header>
      <main className="flex flex-1 flex-col items-center justify-center gap-2 px-6 pb-24 text-center">
        <p className="font-mono text-xs text-faint">{code}</p>
        <h1 className="text-xl font-semibold">{title}</h1>
        <p className="max-w-md text-sm text-pretty text-dim">{children}</p>
        <div className="mt-4 flex flex-wrap justify-center gap-2">
          {actions}
          <Button size="lg" asChild>
            <Link href="/rooms">Go to the rooms</Link>
          </Button>
        </div>
      </main>
    </div>
  );
}
