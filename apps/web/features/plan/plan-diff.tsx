import { cn } from "../../components/ui/class-names.ts";
import type { DiffLine } from "./diff-lines.ts";

const LOOKS = {
  same: { sign: " ", line: "text-dim" },
  in: { sign: "+", line: "bg-read-soft text-read-text" },
  out: { sign: "−", line: "bg-delete-soft text-delete-text" },
  gap: { sign: "⋯", line: "text-faint" },
} as const satisfies Record<DiffLine["mark"], unknown>;

const NAMES = { same: "", in: "added: ", out: "removed: ", gap: "" } as const;

/** Before and after as YAML, line by line. */
export function PlanDiff({ lines }: { lines: readonly DiffLine[] }) {
  return (
    <pre
      tabIndex={0}
      aria-label="Difference"
      className="max-h-80 overflow-auto rounded-md border border-line bg-bg py-1 font-mono text-xs leading-relaxed"
    >
      <code className="block w-max min-w-full">
        {lines.map(({ mark, text }, index) => (
          // A diff is drawn once and never reordered.
          <span key={index} className={cn("flex px-2", LOOKS[mark].line)}>
            <span aria-hidden="true" className="w-5 shrink-0 select-none">
              {LOOKS[mark].sign}
            </span>
            <span className="sr-only">{NAMES[mark]}</span>
            <span className="whitespace-pre">{text === "" ? " " : text}</span>
          </span>
        ))}
      </code>
    </pre>
  );
}
