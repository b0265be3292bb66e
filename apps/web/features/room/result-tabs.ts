import type { Command } from "@interlock/protocol";

/** A result that a tab can show. */
export interface ResultTab {
  key: string;
  executionId: string;
  statement: number;
  title: string;
  /** Whether it was asked for by the person who looks. */
  mine: boolean;
  /** It goes on until somebody stops it. */
  follows: boolean;
}

/** Results of the room in the order of their tabs: oldest execution first, a command's statements in their order. */
export function resultTabs(commands: readonly Command[], meId: string | undefined): ResultTab[] {
  const times = new Map<string, number>();
  return commands
    .filter(({ execution }) => execution !== undefined)
    .toSorted((a, b) => a.execution!.startedAt.localeCompare(b.execution!.startedAt))
    .flatMap((command) =>
      command
        .execution!.results.toSorted((a, b) => a.statement - b.statement)
        .map(({ statement, host, follows = false }): ResultTab => {
          const { id } = command.execution!;
          const first = host === undefined ? statement : 0;
          const line = command.impact.statements.find(({ index }) => index === first)?.title ?? command.title;
          const own = host === undefined ? line : `${host}: ${line}`;
          const nth = (times.get(own) ?? 0) + 1;
          times.set(own, nth);
          // The same statement run again would be told from the first only by its place.
          const title = nth === 1 ? own : `${own} (${nth})`;
          return { key: resultKey(id, statement), executionId: id, statement, title, mine: command.proposer.id === meId, follows };
        }),
    );
}

export const resultKey = (executionId: string, statement: number) => `result ${executionId} ${statement}`;
