import type { RecordingCommand, RecordingCommands } from "@interlock/protocol";
import { useEffect, useRef } from "react";
import { Badge } from "../../components/ui/badge.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { clockText, tookText } from "./recording-words.ts";

interface CommandsTableProps extends RecordingCommands {
  /** Milliseconds of the recording. */
  at: number;
  onJump: (at: number) => void;
}

/** What ran, when, for how long, and with which exit code; a click goes there. */
export function CommandsTable({ commands, more, fault, at, onJump }: CommandsTableProps) {
  const current = commands.findLastIndex((command) => command.at <= at);
  const body = useRef<HTMLTableSectionElement>(null);
  useEffect(() => {
    const row = body.current?.rows[current];
    if (row !== undefined) showInList(row);
  }, [current]);
  if (commands.length === 0)
    return (
      <p className="px-3.5 py-4 text-xs text-pretty text-dim">
        {fault === undefined
          ? "This shell told nothing of its commands. What was shown is in the recording: search in it, or watch it."
          : `Its commands could not be read: ${fault}.`}
      </p>
    );
  return (
    <>
      <table className="w-full table-fixed border-collapse text-xs">
        <caption className="sr-only">Commands of this shell</caption>
        <thead className="sticky top-0 z-10 bg-panel text-left text-2xs text-faint">
          <tr className="border-b border-line [&>th]:px-2 [&>th]:py-1.5 [&>th]:font-medium">
            <th scope="col" className="w-15 pl-3.5!">
              At
            </th>
            <th scope="col">Command</th>
            <th scope="col" className="w-16 text-right">
              Took
            </th>
            <th scope="col" className="w-14 pr-3.5! text-right">
              Exit
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          {commands.map((command, index) => (
            <tr
              key={index}
              aria-current={index === current ? "step" : undefined}
              className={cn(
                "border-b border-line/60 align-top hover:bg-hover [&>td]:px-2 [&>td]:py-1",
                index === current && "bg-accent-soft",
              )}
            >
              <td className="pl-3.5! text-dim">{clockText(command.at)}</td>
              <td className="min-w-0">
                <button
                  type="button"
                  title={[command.text ?? command.line, command.folder && `in ${command.folder}`].filter(Boolean).join("\n")}
                  onClick={() => onJump(command.at)}
                  className="line-clamp-2 w-full rounded-sm text-left font-mono wrap-anywhere hover:text-accent-text"
                >
                  {command.text ?? command.line ?? "a command without its text"}
                </button>
              </td>
              <td className="text-right text-dim">{command.endedAt === undefined ? "" : tookText(command.endedAt - command.at)}</td>
              <td className="pr-3.5! text-right">
                <Exit command={command} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fault !== undefined && (
        <p className="px-3.5 py-2 text-2xs text-pretty text-delete-text">What ran after these could not be read: {fault}.</p>
      )}
      {more && (
        <p className="px-3.5 py-2 text-2xs text-faint">
          There are more commands; these are the first {commands.length.toLocaleString("en")}.
        </p>
      )}
    </>
  );
}

/** The list alone scrolls: on a narrow page the player stays where it is. */
function showInList(row: HTMLElement): void {
  const list = row.closest("[data-scrolls]");
  if (list === null) return;
  const head = row.closest("table")?.tHead?.offsetHeight ?? 0;
  const [inner, outer] = [row.getBoundingClientRect(), list.getBoundingClientRect()];
  if (inner.top < outer.top + head) list.scrollTop -= outer.top + head - inner.top;
  else if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}

function Exit({ command: { exitCode, endedAt } }: { command: RecordingCommand }) {
  if (exitCode !== undefined) return <Badge tone={exitCode === 0 ? "good" : "bad"}>{exitCode}</Badge>;
  return (
    <span className="text-2xs text-faint" title="Its shell never told how it ended.">
      {endedAt === undefined ? "no end" : "?"}
    </span>
  );
}
