"use client";
import type { Impact } from "@interlock/protocol";
import { type ReactNode, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { count } from "../impact/figures.ts";
import { ComeBack } from "./come-back.tsx";
import { ObjectsDialog } from "./objects-dialog.tsx";
import { PlanBreakList } from "./plan-break-list.tsx";
import { TokenRights, tokensOf } from "../tokens/token-rights.tsx";
import { planBreaks } from "./plan-breaks.ts";
import { PlanFigures } from "./plan-figures.tsx";
import { countOf, plannedWrites, planObjects } from "./plan-objects.ts";
import { PlannedWrites } from "./planned-writes.tsx";

/** All that a plan comes to, in the order in which it matters: what goes, what breaks elsewhere, whether it can come back, what will be sent. */
export function PlanSections({ impact }: { impact: Impact }) {
  const [all, setAll] = useState(false);
  const objects = planObjects(impact);
  const breaks = planBreaks(impact);
  const writes = plannedWrites(impact).length;
  const deletes = objects.some(({ fate }) => fate === "goes");
  const tokens = tokensOf(impact);
  if (writes === 0) return null;
  return (
    <>
      {tokens.length > 0 && (
        <Section title="What its holder may do">
          {tokens.map((token, index) => (
            // Shown once per analysis and never reordered.
            <TokenRights key={index} token={token} />
          ))}
        </Section>
      )}
      <Section
        title={deletes ? "Goes with it" : "What happens"}
        beside={
          objects.length > 0 && (
            <Button variant="link" size="sm" onClick={() => setAll(true)}>
              Show all {count(countOf(impact))}
            </Button>
          )
        }
      >
        {all && <ObjectsDialog impact={impact} onClose={() => setAll(false)} />}
        <PlanFigures impact={impact} className="grid grid-cols-4 @max-md:grid-cols-2" />
      </Section>
      {breaks.length > 0 && (
        <Section title="Breaks elsewhere">
          <PlanBreakList breaks={breaks} />
        </Section>
      )}
      <Section title="Can it come back?">
        <ComeBack impact={impact} />
      </Section>
      <Section title={writes === 1 ? "The request" : `${count(writes)} requests, in this order`}>
        <PlannedWrites impact={impact} />
      </Section>
    </>
  );
}

function Section({ title, beside, children }: { title: string; beside?: ReactNode; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <div className="flex min-h-5 items-center justify-between gap-2">
        <h3 className="text-2xs font-medium tracking-wider text-faint uppercase">{title}</h3>
        {beside}
      </div>
      {children}
    </section>
  );
}
