/** Lines and characters of a frozen text that are shown before one asks for all. */
const LINES = 6;
const CHARACTERS = 320;

/**
 * The beginning of a long text, undefined for one that is short enough to show. It ends in `…`, between two words where there are any: a
 * number or a name cut in two would read as another one, and somebody agrees to what stands there.
 */
export function beginningOf(text: string): string | undefined {
  const lines = text.split("\n");
  if (lines.length <= LINES && text.length <= CHARACTERS) return undefined;
  const beginning = lines.slice(0, LINES).join("\n");
  if (beginning.length <= CHARACTERS) return `${beginning}\n…`;
  const cut = beginning.slice(0, CHARACTERS);
  const words = cut.replace(/[^\s,;()]*$/u, "");
  return `${words.trim() === "" ? cut : words.trimEnd()} …`;
}
