import { type ReactNode } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Kbd } from "../../components/ui/kbd.tsx";
import type { Fact } from "./impact-facts.ts";

/** The sentence's line. */
export function Head({ children }: { children: ReactNode }) {
  return (
    <header className="flex h-11 shrink-0 items-center gap-3 border-b border-inherit px-3.5 @max-md:h-20 @max-md:flex-wrap @max-md:content-center @max-md:gap-y-1">
      {children}
    </header>
  );
}

/** The four facts of a statement under its sentence. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="grid shrink-0 grid-cols-4 @max-xl:grid-cols-1 @max-xl:py-1">
      {facts.map((fact) => (
        <FactCell key={fact.name} fact={fact} />
      ))}
    </dl>
  );
}

/**
 * A column of its own; in a narrow panel a row with the name at its side. The height fits two lines of what it is and one of what that means, or
 * one and two.
 */
function FactCell({ fact: { name, value, note, tone } }: { fact: Fact }) {
  return (
    <div className="flex h-22 min-w-0 flex-col overflow-hidden border-line px-3.5 py-2 not-last:border-r @max-xl:h-9.5 @max-xl:flex-row @max-xl:gap-2 @max-xl:border-r-0 @max-xl:py-0.5">
      <dt className="shrink-0 text-2xs/4 tracking-wider text-faint uppercase @max-xl:w-22 @max-xl:pt-0.5">{name}</dt>
      <dd className="flex min-h-0 min-w-0 flex-1 flex-col overflow-hidden">
        <span
          className={cn(
            "line-clamp-2 shrink-0 leading-5 font-semibold wrap-anywhere @max-xl:block @max-xl:truncate @max-xl:text-xs/5",
            tone === "quiet" && "font-normal text-dim",
          )}
          title={value}
        >
          {value}
        </span>{" "}
        <span
          className={cn(
            "line-clamp-2 text-2xs/4 wrap-anywhere @max-xl:block @max-xl:truncate",
            tone === "warn" ? "text-modify-text" : "text-dim",
          )}
          title={note}
        >
          {note}
        </span>
      </dd>
    </div>
  );
}

interface FootProps {
  /** Whether it is the person's own cursor. */
  mine: boolean;
  canPropose: boolean;
  /** The room takes no new commands. */
  closed: boolean;
  busy: boolean;
  /** `dryRun`: everything but the commit. */
  onPropose: (dryRun: boolean) => void;
  denied?: boolean;
  /** What writes nothing needs no dry run, and a plan was one. */
  canTry?: boolean;
  /** What one can do beside proposing. */
  beside?: ReactNode;
  children: ReactNode;
}

/** What policy says, and the way on. */
export function Foot({ mine, canPropose, closed, busy, onPropose, denied = false, canTry = false, beside, children }: FootProps) {
  const off = !canPropose || closed || busy;
  return (
    <footer
      className={cn(
        "flex shrink-0 items-center gap-3 border-t border-inherit bg-panel px-3.5 @max-md:flex-wrap @max-md:content-center @max-md:gap-y-1",
        denied ? "min-h-15 py-2 @max-md:min-h-26" : "h-15 @max-md:h-26",
      )}
    >
      {children}
      {(mine || beside) && (
        <div className="ml-auto flex shrink-0 items-center gap-1.5">
          {beside}
          {mine && (
            <>
              {canTry && !denied && (
                <Button
                  disabled={off}
                  title={
                    closed
                      ? "The room is closed"
                      : "Proposes to do everything but commit: it is judged and reviewed like a run, and nothing is changed"
                  }
                  aria-keyshortcuts="Control+Shift+Enter Meta+Shift+Enter"
                  onClick={() => onPropose(true)}
                >
                  Dry run
                </Button>
              )}
              <Button
                variant={denied ? "default" : "primary"}
                disabled={off}
                title={closed ? "The room is closed" : undefined}
                onClick={() => onPropose(false)}
              >
                Propose <Kbd keys="Mod+Enter" className="border-transparent bg-transparent px-0 text-current max-md:hidden" />
              </Button>
            </>
          )}
        </div>
      )}
    </footer>
  );
}
