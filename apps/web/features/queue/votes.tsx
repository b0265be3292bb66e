"use client";
import type { Command } from "@interlock/protocol";
import { Check, Hourglass, X } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { isActive, openSeats } from "./command-rights.ts";

/** Who has agreed or not, and who still must. */
export function Votes({ command }: { command: Command }) {
  const seats = isActive(command) ? openSeats(command) : [];
  // The outcome of a rejected command says who rejected it and why.
  const reviews = command.state === "rejected" ? command.reviews.filter(({ decision }) => decision === "approve") : command.reviews;
  if (reviews.length === 0 && seats.length === 0) return null;
  return (
    <ul aria-label="Reviews" className="flex flex-col gap-1 text-xs text-dim">
      {reviews.map(({ id, reviewer, decision, comment }) => (
        <li key={id} className="flex items-baseline gap-1.5">
          <span
            className={cn(
              "grid size-4 shrink-0 translate-y-0.5 place-items-center rounded-full",
              decision === "approve" ? "bg-read-soft text-read-text" : "bg-delete-soft text-delete-text",
            )}
          >
            {decision === "approve" ? <Check aria-hidden="true" className="size-2.5" /> : <X aria-hidden="true" className="size-2.5" />}
          </span>
          <span>
            <strong className="font-medium text-fg" title={reviewer.displayName}>
              {reviewer.name}
            </strong>{" "}
            {decision === "approve" ? "approved" : "rejected"}
            {comment && <>: “{comment}”</>}
          </span>
        </li>
      ))}
      {seats.map(({ group, open }) => (
        <li key={group} className="flex items-center gap-1.5">
          <span className="grid size-4 shrink-0 place-items-center rounded-full border border-dashed border-line-strong">
            <Hourglass aria-hidden="true" className="size-2" />
          </span>
          {open} more from {group}
        </li>
      ))}
    </ul>
  );
}
