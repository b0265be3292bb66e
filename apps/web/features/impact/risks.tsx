import type { Impact, Risk } from "@interlock/protocol";
import { CircleX, Info, TriangleAlert } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";

/** What would make the target refuse it. */
export function Failures({ impact }: { impact: Impact }) {
  const failures = impact.statements.flatMap(({ willFail }) => willFail);
  if (failures.length === 0) return null;
  return (
    <ul role="alert" className="flex flex-col gap-1 border-b border-delete-line bg-delete-soft px-3.5 py-2 text-delete-text">
      {failures.map(({ code, reason }) => (
        <li key={`${code} ${reason}`} className="flex items-baseline gap-2">
          <CircleX aria-hidden="true" className="size-3.5 shrink-0 translate-y-0.5" />
          <span>
            <strong className="font-semibold">Will fail:</strong> {reason}
          </span>
        </li>
      ))}
    </ul>
  );
}

const LOOKS = {
  danger: { icon: TriangleAlert, tone: "text-delete-text" },
  warning: { icon: TriangleAlert, tone: "text-modify-text" },
  info: { icon: Info, tone: "text-dim" },
} as const satisfies Record<Risk["severity"], unknown>;
const WEIGHT = { danger: 0, warning: 1, info: 2 } as const;

interface RisksProps {
  impact: Impact;
  /** Puts a safer text in place of the statement's; absent for those who may not write. */
  onSuggestion?: ((suggestion: { statement: number; text: string }) => void) | undefined;
}

/** What is risky about it, worst first, with safer texts that one click puts into the document. */
export function Risks({ impact, onSuggestion }: RisksProps) {
  const risks = impact.statements
    .flatMap((statement) => statement.risks.map((risk) => ({ ...risk, statement: statement.index })))
    .toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity]);
  if (risks.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1 border-t border-line px-3.5 py-2">
      {risks.map(({ code, severity, message, suggestion, statement }) => {
        const { icon: Icon, tone } = LOOKS[severity];
        return (
          <li key={`${statement} ${code} ${message}`} className="flex items-baseline gap-2">
            <Icon aria-label={severity} className={cn("size-3.5 shrink-0 translate-y-0.5", tone)} />
            <span className="min-w-0 flex-1 text-xs">{message}</span>
            {suggestion && onSuggestion && (
              <Button
                size="sm"
                title={`${suggestion.why}\n\n${suggestion.text}`}
                onClick={() => onSuggestion({ statement, text: suggestion.text })}
              >
                Use the safer text
              </Button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
