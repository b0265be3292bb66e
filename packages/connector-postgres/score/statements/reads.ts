import { joined, quoted } from "../schema/model.ts";
import { condition, where } from "./predicate.ts";
import type { Family } from "./writes.ts";

export const select: Family = (choice, model) => {
  const table = choice.one(model.tables);
  const name = quoted(table.name);
  const key = choice.maybe(table.keys);
  const view = choice.maybe([...model.views.map((item) => item.name), ...model.stored]);
  const call = choice.maybe(model.functions.filter((item) => item.kind === "function"));
  return choice.weighted<() => string>([
    [5, () => `SELECT * FROM ${name} x${where(choice, model, table, "x")}`],
    [2, () => `SELECT count(*) FROM ${name} x WHERE ${condition(choice, model, table, "x")} FOR UPDATE`.replace("count(*)", "id")],
    [2, () => (key ? `SELECT x.id FROM ${name} x JOIN ${quoted(key.parent)} p ON ${joined(key, "x", "p")} ORDER BY 1` : `TABLE ${name}`)],
    [2, () => (view ? `SELECT * FROM ${view}` : `SELECT 1`)],
    [1, () => `SELECT nextval('counter'), lower('X'), now()`],
    [2, () => (call ? `SELECT ${call.call}` : `SELECT max(id) FROM ${name}`)],
    [1, () => `SELECT setval('counter', 10)`],
    [1, () => `EXPLAIN ANALYZE DELETE FROM ${name} x WHERE ${condition(choice, model, table, "x")}`],
    [1, () => `EXPLAIN UPDATE ${name} SET id = 1`],
    [1, () => `COPY ${table.kind === "partitioned" ? `(SELECT * FROM ${name})` : name} TO STDOUT`],
  ])();
};

export const call: Family = (choice, model) => {
  const procedure = choice.maybe(model.functions.filter((item) => item.kind === "procedure"));
  const table = choice.one(model.tables);
  return procedure && choice.chance(50)
    ? `CALL ${procedure.call}`
    : `DO $$ BEGIN DELETE FROM ${quoted(table.name)} WHERE id = ${choice.int(1, 20)}; END $$`;
};
