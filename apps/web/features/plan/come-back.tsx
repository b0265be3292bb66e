import type { Impact } from "@interlock/protocol";
import { Undo2 } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { reversal } from "../impact/reversal.ts";
import { losses } from "./losses.ts";
import { shortName } from "./plan-words.ts";

const TONES = { good: "text-read-text", warn: "text-modify-text", bad: "text-delete-text" } as const;

/** Whether it can be taken back, and object by object what would not be the same. */
export function ComeBack({ impact }: { impact: Impact }) {
  const said = reversal(impact);
  if (said === undefined) return null;
  const { grave, minor } = losses(impact);
  return (
    <div className="flex items-baseline gap-2" data-testid="come-back">
      <Undo2 aria-hidden="true" className={cn("size-3.5 shrink-0 translate-y-0.5", TONES[said.tone])} />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <span className="text-sm">
          <strong className={cn("font-medium", TONES[said.tone])}>{said.text}</strong>
          {said.tone !== "bad" && (
            <span className="text-dim">: manifests are kept, and the undo is a plan of its own that is reviewed</span>
          )}
          {said.why !== undefined && grave.length === 0 && <span className="text-dim">: {said.why}</span>}
        </span>
        {grave.length > 0 && (
          <ul className="flex flex-col gap-0.5 text-xs text-dim" aria-label="What cannot come back">
            {grave.map(({ object, why }) => (
              <li key={`${object} ${why}`} className="wrap-anywhere">
                <span className="text-delete-text">not:</span> <span className="text-fg">{shortName(object)}</span>: {why}
              </li>
            ))}
          </ul>
        )}
        {minor.length > 0 && (
          <ul className="flex flex-col gap-0.5 text-xs text-faint">
            {minor.map(({ object, why }) => (
              <li key={`${object} ${why}`} className="wrap-anywhere">
                {why}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
