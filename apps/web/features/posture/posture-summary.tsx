import { PostureArea, PostureSeverity, type PosturePage } from "@interlock/protocol";
import { cn } from "../../components/ui/class-names.ts";
import type { PostureFilter } from "./posture-filter.ts";
import { AREA_WORDS, SEVERITY_WORDS } from "./posture-words.ts";

interface PostureSummaryProps {
  summary: PosturePage["summary"];
  filter: PostureFilter;
  onFilter: (filter: PostureFilter) => void;
}

const FIGURE: Record<PostureSeverity, string> = {
  critical: "border-delete-line bg-delete-soft text-delete-text",
  high: "border-privilege-line bg-privilege-soft text-privilege-text",
  medium: "border-modify-line bg-modify-soft text-modify-text",
  low: "border-line bg-panel text-fg",
};

function toggled<T>(set: ReadonlySet<T>, item: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(item)) next.add(item);
  return next;
}

/** How much there is by severity and by area. Each figure shows only what it counts, and all again. */
export function PostureSummary({ summary: { severities, areas }, filter, onFilter }: PostureSummaryProps) {
  return (
    <div className="flex flex-col gap-3">
      <div role="group" aria-label="By severity" className="grid grid-cols-4 gap-2 max-sm:grid-cols-2">
        {PostureSeverity.options.map((severity) => (
          <button
            key={severity}
            type="button"
            aria-pressed={filter.severities.has(severity)}
            onClick={() => onFilter({ ...filter, severities: toggled(filter.severities, severity) })}
            className={cn(
              "flex min-w-0 flex-col items-start rounded-lg border px-3 py-2 text-left hover:brightness-110 light:hover:brightness-97",
              severities[severity] === 0 ? "border-line bg-panel text-dim" : FIGURE[severity],
              filter.severities.has(severity) && "outline-2 outline-offset-1 outline-accent",
            )}
          >
            <span className="flex items-baseline gap-2">
              <strong className="text-xl font-semibold tabular-nums">{severities[severity].toLocaleString("en")}</strong>
              <span className="text-xs font-medium">{SEVERITY_WORDS[severity].label}</span>
            </span>
            <span className="text-2xs text-dim">{SEVERITY_WORDS[severity].hint}</span>
          </button>
        ))}
      </div>
      <div role="group" aria-label="By area" className="flex flex-wrap gap-1.5">
        {PostureArea.options
          .filter((area) => areas[area] > 0 || filter.areas.has(area))
          .map((area) => (
            <button
              key={area}
              type="button"
              aria-pressed={filter.areas.has(area)}
              onClick={() => onFilter({ ...filter, areas: toggled(filter.areas, area) })}
              className="inline-flex h-6 items-center gap-1.5 rounded-full border border-line bg-raise px-2.5 text-xs text-dim hover:bg-hover hover:text-fg aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
            >
              {AREA_WORDS[area]} <span className="tabular-nums">{areas[area].toLocaleString("en")}</span>
            </button>
          ))}
      </div>
    </div>
  );
}
