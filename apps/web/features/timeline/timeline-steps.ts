import { LIMITS, type TimelineEntry } from "@interlock/protocol";

const ENDS = /^command\.(succeeded|failed|cancelled|rolled_back|unknown)$/u;
/** Steps on the way that say nothing any more once the command has ended. */
const ON_THE_WAY = new Set(["command.approved", "command.started"]);
/** Says again what the review before it said. */
const ECHO = "command.rejected";

/** The entries worth a line: who did what, and what came of it. The exported timeline keeps every step. */
export function worthALine(entries: readonly TimelineEntry[]): readonly TimelineEntry[] {
  const ended = new Set(entries.flatMap(({ type, commandId }) => (commandId !== undefined && ENDS.test(type) ? [commandId] : [])));
  return entries.filter(
    ({ type, commandId }) => type !== ECHO && (commandId === undefined || !ON_THE_WAY.has(type) || !ended.has(commandId)),
  );
}

/** Whether there may be older entries than these, which are newest first. */
export const mayHaveOlder = (entries: readonly TimelineEntry[]) =>
  entries.length >= LIMITS.timelineEntries && entries.at(-1)?.type !== "room.opened";
