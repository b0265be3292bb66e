"use client";
import type { PrivilegeSummary, UsageCoverage } from "@interlock/protocol";
import { ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { cn } from "../../components/ui/class-names.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { SEVERITY_CLASS, SEVERITY_WORDS } from "../posture/posture-words.ts";
import { ago, verdictOf } from "./privilege-words.ts";
import { SubjectDetail } from "./subject-detail.tsx";

export interface SubjectProps {
  summary: PrivilegeSummary;
  coverage: UsageCoverage;
  connection: string;
  roomId: string | undefined;
  round: number;
  onChange: () => void;
}

/** Somebody in one line: what is dangerous and unused first. Opened, every right and what could be done. */
export function SubjectRow(props: SubjectProps) {
  const { summary, coverage } = props;
  const [open, setOpen] = useState(false);
  const id = useId();
  const { subject, rights, used, unlogged, dangers, last } = summary;
  const known = coverage.coveredDays > 0;
  const [worst] = dangers;
  const name = subject.namespace === undefined ? subject.name : `${subject.namespace}/${subject.name}`;
  return (
    <li className="border-b border-line last:border-b-0">
      <h2>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={`${id}-detail`}
          onClick={() => setOpen(!open)}
          className="flex w-full flex-wrap items-center gap-x-2.5 gap-y-1 px-3.5 py-2.5 text-left hover:bg-hover focus-visible:-outline-offset-2"
        >
          <ChevronRight aria-hidden="true" className={cn("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")} />
          <span className="w-24 shrink-0 text-2xs font-medium text-dim max-sm:w-auto">{subject.kind}</span>
          <span className="min-w-40 flex-1 font-mono text-xs font-semibold break-all">{name}</span>
          {summary.system && <Badge size="sm">Kubernetes&apos; own</Badge>}
          {worst !== undefined && (
            <span
              title={dangers.map(({ title }) => title).join("\n")}
              className={cn(
                "inline-flex shrink-0 items-center rounded-full border px-2 py-px text-2xs font-semibold",
                SEVERITY_CLASS[worst.severity],
              )}
            >
              {SEVERITY_WORDS[worst.severity].label}: {worst.title.replace(/^Who may /, "may ")}
              {dangers.length > 1 && ` +${dangers.length - 1}`}
            </span>
          )}
          <span className="flex basis-full items-center gap-x-2.5 pl-6 text-xs text-dim sm:pl-[8.125rem]">
            {known && rights > 0 && <UsedBar rights={rights - unlogged} used={used} />}
            <span className="min-w-0">
              {verdictOf(summary, coverage.complete, known)}
              {last !== undefined && ` · last seen ${ago(last)}`}
            </span>
          </span>
        </button>
      </h2>
      {open && (
        <div id={`${id}-detail`} className="px-3.5 pt-0.5 pb-4 sm:pl-10">
          <SubjectDetail {...props} />
        </div>
      )}
    </li>
  );
}

/** How much of the rights is used. */
function UsedBar({ rights, used }: { rights: number; used: number }) {
  return (
    <span aria-hidden="true" className="h-1.5 w-20 shrink-0 overflow-hidden rounded-full bg-hover">
      <span className="block h-full rounded-full bg-read" style={{ width: `${rights <= 0 ? 0 : (used / rights) * 100}%` }} />
    </span>
  );
}
