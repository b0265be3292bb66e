"use client";
import type { Command, Execution, ResultSummary } from "@interlock/protocol";
import { Copy, Download, Table2, X } from "lucide-react";
import { useState } from "react";
import { toast } from "sonner";
import { Badge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuTrigger,
} from "../../components/ui/dropdown-menu.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { count, duration } from "../impact/figures.ts";
import { useNow, useRoom, useSession } from "../room/room-context.tsx";
import { COPY_CELLS, copyText, type CopyFormat } from "./cell-copy.ts";
import { type CellSelection, type Rectangle, rectangleOf } from "./cell-selection.ts";
import { ResultGrid } from "./result-grid.tsx";
import type { ResultStore } from "./result-store.ts";

/** One result of a command, the same for everybody in the room, masked before it left the agent. */
export function ResultPanel({ executionId, statement, onClose }: { executionId: string; statement: number; onClose: () => void }) {
  const command = useRoom((state) => state.commands.find(({ execution }) => execution?.id === executionId));
  const result = command?.execution?.results.find((one) => one.statement === statement);
  const [selection, setSelection] = useState<CellSelection>();
  const copy = useCopy(executionId, result, selection);
  if (!command?.execution || !result)
    return (
      <StatusMessage icon={Table2} title="This result is not here">
        It may be older than what the room keeps at hand. Open its command in the queue.
      </StatusMessage>
    );
  return (
    <div className="flex h-full min-h-0 flex-col bg-bg">
      <ResultBar command={command} execution={command.execution} result={result} selection={selection} onCopy={copy} onClose={onClose} />
      {result.columns.length === 0 ? (
        <p className="p-4 text-dim">The statement returned no columns.</p>
      ) : result.rows === 0 && result.done ? (
        <p className="p-4 text-dim" role="status">
          No rows. Columns: {result.columns.map(({ name }) => name).join(", ")}.
        </p>
      ) : (
        <ResultGrid executionId={executionId} result={result} selection={selection} onSelect={setSelection} onCopy={() => copy("tsv")} />
      )}
    </div>
  );
}

interface ResultBarProps {
  command: Command;
  execution: Execution;
  result: ResultSummary;
  selection: CellSelection | undefined;
  onCopy: (format: CopyFormat) => void;
  onClose: () => void;
}

