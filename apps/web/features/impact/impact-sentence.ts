import { impactRows, type Effect, type Impact, type ObjectEffect, type Statement } from "@interlock/protocol";
import { certainty, rowsInWords, share } from "./figures.ts";

/** The one sentence of the panel: what is hit, in large, and how sure that is, in small. */
export interface ImpactSentence {
  big: string;
  small: string[];
}

const VERBS: Record<Effect, string> = {
  read: "Reads",
  session: "Changes its own session only",
  append: "Adds",
  modify: "Changes",
  delete: "Deletes",
  schema: "Changes definitions",
  privilege: "Changes rights",
  unknown: "Not knowable",
};

export function impactSentence(impact: Impact): ImpactSentence {
  const { statements } = impact;
  if (impact.effect === "unknown") return { big: "What this does cannot be known", small: [impact.warnings[0] ?? "treated as the worst"] };
  if (statements.length > 1) return severalStatements(impact);
  const statement = statements[0];
  if (statement === undefined) return { big: "Nothing to do", small: [] };
  const target = mainTarget(statement);
  if (target === undefined) return { big: statement.title, small: [VERBS[statement.effect]] };
  if (statement.effect === "schema" || statement.effect === "privilege")
    return { big: statement.title, small: [`${target.kind} ${target.object}`] };
  const small: string[] = [];
  if (target.rows.fraction !== undefined && target.rows.kind !== "unknown")
    small.push(target.rows.fraction >= 1 ? "the whole table" : `${share(target.rows.fraction)} of the table`);
  small.push(certainty(target.rows));
  const others = statement.effects.filter((effect) => effect !== target && effect.effect === target.effect).length;
  if (others > 0) small.push(`and ${others} more ${others === 1 ? "object" : "objects"}`);
  return { big: `${rowsInWords(target.rows)} of ${target.object}`, small };
}

function severalStatements(impact: Impact): ImpactSentence {
  const rows = impactRows(impact);
  const writes = impact.statements.some(({ effect }) => effect !== "read" && effect !== "session");
  const big = writes
    ? `${impact.statements.length} statements, ${rowsInWords(rows)} written`
    : `${impact.statements.length} statements that only read`;
  return { big, small: writes ? [certainty(rows), "in one transaction"] : [] };
}

/** The object the statement's effect is about: the one hit hardest, and of those the one with most rows. */
export function mainTarget(statement: Statement): ObjectEffect | undefined {
  const hit = statement.effects.filter(({ effect }) => effect === statement.effect);
  return (hit.length > 0 ? hit : statement.effects).toSorted((a, b) => b.rows.value - a.rows.value)[0];
}
