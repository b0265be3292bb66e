import { sumRows, type Effect, type Impact, type Rows } from "@interlock/protocol";
import { droppedTables } from "./definition-words.ts";
import { certainty, rowsInWords } from "./figures.ts";
import { isScript, scriptSentence } from "../hosts/script-words.ts";
import { isPlan } from "../plan/plan-objects.ts";
import { planSentence } from "../plan/plan-words.ts";
import { statementSentence } from "./statement-sentence.ts";

/** The one sentence of the panel: what it comes to, in large, and how sure that is, in small. */
export interface ImpactSentence {
  big: string;
  small: string[];
}

export function impactSentence(impact: Impact): ImpactSentence {
  const { statements } = impact;
  if (isScript(impact)) return scriptSentence(impact);
  if (impact.effect === "unknown") return { big: "What this does cannot be known", small: [impact.warnings[0] ?? "treated as the worst"] };
  if (isPlan(impact)) return planSentence(impact);
  if (statements.length > 1) return severalStatements(impact);
  const [statement] = statements;
  return statement === undefined ? { big: "Nothing to do", small: [] } : statementSentence(statement);
}

/** Gravest first: of several figures the first is the one that is read. */
const DONE: readonly (readonly [effect: Effect, words: string])[] = [
  ["delete", "deleted"],
  ["modify", "changed"],
  ["append", "added"],
];

function severalStatements({ statements }: Impact): ImpactSentence {
  const many = `${statements.length} statements`;
  if (statements.every(({ effect }) => effect === "read" || effect === "session")) return { big: `${many} that only read`, small: [] };
  const figures: { rows: Rows; words: string }[] = [
    { rows: sumRows(statements.flatMap((one) => droppedTables(one).map(({ rows }) => rows))), words: "dropped" },
  ];
  for (const [effect, words] of DONE) {
    const hit = statements.flatMap(({ effects, cascades }) => [...effects, ...cascades].filter((one) => one.effect === effect));
    figures.push({ rows: sumRows(hit.map(({ rows }) => rows)), words });
  }
  const said = figures.filter(({ rows }) => rows.kind !== "exact" || rows.value > 0);
  const definitions = statements.filter(({ effect }) => effect === "schema").length;
  const small = definitions > 0 ? [`${definitions} on definitions`] : [];
  if (said.length === 0) return { big: many, small: [...(definitions > 0 ? small : ["no row is written"]), "in one transaction"] };
  return {
    big: `${many}: ${said.map(({ rows, words }) => `${rowsInWords(rows)} ${words}`).join(", ")}`,
    small: [...small, certainty(sumRows(said.map(({ rows }) => rows))), "in one transaction"],
  };
}
