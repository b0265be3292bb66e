import type * as Y from "yjs";
import type { Authorship } from "./authorship.ts";
import { authorsOf } from "./frozen-range.ts";

/** Shorter texts are everybody's: a `COMMIT` in somebody's document makes them nobody's author. Characters without white space. */
const LEAST_CHARS = 16;

/**
 * Who wrote this text in a document, wherever it stands there or stood before it was deleted, however it is laid out (I4). Somebody who types a
 * statement for others to send another way has written it all the same.
 */
export function writersOf(content: Y.Text, authorship: Authorship, text: string): Set<string> {
  const wanted = squash(text).text.replace(/;+$/, "");
  const writers = new Set<string>();
  if (wanted.length < LEAST_CHARS) return writers;
  for (const [from, to] of places(content.toJSON(), wanted))
    for (const userId of authorsOf(content, authorship, from, to)) writers.add(userId);
  const { history, clients } = everything(content);
  for (const [from, to] of places(history, wanted))
    for (const { client, start, end } of clients) {
      const userId = end > from && start < to ? authorship.owner(client) : undefined;
      if (userId !== undefined && userId !== null) writers.add(userId);
    }
  return writers;
}

/** Where `wanted`, which is squashed, occurs in `text`, as ranges of `text`. */
function* places(text: string, wanted: string): Iterable<[number, number]> {
  const { text: squashed, offsets } = squash(text);
  for (let at = squashed.indexOf(wanted); at !== -1; at = squashed.indexOf(wanted, at + 1))
    yield [offsets[at]!, offsets[at + wanted.length - 1]! + 1];
}

/** Without white space and case, with the offset each unit came from. */
function squash(text: string): { text: string; offsets: number[] } {
  const offsets: number[] = [];
  let squashed = "";
  for (let index = 0; index < text.length; index++) {
    const unit = text[index]!;
    if (/\s/.test(unit)) continue;
    const lower = unit.toLowerCase();
    squashed += lower.length === 1 ? lower : unit;
    offsets.push(index);
  }
  return { text: squashed, offsets };
}

interface Run {
  client: number;
  start: number;
  end: number;
}

/** All that was ever written, deleted or not, in the order of the document. */
function everything(content: Y.Text): { history: string; clients: Run[] } {
  const clients: Run[] = [];
  let history = "";
  for (let item = content._start; item !== null; item = item.right) {
    const piece: unknown = "str" in item.content ? item.content.str : "";
    if (typeof piece !== "string" || piece === "") continue;
    clients.push({ client: item.id.client, start: history.length, end: history.length + piece.length });
    history += piece;
  }
  return { history, clients };
}
