import { strongest, type Impact, type Statement } from "@interlock/protocol";
import type { ImpactSentence } from "../impact/impact-sentence.ts";
import { count } from "../impact/figures.ts";

/** Whether it is of a script for a host: lines of a shell, where there are no rows, no locks and no transaction. */
export const isScript = ({ script }: Pick<Impact, "script">): boolean => script === true;

/** What a script comes to: its gravest line in large, and that nothing takes back what it did. */
export function scriptSentence({ statements, effect }: Impact): ImpactSentence {
  const gravest = statements.find((line) => line.effect === strongest(statements.map((one) => one.effect)));
  if (gravest === undefined) return { big: "Nothing to do", small: [] };
  const others = statements.length - 1;
  const reads = effect === "read" || effect === "session";
  return {
    big: effect === "unknown" ? "What this does cannot be known" : gravest.title,
    small: [
      ...(effect === "unknown" ? [gravest.title] : []),
      ...(others > 0 ? [`and ${count(others)} more ${others === 1 ? "line" : "lines"}`] : []),
      reads ? "reads only, by its words" : "told by its words; what it did stays done",
    ],
  };
}

/** What a line names, for the list of lines. */
export const namedBy = ({ effects }: Statement): string => [...new Set(effects.map(({ object }) => object))].join(", ");
