/**
 * JSON laid out over lines, two spaces a level. Only white space outside strings is changed: parsing and writing it anew would round large
 * numbers and lose double keys. What is no JSON comes out as some text with the same characters.
 */
export function jsonLayout(text: string): string {
  let depth = 0;
  const line = () => `\n${"  ".repeat(Math.max(0, depth))}`;
  let out = "";
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"?|\{\s*\}|\[\s*\]|[{}[\]:,]|[^\s"{}[\]:,]+/gsu)) {
    if (token === "{" || token === "[") {
      depth++;
      out += token + line();
    } else if (token === "}" || token === "]") {
      depth--;
      out += line() + token;
    } else if (token === ",") out += token + line();
    else if (token === ":") out += ": ";
    else out += /^[{[]/u.test(token) ? token.replaceAll(/\s/gu, "") : token;
  }
  return out;
}

/** Whether values of a type are JSON. */
export const isJson = (type: string) => type === "json" || type === "jsonb";
