import { TriangleAlert } from "lucide-react";
import { cn } from "../../components/ui/class-names.ts";
import { count, shortCount } from "./figures.ts";
import { type PlanNode, planTree } from "./plan-tree.ts";
import type { PlanStep } from "@interlock/protocol";

/** The steps of a plan, each above those it draws from, and which of them makes it slow. Figures are the planner's estimates. */
export function PlanSteps({ steps }: { steps: readonly PlanStep[] }) {
  return <Steps nodes={planTree(steps)} />;
}

function Steps({ nodes, below = false }: { nodes: readonly PlanNode[]; below?: boolean }) {
  return (
    <ul className={cn("flex flex-col", below && "ml-1.5 border-l border-line pl-3")}>
      {nodes.map(({ step, children }, index) => (
        // A plan is drawn once per analysis and never reordered.
        <li key={index}>
          <Step step={step} />
          {children.length > 0 && <Steps nodes={children} below />}
        </li>
      ))}
    </ul>
  );
}

/** A step that writes gives nothing on, which the planner calls 0 rows: beside the rows it is about to write that would mislead. */
const WRITES = /^(Insert|Update|Delete|Merge)\b(?! Join)/u;

function Step({ step: { node, object, index, condition, cost, rows, culprit } }: { step: PlanStep }) {
  return (
    <div className={cn("my-px rounded-sm px-1 py-px", culprit !== undefined && "bg-modify-soft")}>
      <div className="flex flex-wrap items-baseline gap-x-2">
        <span className={cn("font-medium", culprit !== undefined && "text-modify-text")}>{node}</span>
        {object !== undefined && <code>{object}</code>}
        {index !== undefined && (
          <span className="text-dim">
            by <code>{index}</code>
          </span>
        )}
        <span className="ml-auto text-dim tabular-nums" title={`cost ${count(cost)}, ${count(rows)} rows each time it is asked`}>
          {WRITES.test(node) ? "" : `≈ ${shortCount(rows)} ${Math.round(rows) === 1 ? "row" : "rows"} · `}cost {shortCount(cost)}
        </span>
      </div>
      {condition !== undefined && <code className="block text-dim wrap-anywhere">{condition}</code>}
      {culprit !== undefined && (
        <p className="flex items-baseline gap-1.5 text-modify-text">
          <TriangleAlert aria-hidden="true" className="size-3 shrink-0 translate-y-0.5" />
          <span>Likely what makes it slow: {culprit}</span>
        </p>
      )}
    </div>
  );
}
