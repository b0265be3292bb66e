"use client";
import { type Command, type Execution, resultFileName, type ResultSummary } from "@interlock/protocol";
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
import { Kbd } from "../../components/ui/kbd.tsx";
import { Spinner } from "../../components/ui/spinner.tsx";
import { StatusMessage } from "../../components/ui/status-message.tsx";
import { tellNotCopied, toClipboard } from "../clipboard/to-clipboard.ts";
import { count, duration } from "../impact/figures.ts";
import { exitWords } from "../hosts/exit-words.ts";
import { isScript } from "../hosts/script-words.ts";
import { useNow, useRoom, useSession } from "../room/room-context.tsx";
import { COPY_CELLS, copyText, type CopyFormat } from "./cell-copy.ts";
import { CellDialog } from "./cell-dialog.tsx";
import { type Cell, type CellSelection, type Rectangle, rectangleOf } from "./cell-selection.ts";
import { noRowsWords, resultRemark } from "./result-remark.ts";
import { isOutput, linesOf, outputLanguage } from "./output-text.ts";
import { ResultGrid } from "./result-grid.tsx";
import type { ResultStore } from "./result-store.ts";
import { TextView } from "./text-view.tsx";

/** One result of a command, the same for everybody in the room, masked before it left the agent. */
export function ResultPanel({ executionId, statement, onClose }: { executionId: string; statement: number; onClose: () => void }) {
  const command = useRoom((state) => state.commands.find(({ execution }) => execution?.id === executionId));
  const result = command?.execution?.results.find((one) => one.statement === statement);
  const [selection, setSelection] = useState<CellSelection>();
  const [opened, setOpened] = useState<Cell>();
  const copy = useCopy(executionId, result, selection);
  if (!command?.execution || !result)
    return (
      <StatusMessage icon={Table2} title="This result is not here">
        It may be older than what the room keeps at hand. Open its command in the queue.
      </StatusMessage>
    );
  return (
    <div className="flex h-full min-h-0 flex-col bg-bg">
      <ResultBar
        command={command}
        execution={command.execution}
        result={result}
        selection={selection}
        onCopy={copy}
        onOpen={setOpened}
        onClose={onClose}
      />
      <Trouble command={command} execution={command.execution} statement={statement} />
      {result.columns.length === 0 ? (
        <p className="p-4 text-dim">The statement returned no columns.</p>
      ) : result.rows === 0 && result.done ? (
        <div className="flex min-h-0 flex-1 flex-col gap-1 overflow-auto p-4 text-dim" role="status">
          <p>{noRowsWords(stateOf(command, statement))}</p>
          <p className="font-mono text-xs text-faint wrap-anywhere">{result.columns.map(({ name }) => name).join(", ")}</p>
        </div>
      ) : isOutput(result) ? (
        <TextView
          executionId={executionId}
          result={result}
          language={outputLanguage(lineOf(command, statement))}
          label={`Output of ${command.title}`}
        />
      ) : (
        <ResultGrid
          executionId={executionId}
          result={result}
          selection={selection}
          onSelect={setSelection}
          onCopy={() => copy("tsv")}
          onOpen={setOpened}
        />
      )}
      {opened && <CellDialog executionId={executionId} result={result} cell={opened} onClose={() => setOpened(undefined)} />}
    </div>
  );
}

/** How what a result is of ended: the command, or of several hosts its host. */
function stateOf({ state, execution }: Command, statement: number): Command["state"] {
  const host = execution?.hosts?.[statement]?.state;
  return host === undefined || host === "waiting" || host === "skipped" ? state : host;
}

/** The line of a command that a result is of. */
const lineOf = ({ impact, text }: Command, statement: number): string => impact.statements[statement]?.text ?? text;

/** What the server said against the statement, above the rows that came before. */
function Trouble({ command, execution, statement }: { command: Command; execution: Execution; statement: number }) {
  const error = execution.hosts ? execution.hosts[statement]?.error : execution.error;
  // Of what people ended the badge says all.
  if (
    !error ||
    ["running", "cancelled"].includes(stateOf(command, statement)) ||
    ("statement" in error && error.statement !== undefined && error.statement !== statement)
  )
    return null;
  return (
    <p
      role="alert"
      className="max-h-24 shrink-0 overflow-y-auto border-b border-delete-line bg-delete-soft px-3.5 py-1.5 font-mono text-xs whitespace-pre-wrap text-delete-text wrap-anywhere"
    >
      {error.message}
    </p>
  );
}

interface ResultBarProps {
  command: Command;
  execution: Execution;
  result: ResultSummary;
  selection: CellSelection | undefined;
  onCopy: (format: CopyFormat) => void;
  onOpen: (cell: Cell) => void;
  onClose: () => void;
}

function ResultBar({ command, execution, result, selection, onCopy, onOpen, onClose }: ResultBarProps) {
  const session = useSession();
  const observer = useRoom((state) => state.role === "observer");
  const running = command.state === "running";
  const now = useNow(250, running && !result.done);
  const masked = result.columns.filter(({ mask }) => mask === "full").length;
  const ended = execution.hosts ? execution.hosts[result.statement] : execution;
  const took = ended?.tookMs ?? execution.tookMs ?? Math.max(0, now - Date.parse(execution.startedAt));
  const area = selection && rectangleOf(selection);
  const remark = resultRemark(stateOf(command, result.statement), result);
  const statements = command.impact.statements.length;
  const notices = execution.notices.length;
  const download = (format: string) => {
    const link = document.createElement("a");
    link.href = `/api/v1/commands/${command.id}/result?statement=${result.statement}&format=${format}`;
    // The name where the server states none: NDJSON is what scripts read, and they need no name.
    link.download = resultFileName(command, result.statement, format);
    link.click();
  };
  return (
    <div className="flex h-8 shrink-0 items-center gap-3 border-b border-line bg-panel px-3.5 text-xs text-dim">
      <button type="button" className="truncate font-semibold text-fg hover:underline" onClick={() => session.showCommand(command.id)}>
        {command.title}
      </button>
      <span className="shrink-0 tabular-nums" role="status" data-testid="row-count">
        {result.host !== undefined && `${result.host} · `}
        {result.host === undefined &&
          statements > 1 &&
          !isScript(command.impact) &&
          `statement ${result.statement + 1} of ${statements} · `}
        {running && !result.done && <Spinner className="mr-1.5 inline text-accent" />}
        {count(result.rows)} {linesOf([result], result.rows)} · {duration(took)}
        {exitWords(ended?.exit)}
        {masked > 0 && ` · ${masked} ${masked === 1 ? "column" : "columns"} masked`}
      </span>
      {remark && <Badge tone={remark.tone}>{remark.text}</Badge>}
      {notices > 0 && (
        <Button variant="link" size="sm" onClick={() => session.showCommand(command.id)}>
          {notices} {notices === 1 ? "notice" : "notices"}
        </Button>
      )}
      <div className="ml-auto flex shrink-0 items-center gap-1">
        {running && !observer && (
          <Button variant="danger" size="sm" onClick={() => void session.ask({ type: "command.cancel", commandId: command.id })}>
            <X aria-hidden="true" /> Cancel
          </Button>
        )}
        {selection && area && area.bottom - area.top === 1 && area.right - area.left === 1 && (
          <Button variant="ghost" size="sm" onClick={() => onOpen(selection.head)}>
            Whole value <Kbd keys="Enter" />
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
    void toClipboard(text).then(() => toast(`${count(cells)} ${cells === 1 ? "cell is" : "cells are"} copied.`), tellNotCopied);
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
