import { ArrowDownToLine, ArrowUpFromLine, X } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { bytesInWords } from "../impact/figures.ts";
import type { Transfer } from "./use-transfers.ts";
import { visibleName } from "./visible-name.ts";

/** What is on its way, and what did not arrive. */
export function TransferList({ transfers, onDrop }: { transfers: readonly Transfer[]; onDrop: (id: number) => void }) {
  if (transfers.length === 0) return null;
  return (
    <ul aria-label="Transfers" className="max-h-32 shrink-0 divide-y divide-line overflow-y-auto border-t border-line bg-panel text-xs">
      {transfers.map(({ id, way, name, progress: { done, total }, failed }) => {
        const Icon = way === "down" ? ArrowDownToLine : ArrowUpFromLine;
        return (
          <li key={id} className="flex min-w-0 items-center gap-2 px-3.5 py-1.5">
            <Icon aria-hidden="true" className={cn("size-3.5 shrink-0", failed ? "text-delete-text" : "text-accent-text")} />
            <span className="max-w-56 min-w-0 truncate font-medium">{visibleName(name)}</span>
            {failed ? (
              <span role="alert" className="min-w-0 flex-1 text-delete-text wrap-anywhere">
                {failed}
              </span>
            ) : (
              <>
                <progress
                  aria-label={`${name} on its way`}
                  className="h-1.5 min-w-10 flex-1 accent-accent"
                  {...(total > 0 ? { value: done, max: total } : {})}
                />
                <span className="shrink-0 text-dim tabular-nums">
                  {bytesInWords(done)}
                  {total > 0 && ` of ${bytesInWords(total)}`}
                </span>
              </>
            )}
            <Button variant="ghost" size="icon-sm" aria-label={failed ? `Put ${name} aside` : `Stop ${name}`} onClick={() => onDrop(id)}>
              <X />
            </Button>
          </li>
        );
      })}
    </ul>
  );
}
