import { ChevronRight } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";

interface DisclosureRowProps {
  /** In the line that opens it. */
  line: ReactNode;
  startsOpen?: boolean;
  lineClass?: string;
  bodyClass?: string;
  /** Drawn only while it is open. */
  children: ReactNode;
}

/** A line of a list that opens to what is behind it. Its heading is the line. */
export function DisclosureRow({ line, startsOpen = false, lineClass, bodyClass, children }: DisclosureRowProps) {
  const [open, setOpen] = useState(startsOpen);
  const id = useId();
  return (
    <li className="border-b border-line last:border-b-0">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          className={cn(
            "flex w-full items-center gap-x-2.5 px-3.5 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2",
            lineClass,
          )}
        >
          <ChevronRight aria-hidden="true" className={cn("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")} />
          {line}
        </button>
      </h2>
      {open && (
        <div id={id} className={cn("px-3.5 pt-0.5 pb-4 sm:pl-10", bodyClass)}>
          {children}
        </div>
      )}
    </li>
  );
}
