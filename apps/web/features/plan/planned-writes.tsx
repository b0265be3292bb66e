"use client";
import type { Impact, Statement } from "@interlock/protocol";
import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { count } from "../impact/figures.ts";
import { diffLines, diffWords } from "./diff-lines.ts";
import { PlanDiff } from "./plan-diff.tsx";
import { plannedWrites, writeOperation } from "./plan-objects.ts";
import { shortName } from "./plan-words.ts";

/** Writes listed before one asks for more. */
const FEW = 12;

const VERBS = { create: "creates", update: "changes", delete: "deletes", connect: "uses" } as const;
const COLORS = {
  create: "text-append-text",
  update: "text-modify-text",
  delete: "text-delete-text",
  connect: "text-privilege-text",
} as const;

/** The requests of a plan as they will be sent, in order, each with what it changes. */
export function PlannedWrites({ impact, few = FEW }: { impact: Impact; few?: number }) {
  const [all, setAll] = useState(false);
  const writes = plannedWrites(impact);
  const shown = all ? writes : writes.slice(0, few);
  return (
    <div className="flex flex-col gap-1">
      <ol className="flex flex-col gap-1" aria-label="Planned requests">
        {shown.map((write, index) => (
          <li key={write.index}>
            <PlannedWrite write={write} number={writes.length > 1 ? index + 1 : undefined} />
          </li>
        ))}
      </ol>
      {writes.length > shown.length && (
        <Button variant="link" size="sm" className="self-start" onClick={() => setAll(true)}>
          Show all {count(writes.length)} requests
        </Button>
      )}
    </div>
  );
}

function PlannedWrite({ write, number }: { write: Statement; number: number | undefined }) {
  const [open, setOpen] = useState(false);
  const operation = writeOperation(write);
  const object = write.effects[0]?.object ?? write.title;
  const part = write.request?.subresource;
  const lines = write.diff === undefined ? [] : diffLines(write.diff);
  const line = (
    <>
      <ChevronRight
        aria-hidden="true"
        className={cn(
          "size-3.5 shrink-0 translate-y-0.5 text-faint transition-transform",
          open && "rotate-90",
          lines.length === 0 && "invisible",
        )}
      />
      <span className="flex min-w-0 flex-1 flex-col text-left">
        <span className="wrap-anywhere">
          {number !== undefined && <span className="text-faint tabular-nums">{number}. </span>}
          <span className={COLORS[operation]}>{VERBS[operation]}</span> <span className="font-medium text-fg">{shortName(object)}</span>
          {part !== undefined && <span className="text-dim"> ({part})</span>}
          {lines.length > 0 && <span className="text-faint"> · {diffWords(lines)}</span>}
        </span>
        <code className="text-2xs text-faint wrap-anywhere">
          {write.request?.method} {write.request?.path}
        </code>
      </span>
    </>
  );
  return (
    <div className="flex flex-col gap-1 text-xs">
      {lines.length === 0 ? (
        <div className="flex items-baseline gap-1.5">{line}</div>
      ) : (
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex items-baseline gap-1.5 rounded-sm hover:bg-hover"
        >
          {line}
        </button>
      )}
      {open && <PlanDiff lines={lines} />}
    </div>
  );
}
