import type { ReactNode } from "react";

/** The small capitals above a part of a sidebar. */
export function SectionTitle({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex h-9 shrink-0 items-center justify-between gap-2 px-3.5">
      <h2 className="truncate text-2xs font-semibold tracking-[0.09em] text-faint uppercase">{children}</h2>
      {action}
    </div>
  );
}
