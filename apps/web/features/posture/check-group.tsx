import type { PostureFinding } from "@interlock/protocol";
import { Wrench } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { DisclosureRow } from "./disclosure-row.tsx";
import { FindingRow } from "./finding-row.tsx";
import type { CheckGroup } from "./posture-filter.ts";
import { plural, SEVERITY_CLASS, SEVERITY_WORDS } from "./posture-words.ts";

/** Findings that are drawn at once; more on demand. */
const AT_ONCE = 25;
/** Most fixes that go into one document. */
const TOGETHER = 50;

interface CheckGroupProps {
  group: CheckGroup;
  startsOpen: boolean;
  /** Absent for people who may not write into rooms. */
  onPropose?: ((findings: readonly PostureFinding[]) => void) | undefined;
}

/** One check: why it matters once, then everything it found. */
export function CheckGroupSection({ group: { check, severity, findings }, startsOpen, onPropose }: CheckGroupProps) {
  const [shown, setShown] = useState(AT_ONCE);
  const fixable = findings.filter(({ system, fix }) => !system && fix.lines.length + fix.choices.length > 0);
  return (
    <DisclosureRow
      startsOpen={startsOpen}
      bodyClass="flex flex-col gap-3"
      line={
        <>
          <span
            className={cn(
              "inline-flex w-17 shrink-0 justify-center rounded-full border py-px text-2xs font-semibold",
              SEVERITY_CLASS[severity],
            )}
          >
            {SEVERITY_WORDS[severity].label}
          </span>
          <span className="min-w-0 flex-1 text-sm font-medium max-sm:line-clamp-2 sm:truncate">{check.title}</span>
          <span className="shrink-0 text-xs text-dim tabular-nums">
            {findings.length.toLocaleString("en")}
            <span className="sr-only"> {findings.length === 1 ? "finding" : "findings"}</span>
          </span>
        </>
      }
    >
      <div className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2">
        <p className="max-w-[78ch] text-sm text-pretty text-dim">{check.why}</p>
        {onPropose && fixable.length > 1 && (
          <Button size="sm" onClick={() => onPropose(fixable.slice(0, TOGETHER))}>
            <Wrench aria-hidden="true" /> Propose {fixable.length > TOGETHER ? `the first ${TOGETHER}` : `all ${fixable.length}`}
          </Button>
        )}
      </div>
      {check.unknown !== undefined && <p className="text-xs text-modify-text">Not all of it is known: {check.unknown}</p>}
      <ul className="flex flex-col gap-2">
        {findings.slice(0, shown).map((finding) => (
          <FindingRow
            key={`${finding.object} ${finding.evidence[0]?.path}`}
            finding={finding}
            onPropose={onPropose && (() => onPropose([finding]))}
          />
        ))}
      </ul>
      {findings.length > shown && (
        <Button size="sm" className="self-start" onClick={() => setShown(shown + AT_ONCE * 4)}>
          Show more of {plural(findings.length - shown, "finding")}
        </Button>
      )}
    </DisclosureRow>
  );
}
