/** Words one pair of braces may make before it is taken as not known. */
const MOST = 64;

/**
 * What `{a,b}` stands for, nested braces included; undefined where it is a sequence (`{1..9}`), has quotes, escapes or expansions in
 * it, or makes too many words.
 */
export function expandBraces(text: string): string[] | undefined {
  if (/["'\\$`\s]/u.test(text)) return undefined;
  return expand(text);
}

function expand(text: string): string[] | undefined {
  const open = text.indexOf("{");
  if (open < 0) return [text];
  const parts: string[] = [];
  let depth = 0;
  let from = open + 1;
  let close = -1;
  for (let i = open; i < text.length; i++) {
    const character = text[i]!;
    if (character === "{") depth++;
    else if (character === "}") {
      if (--depth > 0) continue;
      parts.push(text.slice(from, i));
      close = i;
      break;
    } else if (character === "," && depth === 1) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  if (close < 0 || parts.length < 2) return undefined;
  const rest = expand(text.slice(close + 1));
  if (!rest) return undefined;
  const out: string[] = [];
  for (const part of parts) {
    const inner = expand(part);
    if (!inner) return undefined;
    for (const middle of inner)
      for (const end of rest) {
        out.push(text.slice(0, open) + middle + end);
        if (out.length > MOST) return undefined;
      }
  }
  return out;
}
