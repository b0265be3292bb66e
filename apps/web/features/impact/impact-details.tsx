import type { Command, Impact, Verdict } from "@interlock/protocol";
import { Check, Minus } from "lucide-react";
import { AttentionList, type Suggest } from "./attention-line.tsx";
import { isPlan } from "../plan/plan-objects.ts";
import { PlanSections } from "../plan/plan-sections.tsx";
import { attentions } from "./attention.ts";
import { duration } from "./figures.ts";
import { commandReversal } from "./reversal.ts";
import { StatementDetails } from "./statement-details.tsx";

interface ImpactDetailsProps {
  impact: Impact;
  verdict?: Verdict | undefined;
  onSuggestion?: Suggest | undefined;
  /** The frozen command it is of, which may be a dry run or an undo. */
  command?: Pick<Command, "dryRun" | "undoOf"> | undefined;
}

/** Everything behind the sentence: what stands out, each statement's effects one by one, and which rules of the policy matched and why. */
export function ImpactDetails({ impact, verdict, onSuggestion, command }: ImpactDetailsProps) {
  const plan = isPlan(impact);
  return (
    <div className="@container flex flex-col gap-4 border-t border-line px-3.5 py-3 text-xs">
      <AttentionList attentions={attentions(impact)} onSuggestion={onSuggestion} />
      {plan && <PlanSections impact={impact} />}
      {!plan &&
        impact.statements.map((statement) => (
          <StatementDetails
            key={statement.index}
            statement={statement}
            alone={impact.statements.length === 1}
            reversal={commandReversal({ ...command, impact: { ...impact, statements: [statement] } })}
          />
        ))}
      {verdict && <Trace verdict={verdict} />}
      <p className="text-faint">
        {plan ? "Planned" : "Worked out"} in {duration(impact.tookMs)}; nothing was {plan ? "" : "run or "}changed for it.
      </p>
    </div>
  );
}

/** Which rules matched, which did not, and why: what binds first. */
function Trace({ verdict }: { verdict: Verdict }) {
  return (
    <section className="flex flex-col gap-1.5">
      <h3 className="font-semibold">Why policy says so</h3>
      {verdict.message !== "" && <p className="text-dim">{verdict.message}</p>}
      <ul className="flex flex-col gap-0.5">
        {verdict.trace
          .toSorted((a, b) => Number(b.matched) - Number(a.matched))
          .map(({ rule, matched, why, effect }) => (
            <li key={rule} className="grid grid-cols-[1rem_10rem_1fr] items-baseline gap-x-2">
              {matched ? (
                <Check aria-label="matched" className="size-3 text-read-text" />
              ) : (
                <Minus aria-label="did not match" className="size-3 text-faint" />
              )}
              <code className={matched ? "text-fg" : "text-faint"}>{rule}</code>
              <span className={matched ? "text-dim" : "text-faint"}>
                {matched ? `${effect}: ` : ""}
                {why}
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
}
