import { cn } from "../../components/ui/class-names.ts";

/** The mark: a frame with its guard closed on one side. Decoration; the name stands beside it. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" className={cn("size-4 text-accent", className)}>
      <rect x="1.75" y="1.75" width="12.5" height="12.5" rx="2.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M4 1.75h4v12.5H4A2.25 2.25 0 0 1 1.75 12V4A2.25 2.25 0 0 1 4 1.75Z" fill="currentColor" />
    </svg>
  );
}

export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn("inline-flex items-center gap-2 font-semibold tracking-[0.2px]", className)}>
      <LogoMark />
      Interlock
    </span>
  );
}
