import type { Connector, Parsed } from "@interlock/connector";
import { readLocalSecret, type LocalSecret } from "./secret.ts";
import { openTarget } from "./target.ts";

/** Shells on the machine that the agent runs on. Off unless the operator names accounts; for nothing but shells. */
export const local: Connector<LocalSecret> = {
  name: "local",
  language: "shell",
  parse: whole,
  readSecret: readLocalSecret,
  open: openTarget,
};

/** Nothing but shells is offered, so no text is understood. */
function whole(text: string): Parsed {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  const statement = { index: 0, start, end, text: text.slice(start, end), effect: "unknown" as const, title: "A text" };
  return { statements: end <= start ? [] : [statement], diagnostics: [] };
}
