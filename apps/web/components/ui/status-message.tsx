import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./class-names.ts";

const TONES = {
  neutral: "bg-unknown-soft text-dim",
  bad: "bg-delete-soft text-delete-text",
  warn: "bg-modify-soft text-modify-text",
} as const;

export interface StatusMessageProps {
  icon: LucideIcon;
  title: string;
  /** What happened, and what to do next. */
  children?: ReactNode;
  /** Buttons. */
  actions?: ReactNode;
  tone?: keyof typeof TONES;
  className?: string;
}

/** The middle of an empty, failed or forbidden place: what it is, why, and the way out. */
export function StatusMessage({ icon: Icon, title, children, actions, tone = "neutral", className }: StatusMessageProps) {
  return (
    <div
      role={tone === "bad" ? "alert" : "status"}
      className={cn("mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-12 text-center", className)}
    >
      <span className={cn("grid size-11 place-items-center rounded-full", TONES[tone])}>
        <Icon aria-hidden="true" className="size-5" />
      </span>
      <h2 className="text-base font-semibold">{title}</h2>
      {children && <div className="text-sm text-pretty text-dim">{children}</div>}
      {actions && <div className="mt-1 flex flex-wrap justify-center gap-2">{actions}</div>}
    </div>
  );
}
