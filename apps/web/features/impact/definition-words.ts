import type { ObjectEffect, Statement } from "@interlock/protocol";
import { bareName } from "./figures.ts";

/** What holds rows, of which a drop is a loss. */
const HOLDS_ROWS = new Set(["table", "materialized view", "foreign table"]);

/** Whether a statement does away with what it names: its title begins with its verb. */
export const drops = ({ title }: Pick<Statement, "title">) => /^DROP\b/u.test(title);

/** Tables that go, with their rows; a materialised view only where it is what the statement names. */
export function droppedTables(statement: Statement): ObjectEffect[] {
  if (!drops(statement)) return [];
  const named = namedObject(statement);
  const gone = statement.effects.filter(({ effect, kind }) => effect === "schema" && HOLDS_ROWS.has(kind));
  const tables = gone.filter(({ kind }) => kind !== "materialized view");
  return tables.length > 0 ? tables : gone.filter((one) => one === named);
}

/** The object a statement on definitions is about: the one its title ends with, else the first. */
export function namedObject({ title, effects }: Pick<Statement, "title" | "effects">): ObjectEffect | undefined {
  const own = effects.filter(({ effect }) => effect === "schema" || effect === "privilege");
  const name = title.slice(title.lastIndexOf(" ") + 1);
  return own.find(({ object }) => object === name || bareName(object) === name) ?? own[0];
}

/** What goes although the statement does not name it, because it hangs on what the statement drops. */
export function takenAlong(statement: Statement): ObjectEffect[] {
  const cascades = drops(statement) || statement.risks.some(({ code }) => code === "drop-cascade");
  if (!cascades || statement.effect !== "schema") return [];
  const named = namedObject(statement);
  const whole = drops(statement) && /^DROP (SCHEMA|OWNED)/u.test(statement.title);
  // What belongs to it goes in any case, and of a schema so does every table: what others miss is what counts.
  const own = ({ object, kind }: ObjectEffect) =>
    kind === "sequence" ||
    (whole && HOLDS_ROWS.has(kind)) ||
    (named !== undefined && (object.startsWith(`${named.object}.`) || object.endsWith(` on ${named.object}`)));
  return statement.effects.filter((one) => one !== named && one.effect === "schema" && !own(one));
}

/** `drops`, `creates` or `redefines`: the wire has one effect for all three. */
export function definitionVerb(statement: Statement, object: string): "drops" | "creates" | "redefines" {
  if (drops(statement) || takenAlong(statement).some((one) => one.object === object)) return "drops";
  const { title } = statement;
  const made = /^(CREATE|SELECT INTO)\b/u.test(title) && title.endsWith(` ${bareName(object)}`) && !title.includes(" ON ");
  return made ? "creates" : "redefines";
}
