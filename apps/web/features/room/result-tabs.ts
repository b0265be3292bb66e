import type { Command } from "@interlock/protocol";

/** A result that a tab can show. */
export interface ResultTab {
  key: string;
  executionId: string;
  statement: number;
  title: string;
  /** Whether it was asked for by the person who looks. */
  mine: boolean;
}

/** Results of the room in the order of their tabs: oldest execution first, a command's statements in their order. */
export function resultTabs(commands: readonly Command[], meId: string | undefined): ResultTab[] {
  return commands
    .filter(({ execution }) => execution !== undefined)
    .toSorted((a, b) => a.execution!.startedAt.localeCompare(b.execution!.startedAt))
    .flatMap((command) =>
      command
        .execution!.results.toSorted((a, b) => a.statement - b.statement)
        .map(({ statement }): ResultTab => {
          const { id } = command.execution!;
          const own = command.impact.statements.find(({ index }) => index === statement)?.title ?? command.title;
          return { key: resultKey(id, statement), executionId: id, statement, title: own, mine: command.proposer.id === meId };
        }),
    );
}

export const resultKey = (executionId: string, statement: number) => `result ${executionId} ${statement}`;
