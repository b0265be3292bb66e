import type { Impact } from "@interlock/protocol";
import { EffectBadge } from "../../components/ui/badge.tsx";

/** What each line of a script would do, in place of the facts that rows have. It keeps its height and scrolls. */
export function ScriptLines({ impact }: { impact: Impact }) {
  return (
    <ol className="h-22 overflow-y-auto px-3.5 py-1.5 text-xs" aria-label="Line by line" tabIndex={0}>
      {impact.statements.map(({ index, effect, title, text }) => (
        <li key={index} className="flex min-w-0 items-baseline gap-2 py-px">
          <span className="w-6 shrink-0 text-right text-faint tabular-nums">{index + 1}</span>
          <EffectBadge effect={effect} className="w-18 justify-center px-1 py-0" />
          <span className="min-w-0 truncate" title={text}>
            {title}
          </span>
        </li>
      ))}
    </ol>
  );
}
