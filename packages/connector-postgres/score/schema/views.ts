import type { Choice } from "../choice.ts";
import { quoted, type Model } from "./model.ts";

/** Views one can write through and others one cannot, views on views, materialised views, rules, indexes, functions. */
export function addViews(choice: Choice, model: Model): void {
  const tables = model.tables.filter((table) => table.kind !== "partition");
  for (const table of choice.some(tables, choice.int(0, 2))) {
    const name = `${table.name.toLowerCase().replaceAll(" ", "_")}_view`;
    const columns = table.columns.filter((column) => !column.generated).map((column) => column.name);
    model.parts.push(
      `CREATE VIEW ${name} AS SELECT ${columns.map(quoted).join(", ")} FROM ${quoted(table.name)}${choice.chance(50) ? " WHERE id > 3" : ""}`,
    );
    model.views.push({ name, columns, writes: table.name });
    if (choice.chance(12)) addInstead(model, name, table.name);
    if (choice.chance(30)) {
      model.parts.push(`CREATE VIEW ${name}_two AS SELECT * FROM ${name} WHERE id < 1000`);
      model.views.push({ name: `${name}_two`, columns, writes: table.name });
    }
  }
  const table = choice.one(tables);
  if (choice.chance(40)) {
    model.parts.push(`CREATE VIEW summary AS SELECT count(*) AS n, max(id) AS last FROM ${quoted(table.name)}`);
    model.views.push({ name: "summary", columns: ["n", "last"] });
  }
  if (choice.chance(35)) {
    model.parts.push(`CREATE MATERIALIZED VIEW stored AS SELECT id, count(*) AS n FROM ${quoted(table.name)} GROUP BY id`);
    model.stored.push("stored");
    if (choice.chance(50)) model.parts.push("CREATE UNIQUE INDEX stored_id ON stored (id)");
  }
}

/** A trigger that does the view's deletes itself. */
function addInstead(model: Model, view: string, table: string): void {
  model.parts.push(
    `CREATE FUNCTION ${view}_instead() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM ${quoted(table)} WHERE id = OLD.id; RETURN OLD; END $$`,
    `CREATE TRIGGER ${view}_instead INSTEAD OF DELETE ON ${view} FOR EACH ROW EXECUTE FUNCTION ${view}_instead()`,
  );
}

const RULES = [
  "ON DELETE TO %t DO INSTEAD NOTHING",
  "ON INSERT TO %t DO ALSO INSERT INTO log (what, ref) VALUES ('rule', NEW.id)",
  "ON UPDATE TO %t DO ALSO INSERT INTO log (what, ref) VALUES ('rule', OLD.id)",
];

/** Rules that rewrite what is written to a table. */
export function addRules(choice: Choice, model: Model): void {
  if (!choice.chance(6)) return;
  const table = choice.maybe(model.tables.filter((item) => item.kind === "plain"));
  if (table === undefined) return;
  model.parts.push(`CREATE RULE rewritten AS ${choice.one(RULES).replace("%t", quoted(table.name))}`);
  model.rules.push({ name: "rewritten", table: table.name });
}

export function addIndexes(choice: Choice, model: Model): void {
  for (const table of model.tables.filter((item) => item.kind !== "partition")) {
    for (const column of choice.some(
      table.columns.filter((item) => item.name !== "id" && item.type !== "jsonb" && item.generated?.kind !== "VIRTUAL"),
      choice.int(0, 2),
    )) {
      const name = `${table.name}_${column.name}`.toLowerCase().replaceAll(" ", "_") + "_idx";
      const partial = choice.chance(15) ? ` WHERE ${quoted(column.name)} IS NOT NULL` : "";
      model.parts.push(`CREATE INDEX ${name} ON ${quoted(table.name)} (${quoted(column.name)})${partial}`);
      model.indexes.push({ name, table: table.name, unique: false });
    }
  }
}

/** Functions a statement may call, read-only ones and one that writes. */
export function addFunctions(choice: Choice, model: Model): void {
  if (choice.chance(30)) {
    model.parts.push("CREATE FUNCTION twice(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'");
    model.functions.push({ name: "twice", call: "twice(3)", kind: "function" });
  }
  if (choice.chance(20)) {
    model.parts.push(
      "CREATE FUNCTION note(n bigint) RETURNS bigint LANGUAGE sql AS $$ INSERT INTO log (what, ref) VALUES ('note', n) RETURNING id $$",
    );
    model.functions.push({ name: "note", call: "note(3)", kind: "function" });
  }
  if (choice.chance(15)) {
    const table = choice.one(model.tables.filter((item) => item.kind === "plain" || item.kind === "partitioned"));
    model.parts.push(
      `CREATE PROCEDURE sweep(upto bigint) LANGUAGE plpgsql AS $$ BEGIN DELETE FROM ${quoted(table.name)} WHERE id < upto; END $$`,
    );
    model.functions.push({ name: "sweep", call: "sweep(4)", kind: "procedure" });
  }
}
