"use client";
import type { Command } from "@interlock/protocol";
import { useEffect, useState } from "react";
import { Spinner } from "../../components/ui/spinner.tsx";
import { count } from "../impact/figures.ts";
import { plannedWrites } from "../plan/plan-objects.ts";
import { linesOf } from "../results/output-text.ts";
import type { Row } from "../results/result-store.ts";
import { useNow, useRoom, useSession } from "../room/room-context.tsx";
import { liveResult, progressWords } from "./plan-progress.ts";
import { ResultLinks } from "./result-links.tsx";

/** A command that runs: for how long, how much has come, and of a plan what has just happened. */
export function RunningOutcome({ command }: { command: Command }) {
  const { execution } = command;
  const now = useNow(1_000);
  const elapsed = execution ? Math.max(0, now - Date.parse(execution.startedAt)) : 0;
  const live = liveResult(execution?.results ?? []);
  const come = execution?.results.filter(({ rows }) => rows > 0) ?? [];
  const rows = come.reduce((sum, result) => sum + result.rows, 0);
  return (
    <div className="flex flex-col gap-1.5 text-xs text-dim">
      <span className="flex items-center gap-1.5 font-medium text-accent-text" role="status">
        <Spinner className="text-accent" /> Running
        <span className="font-normal text-dim tabular-nums">
          {Math.floor(elapsed / 1_000)} s{live === undefined && rows > 0 && ` · ${count(rows)} ${linesOf(come, rows)}`}
        </span>
      </span>
      {live && <Progress command={command} live={live} />}
      <ResultLinks command={command} />
    </div>
  );
}

/** The newest line of what a plan's run tells. Keeps its height, and changes in place. */
function Progress({ command, live }: { command: Command; live: NonNullable<ReturnType<typeof liveResult>> }) {
  const mine = useRoom((state) => state.me?.id === command.proposer.id);
  const hidden = command.execution?.private === true && !mine;
  const newest = useNewestRow(hidden ? undefined : command.execution?.id, live.statement);
  return (
    <p className="wrap-anywhere text-fg tabular-nums" data-testid="progress">
      {progressWords(live, newest, plannedWrites(command.impact).length)}
    </p>
  );
}

/** The last row that has come of a result, as it grows. */
function useNewestRow(executionId: string | undefined, statement: number): Row | undefined {
  const { results } = useSession();
  const [newest, setNewest] = useState<Row>();
  useEffect(() => {
    setNewest(undefined);
    if (executionId === undefined) return;
    return results.follow(executionId, statement, (rows) => setNewest(rows.at(-1)));
  }, [results, executionId, statement]);
  return newest;
}
