"use client";
import type { Impact } from "@interlock/protocol";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { count } from "../impact/figures.ts";
import { ObjectsDialog } from "../plan/objects-dialog.tsx";
import { PlanBreakList } from "../plan/plan-break-list.tsx";
import { planBreaks } from "../plan/plan-breaks.ts";
import { PlanFigures } from "../plan/plan-figures.tsx";
import { countOf, plannedWrites } from "../plan/plan-objects.ts";
import { TokenRights, tokensOf } from "../tokens/token-rights.tsx";
import { PlannedWrites } from "../plan/planned-writes.tsx";

/** Breakages shown without asking. */
const FEW = 3;
/** Requests shown without asking. */
const FEW_WRITES = 3;

/** What a reviewer agrees to with a plan: what its author saw, and the very requests that will be sent. */
export function CommandPlan({ impact }: { impact: Impact }) {
  const [all, setAll] = useState(false);
  const [everyBreak, setEveryBreak] = useState(false);
  const breaks = planBreaks(impact);
  const shown = everyBreak ? breaks : breaks.slice(0, FEW);
  const writes = plannedWrites(impact).length;
  if (writes === 0) return null;
  const touched = countOf(impact);
  const tokens = tokensOf(impact);
  return (
    <div className="@container flex flex-col gap-2">
      <PlanFigures impact={impact} className="flex flex-wrap" />
      {touched > 1 && (
        <Button size="sm" className="self-start" onClick={() => setAll(true)}>
          Show all {count(touched)}
        </Button>
      )}
      {all && <ObjectsDialog impact={impact} onClose={() => setAll(false)} />}
      {tokens.length > 0 && (
        <section className="flex flex-col gap-1.5">
          <h4 className="text-2xs font-medium tracking-wider text-faint uppercase">What its holder may do</h4>
          {tokens.map((token, index) => (
            // Frozen with the command.
            <TokenRights key={index} token={token} />
          ))}
        </section>
      )}
      {breaks.length > 0 && (
        <section className="flex flex-col gap-1.5">
          <h4 className="text-2xs font-medium tracking-wider text-faint uppercase">Breaks elsewhere</h4>
          <PlanBreakList breaks={shown} />
          {breaks.length > shown.length && (
            <Button variant="link" size="sm" className="self-start" onClick={() => setEveryBreak(true)}>
              {breaks.length - shown.length} more
            </Button>
          )}
        </section>
      )}
      <section className="flex flex-col gap-1">
        <h4 className="text-2xs font-medium tracking-wider text-faint uppercase">
          {writes === 1 ? "What is sent" : `${count(writes)} requests, in this order`}
        </h4>
        <PlannedWrites impact={impact} few={FEW_WRITES} />
      </section>
    </div>
  );
}
