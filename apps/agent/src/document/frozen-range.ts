import { ok, refuse, type Outcome } from "@interlock/protocol";
import * as Y from "yjs";
import { z } from "zod";
import type { Authorship } from "./authorship.ts";
import { CONTENT, type Range } from "./update-reader.ts";

/** A Yjs relative position in its JSON form, as it comes from a browser. */
export type PositionJson = Record<string, unknown>;

const clock = z.number().int().nonnegative();
const Position = z.object({
  /** Only the shared text itself; a nested type cannot be in these documents. */
  type: z.null().optional(),
  tname: z.literal(CONTENT).nullish(),
  item: z.object({ client: clock, clock }).nullish(),
  assoc: z.number().int().optional(),
});

/** The UTF-16 offset of a position; undefined when it is none, or names text that is not there yet. */
export function offsetOf(text: Y.Text, json: PositionJson): number | undefined {
  const read = Position.safeParse(json);
  if (!read.success || text.doc === null) return undefined;
  const { tname, item, assoc } = read.data;
  if (!item && !tname) return undefined;
  const position = Y.createRelativePositionFromJSON({ ...(item ? { item } : { tname }), ...(assoc === undefined ? {} : { assoc }) });
  const found = Y.createAbsolutePositionFromRelativePosition(position, text.doc);
  return found === null || found.type !== text ? undefined : found.index;
}

export interface FrozenRange {
  text: string;
  /** User ids of everybody who inserted or deleted inside the range or right at its ends. */
  authors: string[];
}

/** The text of a range and who made it so. `draft_changed` when it is not what `expected` says. */
export function freezeRange(
  text: Y.Text,
  authorship: Authorship,
  start: PositionJson,
  end: PositionJson,
  expected: string,
): Outcome<FrozenRange> {
  const from = offsetOf(text, start);
  const to = offsetOf(text, end);
  if (from === undefined || to === undefined || from > to) return refuse("draft_changed", "a place of the range is not in the document");
  if (text.toJSON().slice(from, to) !== expected) return refuse("draft_changed");
  return ok({ text: expected, authors: authorsOf(text, authorship, from, to) });
}

/**
 * Whoever inserted or deleted any part of a range. What was deleted inside it or right at either end counts, for its writer and for its
 * deleter: taking a condition away shapes a statement as much as writing one.
 */
export function authorsOf(text: Y.Text, authorship: Authorship, from: number, to: number): string[] {
  const authors = new Set<string>();
  let offset = 0;
  for (let item = text._start; item !== null && offset <= to; item = item.right) {
    const range: Range = { client: item.id.client, clock: item.id.clock, length: item.length };
    if (item.deleted) {
      if (offset < from) continue;
      add(authors, writer(authorship, range.client));
      let known = false;
      for (const userId of authorship.deleters(range)) {
        known = true;
        add(authors, userId);
      }
      if (!known) throw new Error(`nobody is known to have deleted ${range.client}:${range.clock}`);
    } else {
      const next = offset + item.length;
      if (next > from && offset < to) add(authors, writer(authorship, range.client));
      offset = next;
    }
  }
  return [...authors];
}

/** Throws for text that nobody is known to have written: it must not be frozen as nobody's. */
function writer(authorship: Authorship, client: number): string | null {
  const userId = authorship.owner(client);
  if (userId === undefined) throw new Error(`nobody is known to have written as client ${client}`);
  return userId;
}

function add(authors: Set<string>, userId: string | null): void {
  if (userId !== null) authors.add(userId);
}
