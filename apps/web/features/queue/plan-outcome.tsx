"use client";
import { CircleCheck, CircleDashed, CircleX, HelpCircle } from "lucide-react";
import { useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { count } from "../impact/figures.ts";
import { writeOperation } from "../plan/plan-objects.ts";
import { shortName } from "../plan/plan-words.ts";
import type { WriteOutcome } from "./write-outcomes.ts";

const LOOKS = {
  done: { icon: CircleCheck, tone: "text-read-text", name: "done" },
  failed: { icon: CircleX, tone: "text-delete-text", name: "failed" },
  unknown: { icon: HelpCircle, tone: "text-delete-text", name: "not known" },
  not_sent: { icon: CircleDashed, tone: "text-faint", name: "not sent" },
} as const satisfies Record<WriteOutcome["state"], unknown>;

const DONE = { create: "created", update: "changed", delete: "deleted", connect: "used" } as const;

/** Outcomes listed before one asks for more; what failed is always among them. */
const FEW = 8;

/** What of a plan was done and what was not, request by request. */
export function PlanOutcome({ outcomes }: { outcomes: readonly WriteOutcome[] }) {
  const [all, setAll] = useState(false);
  const turn = outcomes.findIndex(({ state }) => state !== "done");
  const from = all ? 0 : Math.max(0, Math.min(turn === -1 ? 0 : turn - 2, outcomes.length - FEW));
  const shown = all ? outcomes : outcomes.slice(from, from + FEW);
  return (
    <div className="flex flex-col gap-1">
      <ol className="flex flex-col gap-1" aria-label="What was done" data-testid="affected">
        {shown.map((outcome) => (
          <Line key={outcome.write.index} outcome={outcome} />
        ))}
      </ol>
      {shown.length < outcomes.length && (
        <Button variant="link" size="sm" className="self-start" onClick={() => setAll(true)}>
          Show all {count(outcomes.length)} requests
        </Button>
      )}
    </div>
  );
}

function Line({ outcome: { write, state, why } }: { outcome: WriteOutcome }) {
  const { icon: Icon, tone, name } = LOOKS[state];
  return (
    <li className="flex min-w-0 items-baseline gap-1.5">
      <Icon aria-hidden="true" className={cn("size-3.5 shrink-0 translate-y-0.5", tone)} />
      <span className="min-w-0 flex-1">
        <span
          className={cn("wrap-anywhere", state === "not_sent" ? "text-dim" : "text-fg")}
          title={`${write.request?.method} ${write.request?.path}`}
        >
          {write.token !== undefined && "Token of "}
          {shortName(write.effects[0]?.object ?? write.title)}
        </span>
        {why !== undefined && (
          <span role="alert" className="block font-mono whitespace-pre-wrap text-delete-text wrap-anywhere">
            {why}
          </span>
        )}
      </span>
      <span className={cn("shrink-0", tone)}>
        {state !== "done" ? name : write.token === undefined ? DONE[writeOperation(write)] : "issued"}
      </span>
    </li>
  );
}
