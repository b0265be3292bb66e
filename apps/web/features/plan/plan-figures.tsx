import type { Impact } from "@interlock/protocol";
import { cn } from "../../components/ui/class-names.ts";
import { count } from "../impact/figures.ts";
import { planTiles, type Tile } from "./plan-tiles.ts";

/** Counts of what goes or happens, the largest type first. `most`: at the most so many. */
export function PlanFigures({ impact, most = 8, className = "grid" }: { impact: Impact; most?: number; className?: string }) {
  const tiles = planTiles(impact, most);
  if (tiles.length === 0) return null;
  return (
    <ul aria-label="What it touches" className={cn("gap-2", className)}>
      {tiles.map((tile) => (
        <Figure key={tile.label} tile={tile} />
      ))}
    </ul>
  );
}

function Figure({ tile: { figure, label, tone } }: { tile: Tile }) {
  return (
    <li
      className={cn(
        "flex min-w-0 flex-auto flex-col justify-center overflow-hidden rounded-lg border px-2.5 py-1 @max-md:px-1.5",
        tone === "bad" ? "border-delete-line bg-delete-soft text-delete-text" : "border-line bg-panel",
      )}
      title={`${count(figure)} ${label}`}
    >
      <strong className="truncate text-base/5 font-semibold tabular-nums">{count(figure)}</strong>{" "}
      <span className={cn("line-clamp-2 text-2xs/3.5 @max-md:tracking-tight", tone === "bad" ? "text-delete-text" : "text-dim")}>
        {label}
      </span>
    </li>
  );
}
