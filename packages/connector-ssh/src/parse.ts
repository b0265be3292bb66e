import type { Parsed } from "@interlock/connector";
import { unrunnable } from "./script.ts";

/** Lines of a script. What a line does is not known from its words alone, so each is `unknown`. */
export function parse(text: string): Parsed {
  const statements: Parsed["statements"] = [];
  for (const match of text.matchAll(/[^\n]+/g)) {
    const line = match[0].trim();
    if (line === "" || line.startsWith("#")) continue;
    const start = match.index + match[0].indexOf(line);
    const end = start + line.length;
    statements.push({ index: statements.length, start, end, text: line, effect: "unknown", title: line.slice(0, 60) });
  }
  const why = unrunnable(text);
  if (why === undefined) return { statements, diagnostics: [] };
  return { statements, diagnostics: [{ start: 0, end: text.length, message: why, severity: "error" }] };
}
