import type { LeastPrivilegePage, RightSubject } from "@interlock/protocol";
import { cn } from "../../components/ui/class-names.ts";
import type { PrivilegeFilter, Show } from "./privilege-filter.ts";
import { KIND_WORDS } from "./privilege-words.ts";

interface Props {
  summary: LeastPrivilegePage["summary"];
  /** There is a log. */
  known: boolean;
  filter: PrivilegeFilter;
  onFilter: (filter: PrivilegeFilter) => void;
}

const FIGURES: { show: Show; label: string; hint: string; looks: string }[] = [
  {
    show: "dangerous",
    label: "with dangerous rights",
    hint: "that were not seen used",
    looks: "border-delete-line bg-delete-soft text-delete-text",
  },
  {
    show: "idle",
    label: "idle",
    hint: "of all their rights none was seen used",
    looks: "border-modify-line bg-modify-soft text-modify-text",
  },
  { show: "smaller", label: "could have less", hint: "a smaller role can be proposed", looks: "border-line bg-panel text-fg" },
  { show: "gone", label: "used, not granted", hint: "what they did nobody grants any more", looks: "border-line bg-panel text-fg" },
];

/** How many there are of what matters. Each figure shows only what it counts, and all again. */
export function PrivilegeSummaryBar({ summary, known, filter, onFilter }: Props) {
  const kinds = ["ServiceAccount", "User", "Group"] as const satisfies readonly RightSubject["kind"][];
  const toggled = (kind: RightSubject["kind"]): ReadonlySet<RightSubject["kind"]> => {
    const next = new Set(filter.kinds);
    if (!next.delete(kind)) next.add(kind);
    return next;
  };
  return (
    <div className="flex flex-col gap-3">
      {known && (
        <div role="group" aria-label="What matters" className="grid grid-cols-4 gap-2 max-md:grid-cols-2">
          {FIGURES.map(({ show, label, hint, looks }) => (
            <button
              key={show}
              type="button"
              aria-pressed={filter.show === show}
              onClick={() => onFilter({ ...filter, show: filter.show === show ? undefined : show })}
              className={cn(
                "flex min-w-0 flex-col items-start rounded-lg border px-3 py-2 text-left hover:brightness-110 light:hover:brightness-97",
                summary[show] === 0 ? "border-line bg-panel text-dim" : looks,
                filter.show === show && "outline-2 outline-offset-1 outline-accent",
              )}
            >
              <span className="flex flex-wrap items-baseline gap-x-2">
                <strong className="text-xl font-semibold tabular-nums">{summary[show].toLocaleString("en")}</strong>
                <span className="text-xs font-medium">{label}</span>
              </span>
              <span className="text-2xs text-dim">{hint}</span>
            </button>
          ))}
        </div>
      )}
      <div role="group" aria-label="By kind" className="flex flex-wrap gap-1.5">
        {kinds.map((kind) => (
          <button
            key={kind}
            type="button"
            aria-pressed={filter.kinds.has(kind)}
            onClick={() => onFilter({ ...filter, kinds: toggled(kind) })}
            className="inline-flex h-6 items-center gap-1.5 rounded-full border border-line bg-raise px-2.5 text-xs text-dim hover:bg-hover hover:text-fg aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-text"
          >
            {KIND_WORDS[kind]}
          </button>
        ))}
      </div>
    </div>
  );
}
