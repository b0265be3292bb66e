import type { Parsed } from "@interlock/connector";
import type { Impact } from "@interlock/protocol";
import type { CommandParts } from "./command-parts.ts";
import type { Frozen } from "./freeze.ts";

/**
 * Everybody who counts as an author: whoever proposed it or shaped the frozen range, and whoever wrote the same statements in a document of the
 * room, so that text does not lose its writer by being sent another way (I4). What only reads may be written by anybody, and is not delayed.
 */
export async function credited(parts: CommandParts, frozen: Frozen, parsed: Parsed, impact: Impact): Promise<string[]> {
  if (impact.effect === "read") return frozen.authors;
  const texts = [frozen.text, ...parsed.statements.map(({ text }) => text), ...frozen.files.map(({ content }) => content)];
  return [...new Set([...frozen.authors, ...(await parts.documents.writersOf(frozen.roomId, texts))])];
}
