"use client";
import type { PrivilegeSummary, UsageCoverage } from "@interlock/protocol";
import { cn } from "../../components/ui/class-names.ts";
import { Badge } from "../../components/ui/badge.tsx";
import { DisclosureRow } from "../posture/disclosure-row.tsx";
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
  const { subject, rights, used, unlogged, dangers, last } = summary;
  const known = coverage.coveredDays > 0;
  const [worst] = dangers;
  const name = subject.namespace === undefined ? subject.name : `${subject.namespace}/${subject.name}`;
  return (
    <DisclosureRow
      lineClass="flex-wrap gap-y-1"
      line={
        <>
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
        </>
      }
    >
      <SubjectDetail {...props} />
    </DisclosureRow>
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