function ResultBar({ command, execution, result, selection, onCopy, onClose }: ResultBarProps) {
  const session = useSession();
  const observer = useRoom((state) => state.role === "observer");
  const running = command.state === "running";
  const now = useNow(250, running);
  const masked = result.columns.filter(({ mask }) => mask === "full").length;
  const took = execution.tookMs ?? Math.max(0, now - Date.parse(execution.startedAt));
  const area = selection && rectangleOf(selection);
  const download = (format: string) => {
    const link = document.createElement("a");
    link.href = `/api/v1/commands/${command.id}/result?statement=${result.statement}&format=${format}`;
    // The name where the server states none: NDJSON is what scripts read, and they need no name.
    link.download = `${command.title.replaceAll(/[^\w]+/gu, "-").toLowerCase()}-${command.id.slice(-6)}.${format}`;
    link.click();
  };
  return (
    <div className="flex h-8 shrink-0 items-center gap-3 border-b border-line bg-panel px-3.5 text-xs text-dim">
      <button type="button" className="truncate font-semibold text-fg hover:underline" onClick={() => session.showCommand(command.id)}>
        {command.title}
      </button>
      <span className="shrink-0 tabular-nums" role="status" data-testid="row-count">
        {running && !result.done && <Spinner className="mr-1.5 inline text-accent" />}
        {count(result.rows)} {result.rows === 1 ? "row" : "rows"} · {duration(took)}
        {masked > 0 && ` · ${masked} ${masked === 1 ? "column" : "columns"} masked`}
      </span>
      {result.truncated && <Badge tone="warn">truncated: there were more rows</Badge>}
      {!running && command.state !== "succeeded" && <Badge tone="bad">{command.state.replace("_", " ")}: not all rows came</Badge>}
      <div className="ml-auto flex shrink-0 items-center gap-1">
        {running && !observer && (
          <Button variant="danger" size="sm" onClick={() => void session.ask({ type: "command.cancel", commandId: command.id })}>
            <X aria-hidden="true" /> Cancel
          </Button>
        )}
        {area && (
          <DropdownMenu>
            <DropdownMenuTrigger asChild>
              <Button variant="ghost" size="sm">
                <Copy aria-hidden="true" /> Copy {count((area.bottom - area.top) * (area.right - area.left))}
              </Button>
            </DropdownMenuTrigger>
            <DropdownMenuContent className="min-w-36">
              <DropdownMenuLabel>Copy the selection as</DropdownMenuLabel>
              <DropdownMenuItem onSelect={() => onCopy("tsv")}>Tab-separated</DropdownMenuItem>
              <DropdownMenuItem onSelect={() => onCopy("csv")}>CSV with a header</DropdownMenuItem>
              <DropdownMenuItem onSelect={() => onCopy("json")}>JSON</DropdownMenuItem>
            </DropdownMenuContent>
          </DropdownMenu>
        )}
        <DropdownMenu>
          <DropdownMenuTrigger asChild>
            <Button variant="ghost" size="sm" disabled={running}>
              <Download aria-hidden="true" /> Export
            </Button>
          </DropdownMenuTrigger>
          <DropdownMenuContent className="min-w-36">
            <DropdownMenuLabel>The whole result, masked</DropdownMenuLabel>
            <DropdownMenuItem onSelect={() => download("csv")}>CSV</DropdownMenuItem>
            <DropdownMenuItem onSelect={() => download("json")}>JSON</DropdownMenuItem>
            <DropdownMenuItem onSelect={() => download("ndjson")}>NDJSON</DropdownMenuItem>
          </DropdownMenuContent>
        </DropdownMenu>
        <Button variant="ghost" size="icon-sm" aria-label="Close this result" onClick={onClose}>
          <X />
        </Button>
      </div>
    </div>
  );
}

/** Puts the selection on the clipboard, fetching the rows that are not here. Says what it did. */
function useCopy(executionId: string, result: ResultSummary | undefined, selection: CellSelection | undefined) {
  const { results } = useSession();
  return (format: CopyFormat) => {
    if (!result || !selection) return;
    const area = rectangleOf(selection);
    const cells = (area.bottom - area.top) * (area.right - area.left);
    if (cells > COPY_CELLS) {
      toast.warning(`That is ${count(cells)} cells; at most ${count(COPY_CELLS)} are copied at once.`, {
        description: "Export the result instead, or select less.",
      });
      return;
    }
    const text = fetchText(results, executionId, result, area, format);
    // Given as a promise, so that the browser still knows a person asked for it when the rows have come.
    const blob = text.then((value) => new Blob([value], { type: "text/plain" }));
    const written = navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    void Promise.all([written, text]).then(
      () => toast(`${count(cells)} ${cells === 1 ? "cell is" : "cells are"} copied.`),
      (error: unknown) =>
        toast.error("The selection could not be copied.", { description: error instanceof Error ? error.message : undefined }),
    );
  };
}

/** Rows fetched for the clipboard must come within this time, in milliseconds. */
const COPY_PATIENCE = 20_000;

async function fetchText(
  store: ResultStore,
  executionId: string,
  result: ResultSummary,
  area: Rectangle,
  format: CopyFormat,
): Promise<string> {
  const rows = await store.rows(executionId, result.statement, area.top, area.bottom, result, AbortSignal.timeout(COPY_PATIENCE));
  const columns = result.columns.slice(area.left, area.right).map(({ name }) => name);
  const cut = rows.map((row) => row.slice(area.left, area.right));
  return copyText(format, columns, cut, format === "csv");
}
