"use client";
import type { Command } from "@interlock/protocol";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { count } from "../impact/figures.ts";
import { ownFirst } from "./affected-rows.ts";

/** One line that says how it ended, and under it what there is to say of it. */
export function Outcome({ icon: Icon, tone, title, children }: { icon: LucideIcon; tone: string; title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col gap-1.5 text-xs text-dim">
      <span className={cn("flex items-center gap-1.5 font-medium", tone)}>
        <Icon aria-hidden="true" className="size-3.5 shrink-0" /> {title}
      </span>
      {children}
    </div>
  );
}

/** Lines that are shown without scrolling. */
const MANY = 12;

/** What was written, table by table or object by object: its own first, then what came with it. */
export function AffectedRows({ command }: { command: Command }) {
  const { own, beside } = ownFirst(command.impact, command.execution?.affected ?? []);
  const lines = [...own, ...beside];
  // Only of these the counters say everything: a TRUNCATE counts no rows.
  const counted = command.impact.statements.every(({ title }) => /^(INSERT|UPDATE|DELETE|MERGE)\b/.test(title));
  if (lines.length === 0) return counted && command.impact.statements.length > 0 ? <p>No row was changed.</p> : null;
  return (
    // What puts a namespace back has hundreds of them; it scrolls, so the keyboard must reach it.
    <ul
      {...(lines.length > MANY ? { tabIndex: 0, "aria-label": "What was written" } : {})}
      className={cn(
        "flex flex-col gap-0.5 tabular-nums",
        lines.length > MANY && "max-h-44 overflow-y-auto rounded-md border border-line p-1.5",
      )}
      data-testid="affected"
    >
      {lines.map(({ object, inserted, updated, deleted }) => (
        <li key={object} className="flex justify-between gap-2">
          <span className="truncate font-mono">{object}</span>
          <span className="shrink-0 text-fg">
            {[
              [inserted, "inserted"],
              [updated, "updated"],
              [deleted, "deleted"],
            ]
              .filter(([n]) => (n as number) > 0)
              .map(([n, what]) => `${count(n as number)} ${what}`)
              .join(", ")}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** What the target said against it. */
export function Failure({ command }: { command: Command }) {
  const error = command.execution?.error;
  // Of conflicts and drift the list says all.
  if (!error || error.code === "undo_conflict" || (error.code === "targets_changed" && command.execution?.drift !== undefined)) return null;
  return (
    <p className="rounded-md bg-delete-soft px-2 py-1.5 font-mono whitespace-pre-wrap text-delete-text wrap-anywhere" role="alert">
      {error.statement !== undefined && command.impact.statements.length > 1 && `Statement ${error.statement + 1}: `}
      {error.message}
    </p>
  );
}

/** Notices shown without asking. */
const FEW = 5;

/** What the server said beside the result. */
export function Notices({ notices }: { notices: readonly string[] }) {
  if (notices.length === 0) return null;
  return (
    <details open={notices.length <= FEW}>
      <summary className="cursor-pointer">
        {notices.length} {notices.length === 1 ? "notice" : "notices"} of the server
      </summary>
      <ul className="mt-1 flex flex-col gap-0.5 font-mono">
        {notices.map((notice, index) => (
          // Notices may repeat and keep their order
          <li key={index} className="wrap-anywhere">
            {notice}
          </li>
        ))}
      </ul>
    </details>
  );
}
