"use client";
import type { Command, CommandHost, HostRun } from "@interlock/protocol";
import { Ban, CircleCheck, CircleDashed, CircleHelp, CircleX, Clock, type LucideIcon } from "lucide-react";
import { EffectBadge, EnvironmentBadge } from "../../components/ui/badge.tsx";
import { Button } from "../../components/ui/button.tsx";
import { cn } from "../../components/ui/class-names.ts";
import { Spinner } from "../../components/ui/spinner.tsx";
import { count, duration } from "../impact/figures.ts";
import { useSession } from "../room/room-context.tsx";
import { exitWords } from "./exit-words.ts";
import { orderWords } from "./order-words.ts";

const STATES: Record<Exclude<HostRun["state"], "running">, { icon: LucideIcon; tone: string; words: string }> = {
  waiting: { icon: Clock, tone: "text-faint", words: "waits" },
  succeeded: { icon: CircleCheck, tone: "text-read-text", words: "succeeded" },
  failed: { icon: CircleX, tone: "text-delete-text", words: "failed" },
  cancelled: { icon: Ban, tone: "text-dim", words: "cancelled" },
  unknown: { icon: CircleHelp, tone: "text-delete-text", words: "outcome not known" },
  skipped: { icon: CircleDashed, tone: "text-faint", words: "not begun" },
};

const DECISIONS = { allow: undefined, review: undefined, deny: "denied here" } as const;

/** The hosts of a command: beforehand what it does on each, afterwards what came of it there. */
export function HostList({ command }: { command: Command }) {
  const { hosts, hostOrder, execution } = command;
  if (!hosts || !hostOrder) return null;
  return (
    <section aria-label="Hosts" className="flex flex-col gap-1 text-xs">
      <p className="text-dim">
        On <strong className="font-medium text-fg">{count(hosts.length)} hosts</strong>, {orderWords(hostOrder)}.
      </p>
      <ul
        className="max-h-56 divide-y divide-line overflow-x-hidden overflow-y-auto rounded-md border border-line"
        {...(hosts.length > 6 ? { tabIndex: 0, "aria-label": "Every host" } : {})}
      >
        {hosts.map((host, at) => (
          <HostLine key={host.connection.id} command={command} host={host} run={execution?.hosts?.[at]} number={at} />
        ))}
      </ul>
    </section>
  );
}

function HostLine({ command, host, run, number }: { command: Command; host: CommandHost; run: HostRun | undefined; number: number }) {
  const session = useSession();
  const { connection, differs, role, interpreter, effect, decision, targets } = host;
  const result = command.execution?.results.find(({ statement }) => statement === number);
  const denied = DECISIONS[decision];
  return (
    <li className="flex flex-col gap-0.5 px-2 py-1" data-host={connection.name} data-state={run?.state}>
      <div className="flex min-w-0 items-center gap-2">
        {run && <Mark state={run.state} />}
        <span className="min-w-0 truncate font-medium" title={targets.join("\n")}>
          {connection.name}
        </span>
        <EnvironmentBadge environment={connection.environment} size="sm" />
        {effect !== command.effect && <EffectBadge effect={effect} className="px-1 py-0" />}
        {result && command.execution && (
          <Button
            size="sm"
            variant="ghost"
            className="-my-1 -mr-1 ml-auto shrink-0"
            onClick={() => session.showResult(command.execution!.id, number)}
          >
            <span className="tabular-nums">{count(result.rows)}</span> {result.rows === 1 ? "line" : "lines"}
            <span className="sr-only"> of {connection.name}</span>
          </Button>
        )}
      </div>
      <p className="truncate text-dim tabular-nums" title={targets.join("\n")}>
        {run === undefined
          ? `as ${role}${interpreter === undefined ? "" : ` · ${interpreter}`}`
          : `${run.state === "running" ? "runs" : STATES[run.state].words}${exitWords(run.exit)}${run.tookMs === undefined ? "" : ` · ${duration(run.tookMs)}`}`}
      </p>
      {denied && <p className="text-delete-text">{denied}</p>}
      {run?.error && run.state !== "cancelled" && (
        <p className="line-clamp-3 font-mono text-delete-text wrap-anywhere">{run.error.message}</p>
      )}
      {run === undefined &&
        differs.map((words) => (
          <p key={words} className="text-modify-text wrap-anywhere">
            {words}
          </p>
        ))}
    </li>
  );
}

function Mark({ state }: { state: HostRun["state"] }) {
  if (state === "running") return <Spinner className="size-3.5 shrink-0 text-accent" />;
  const { icon: Icon, tone } = STATES[state];
  return <Icon aria-hidden="true" className={cn("size-3.5 shrink-0", tone)} />;
}
