import type { Prisma, Terminal as TerminalRow } from "@interlock/db";
import { isId } from "../room/membership.ts";

/** Where a page of recordings ends. */
export const cursorOf = ({ openedAt, id }: Pick<TerminalRow, "openedAt" | "id">): string => `${openedAt.getTime()}-${id}`;

/** What comes after a cursor, newest first: everything without one; undefined for what is no cursor. */
export function olderThan(cursor: string | undefined): Prisma.TerminalWhereInput | undefined {
  if (cursor === undefined) return {};
  const [, ms, id] = /^(\d{1,15})-(.{36})$/.exec(cursor) ?? [];
  if (ms === undefined || id === undefined || !isId(id)) return undefined;
  const openedAt = new Date(Number(ms));
  return { OR: [{ openedAt: { lt: openedAt } }, { openedAt, id: { lt: id } }] };
}
