"use client";
import type { Terminal } from "@interlock/protocol";
import { CircleHelp, Folder, Shield, ShieldOff } from "lucide-react";
import { cn } from "../../../components/ui/class-names.ts";
import { Tooltip } from "../../../components/ui/tooltip.tsx";
import { guardWords } from "./line-words.ts";

/** Below a shell's bar: where it is, what runs, and whether its lines wait to be judged. */
export function GuardStrip({ terminal }: { terminal: Terminal }) {
  const { shell } = terminal;
  if (shell === undefined || terminal.phase !== "live") return null;
  const { short, long, guarded } = guardWords(shell);
  const Icon = shell.guard === "starting" ? CircleHelp : guarded ? Shield : ShieldOff;
  // Why a shell is not guarded is said, not hidden behind a pointer.
  const why = shell.guard === "none" || shell.guard === "told" ? shell.why : undefined;
  return (
    <div
      data-testid="guard-strip"
      className="flex shrink-0 items-center gap-x-3 overflow-hidden border-b border-line bg-panel px-3 py-0.5 text-2xs text-dim"
    >
      <Tooltip label={long}>
        <span
          role="status"
          tabIndex={0}
          className={cn(
            "flex min-w-0 shrink-0 items-center gap-1",
            guarded ? "text-read-text" : shell.running === undefined && "text-modify-text",
          )}
        >
          <Icon aria-hidden="true" className="size-3 shrink-0" />
          {short}
        </span>
      </Tooltip>
      {why !== undefined && <span className="min-w-0 truncate max-md:whitespace-normal">{why}</span>}
      {shell.folder !== undefined && (
        <span className="flex min-w-0 items-center gap-1" title={shell.folder}>
          <Folder aria-hidden="true" className="size-3 shrink-0 text-faint" />
          <span className="truncate font-mono">{shell.folder}</span>
        </span>
      )}
      {shell.running !== undefined ? (
        <span className="min-w-0 truncate" title={shell.running.text}>
          runs <span className="font-mono text-fg">{firstLine(shell.running.text) ?? "something"}</span>
        </span>
      ) : (
        shell.last?.exitCode !== undefined && (
          <span className={cn("shrink-0 tabular-nums", shell.last.exitCode !== 0 && "text-modify-text")} title={shell.last.text}>
            ended with {shell.last.exitCode}
          </span>
        )
      )}
      {shell.name !== undefined && <span className="ml-auto shrink-0 text-faint max-md:hidden">{shell.name.replace(/\(.*/u, "")}</span>}
    </div>
  );
}

function firstLine(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const [line = "", ...rest] = text.split("\n");
  return rest.length === 0 ? line : `${line} …`;
}
