"use client";
import type { ResultColumn, ResultSummary } from "@interlock/protocol";
import { Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "../../components/ui/button.tsx";
import { Dialog, DialogContent, DialogDescription, DialogFooter, DialogHeader, DialogTitle } from "../../components/ui/dialog.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { copyText } from "../clipboard/to-clipboard.ts";
import { count } from "../impact/figures.ts";
import { useSession } from "../room/room-context.tsx";
import type { Cell } from "./cell-selection.ts";
import { isJson, jsonLayout } from "./json-layout.ts";

/** Characters of a value that are drawn; a browser stands still over more. All of it is copied. */
const DRAWN = 200_000;
/** A row must come within this time, in milliseconds. */
const PATIENCE = 20_000;

interface CellDialogProps {
  executionId: string;
  result: ResultSummary;
  cell: Cell;
  onClose: () => void;
}

/** The whole value of one cell, masked as the grid shows it; JSON laid out over lines. */
export function CellDialog({ executionId, result, cell, onClose }: CellDialogProps) {
  const column = result.columns[cell.column];
  const value = useCellValue(executionId, result, cell);
  const [from] = useState(() => document.activeElement);
  const goBack = (event: Event) => {
    event.preventDefault();
    if (from instanceof HTMLElement) from.focus({ preventScroll: true });
  };
  if (!column) return null;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent className="w-[min(92vw,52rem)]" onCloseAutoFocus={goBack}>
        <DialogHeader>
          <DialogTitle className="font-mono wrap-anywhere">{column.name}</DialogTitle>
          <DialogDescription className="text-xs">
            {[`row ${count(cell.row + 1)}`, column.type, ...aboutValue(column, value)].join(" · ")}
          </DialogDescription>
        </DialogHeader>
        {value instanceof Error ? (
          <p className="text-delete-text" role="alert">
            The value could not be fetched. {value.message}
          </p>
        ) : value === undefined ? (
          <Spinner label="Fetching the value" />
        ) : (
          <Value column={column} value={value} />
        )}
        <DialogFooter>
          <Button onClick={onClose}>Close</Button>
          {typeof value === "string" && (
            <Button variant="primary" onClick={() => void copyText(value, "The value is copied.")}>
              <Copy aria-hidden="true" /> Copy
            </Button>
          )}
        </DialogFooter>
      </DialogContent>
    </Dialog>
  );
}

function Value({ column, value }: { column: ResultColumn; value: string | null }) {
  if (value === null) return <p className="text-faint italic">NULL: there is no value.</p>;
  if (value === "") return <p className="text-faint">'' – an empty text.</p>;
  const text = isJson(column.type) ? jsonLayout(value) : value;
  return (
    <pre
      tabIndex={0}
      aria-label="Value"
      dir="auto"
      className="min-h-0 overflow-auto rounded-md border border-line bg-bg p-3 font-mono text-xs leading-relaxed whitespace-pre-wrap wrap-anywhere"
    >
      {text.slice(0, DRAWN)}
      {text.length > DRAWN && "…"}
    </pre>
  );
}

function aboutValue(column: ResultColumn, value: string | null | undefined | Error): string[] {
  const about = column.mask === "full" ? ["masked"] : [];
  if (typeof value !== "string") return about;
  about.push(`${count(value.length)} ${value.length === 1 ? "character" : "characters"}`);
  return value.length > DRAWN ? [...about, `the first ${count(DRAWN)} are shown`] : about;
}

/** Undefined while it is fetched; an error where it did not come. */
function useCellValue(executionId: string, result: ResultSummary, { row, column }: Cell): string | null | undefined | Error {
  const { results } = useSession();
  const [value, setValue] = useState<string | null | Error>();
  useEffect(() => {
    const closed = new AbortController();
    const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(PATIENCE)]);
    results.rows(executionId, result.statement, row, row + 1, result, signal).then(
      ([values]) => setValue(values?.[column] ?? null),
      (error: unknown) => {
        if (!closed.signal.aborted) setValue(error instanceof Error ? error : new Error(String(error)));
      },
    );
    return () => closed.abort();
    // A result that grows does not change a row it has.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [results, executionId, result.statement, row, column]);
  return value;
}
