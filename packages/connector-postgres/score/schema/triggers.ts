import type { Choice } from "../choice.ts";
import { quoted, SCHEMA, type Model, type Table } from "./model.ts";

/** The table that triggers and rules write to. */
export const LOG = `CREATE TABLE log (id bigserial PRIMARY KEY, what text, ref bigint, at timestamptz NOT NULL DEFAULT now())`;

interface Kind {
  events: readonly string[];
  when: "BEFORE" | "AFTER";
  level: "ROW" | "STATEMENT";
  /** Body between BEGIN and END; undefined where it does not fit the table. */
  body: (choice: Choice, table: Table, model: Model) => string | undefined;
  extra?: string;
  /** CONSTRAINT: then it is deferred. */
  words?: "CONSTRAINT";
  opaque?: boolean;
}

const row = "coalesce(NEW.id, OLD.id)";
const parentOf = (choice: Choice, table: Table, model: Model) => {
  const key = choice.maybe(table.keys);
  const parent = key && model.tables.find((other) => other.name === key.parent);
  const column = parent?.columns.find((item) => ["int", "numeric", "text"].includes(item.type) && item.name !== "id" && !item.generated);
  return key && parent && column ? { key, parent, column } : undefined;
};

const KINDS: readonly Kind[] = [
  {
    events: ["INSERT", "UPDATE", "DELETE"],
    when: "AFTER",
    level: "ROW",
    body: () => `INSERT INTO log (what, ref) VALUES (TG_OP, ${row}); RETURN NULL;`,
  },
  { events: ["UPDATE", "DELETE"], when: "AFTER", level: "STATEMENT", body: () => `INSERT INTO log (what) VALUES (TG_OP); RETURN NULL;` },
  { events: ["TRUNCATE"], when: "AFTER", level: "STATEMENT", body: () => `INSERT INTO log (what) VALUES (TG_OP); RETURN NULL;` },
  {
    events: ["INSERT", "UPDATE"],
    when: "BEFORE",
    level: "ROW",
    body: (choice, table) => {
      const column = choice.maybe(table.columns.filter((item) => item.type === "text" && !item.generated));
      return column && `NEW.${quoted(column.name)} := 'seen'; RETURN NEW;`;
    },
  },
  {
    events: ["DELETE"],
    when: "BEFORE",
    level: "ROW",
    body: () => `IF OLD.id % 7 = 0 THEN RETURN NULL; END IF; RETURN OLD;`,
  },
  {
    events: ["DELETE", "UPDATE"],
    when: "AFTER",
    level: "ROW",
    body: (choice, table, model) => {
      const found = parentOf(choice, table, model);
      if (!found) return undefined;
      const column = quoted(found.column.name);
      const value = found.column.type === "text" ? "'counted'" : `coalesce(${column}, 0) + 1`;
      return `UPDATE ${quoted(found.parent.name)} SET ${column} = ${value} WHERE ${quoted(found.key.parentColumns[0]!)} = OLD.${quoted(found.key.columns[0]!)}; RETURN NULL;`;
    },
  },
  {
    events: ["DELETE"],
    when: "AFTER",
    level: "ROW",
    body: (choice, table, model) => {
      const other = choice.one(model.tables.filter((item) => item.kind !== "partition" && item.kind !== "child"));
      return other === table ? undefined : `DELETE FROM ${quoted(other.name)} WHERE id = OLD.id; RETURN OLD;`;
    },
  },
  {
    events: ["INSERT", "UPDATE"],
    when: "AFTER",
    level: "ROW",
    words: "CONSTRAINT",
    body: () => `INSERT INTO log (what, ref) VALUES ('late', NEW.id); RETURN NULL;`,
  },
  {
    events: ["UPDATE"],
    when: "AFTER",
    level: "STATEMENT",
    extra: "REFERENCING OLD TABLE AS was NEW TABLE AS now",
    body: () => `INSERT INTO log (what, ref) SELECT 'now', n.id FROM now n JOIN was w ON w.id = n.id; RETURN NULL;`,
  },
  {
    events: ["INSERT"],
    when: "AFTER",
    level: "ROW",
    body: () => `IF NEW.id % 2 = 0 THEN INSERT INTO log (what, ref) VALUES ('even', NEW.id); END IF; RETURN NULL;`,
  },
  {
    events: ["DELETE"],
    when: "AFTER",
    level: "STATEMENT",
    extra: "REFERENCING OLD TABLE AS gone",
    body: () => `INSERT INTO log (what, ref) SELECT 'gone', id FROM gone; RETURN NULL;`,
  },
  {
    events: ["UPDATE", "INSERT", "DELETE"],
    when: "AFTER",
    level: "ROW",
    opaque: true,
    body: () => `EXECUTE format('INSERT INTO %I.log (what) VALUES (%L)', '${SCHEMA}', TG_OP); RETURN NULL;`,
  },
];

/** Triggers of several kinds, each with a function of its own. */
export function addTriggers(choice: Choice, model: Model, allowOpaque: boolean): void {
  for (const table of model.tables.filter((item) => ["plain", "partitioned"].includes(item.kind) || choice.chance(5))) {
    for (
      let n = choice.weighted([
        [7, 0],
        [4, 1],
        [1, 2],
      ]);
      n > 0;
      n--
    )
      addTrigger(choice, model, table, n, allowOpaque);
  }
}

function addTrigger(choice: Choice, model: Model, table: Table, n: number, allowOpaque: boolean): void {
  const kind = choice.one(KINDS.filter((item) => allowOpaque || !item.opaque));
  const body = kind.body(choice, table, model);
  if (!body || (table.kind !== "plain" && kind.extra)) return;
  const stem = table.name.toLowerCase().replaceAll(" ", "_");
  const name = `${stem}_fire_${n}`;
  const events = kind.extra ? [choice.one(kind.events)] : choice.some(kind.events, choice.int(1, kind.events.length));
  const only =
    events.length === 1 && events[0] === "UPDATE" && !kind.extra && choice.chance(60) ? choice.one(table.columns).name : undefined;
  const condition = kind.level === "ROW" && !events.includes("INSERT") && choice.chance(15) ? "WHEN (OLD.id > 5) " : "";
  model.parts.push(
    `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`,
    `CREATE ${kind.words ?? ""} TRIGGER ${name} ${kind.when} ${events.join(" OR ")}${only ? ` OF ${quoted(only)}` : ""} ON ${quoted(table.name)} ${kind.extra ?? ""} ${kind.words ? "DEFERRABLE INITIALLY DEFERRED" : ""} FOR EACH ${kind.level} ${condition}EXECUTE FUNCTION ${name}()`,
  );
  if (choice.chance(6)) model.parts.push(`ALTER TABLE ${quoted(table.name)} DISABLE TRIGGER ${name}`);
  model.triggers.push({ name, table: table.name });
  model.functions.push({ name, call: `${name}()`, kind: "trigger" });
  if (kind.opaque) model.opaque = true;
}
