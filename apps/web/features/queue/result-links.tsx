"use client";
import type { Command } from "@interlock/protocol";
import { Table2 } from "lucide-react";
import { Button } from "../../components/ui/button.tsx";
import { count } from "../impact/figures.ts";
import { linesOf } from "../results/output-text.ts";
import { useRoom, useSession } from "../room/room-context.tsx";
import { planResult } from "./plan-progress.ts";

/** Ways to the results of a command, each with how much it holds. */
export function ResultLinks({ command }: { command: Command }) {
  const session = useSession();
  const { execution } = command;
  const mine = useRoom((state) => state.me?.id === command.proposer.id);
  // Of several hosts the list of hosts leads to them.
  if (!execution || execution.results.length === 0 || command.hosts) return null;
  if (execution.private === true && !mine)
    return <p>Its result may hold values of Secrets; policy shows it to {command.proposer.name} alone.</p>;
  return (
    <div className="flex flex-wrap gap-1.5">
      {execution.results.map(({ statement, rows, columns }) => (
        <Button key={statement} size="sm" onClick={() => session.showResult(execution.id, statement)}>
          <Table2 aria-hidden="true" />
          {titleOf(columns, execution.results.length > 1 ? statement : undefined)}
          <span className="tabular-nums">{count(rows)}</span> {linesOf([{ columns }], rows)}
        </Button>
      ))}
    </div>
  );
}

function titleOf(columns: readonly { name: string }[], number: number | undefined): string {
  const name = NAMES[planResult(columns) ?? "other"] ?? (number === undefined ? undefined : `Result ${number + 1}`);
  return name === undefined ? "" : `${name}: `;
}

const NAMES = { requests: "Requests", outcome: "What came of it", other: undefined };
