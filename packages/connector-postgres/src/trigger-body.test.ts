import { expect, test } from "vitest";
import { plpgsqlTree, TRIGGER_SIGNATURE } from "./plpgsql.ts";
import { assignedColumnsOfNew, walkTriggerBody } from "./trigger-body.ts";

const walk = (body: string, event = "DELETE") => walkTriggerBody(plpgsqlTree(`begin ${body} end`, TRIGGER_SIGNATURE)!, event);
const said = (body: string, event?: string) =>
  walk(body, event).statements.map((statement) => `${statement.certainty}: ${statement.dynamic ? "dynamic " : ""}${statement.text}`);

const BY_OPERATION =
  "if tg_op = 'DELETE' then insert into a values (1); return old; elsif tg_op in ('UPDATE') then insert into b values (1); else insert into c values (1); end if; insert into d values (1); return new;";

test.each([
  ["DELETE", ["always: insert into a values (1)"]],
  ["UPDATE", ["always: insert into b values (1)", "always: insert into d values (1)"]],
  ["INSERT", ["always: insert into c values (1)", "always: insert into d values (1)"]],
])("decides by TG_OP for %s", (event, expected) => {
  expect(said(BY_OPERATION, event)).toEqual(expected);
});

test.each<[readonly string[] | undefined, number]>([
  [["yes"], 1],
  [["no"], 0],
  [[], 0],
  [undefined, 1],
])("decides by the arguments %j", (given, statements) => {
  const body = "begin if tg_argv[0] = 'yes' and tg_op <> 'INSERT' then insert into a values (1); end if; return null; end";
  const found = walkTriggerBody(plpgsqlTree(body, TRIGGER_SIGNATURE)!, "DELETE", given).statements;
  expect(found.filter(({ text }) => text.startsWith("insert"))).toHaveLength(statements);
});

test("what a condition on data guards may happen, and so may all that follows a return under it", () => {
  expect(said("if old.x > 1 then insert into a values (1); return old; end if; insert into b values (1); return old;")).toEqual([
    "always: select old.x > 1",
    "maybe: insert into a values (1)",
    "maybe: insert into b values (1)",
  ]);
});

test("loops repeat, and dynamic SQL is said to be so", () => {
  expect(said("for i in 1..3 loop insert into a values (i); end loop; return old;").at(-1)).toBe("repeated: insert into a values (i)");
  expect(said("execute 'delete from a'; return old;")).toEqual(["always: dynamic delete from a"]);
  expect(said("execute 'delete from ' || name; return old;")).toEqual(["always: dynamic "]);
  expect(said("declare r record; begin for r in execute 'select 1' loop insert into a values (1); end loop; end; return old;")).toEqual([
    "always: dynamic select 1",
    "repeated: insert into a values (1)",
  ]);
});

test.each([
  ["return null;", "DELETE", true],
  ["return new;", "DELETE", true],
  ["return old;", "DELETE", false],
  ["return new;", "INSERT", false],
  ["return old;", "UPDATE", false],
  ["if new.x is null then return null; end if; return new;", "INSERT", true],
])("a row may be dropped by %s on %s: %s", (body, event, skips) => {
  expect(walk(body, event).skips).toBe(skips);
});

test("an error raised in every case is told from one that may be raised", () => {
  expect(walk("raise exception 'no';").raises).toBe(true);
  expect(walk("raise notice 'yes'; return old;").raises).toBe(false);
  expect(walk("if old.x then raise exception 'no'; end if; return old;").raises).toBe(false);
  expect(walk("if tg_op = 'DELETE' then raise exception 'no'; end if; return new;").raises).toBe(true);
  expect(walk("begin raise exception 'no'; exception when others then null; end; return old;").raises).toBe(false);
});

test.each<[string, string[] | undefined]>([
  ["new.a := 1; if true then new.b = 2; end if; select 1, 2 into new.c, new.d; return new;", ["a", "b", "c", "d"]],
  ["perform new.a; return new;", []],
  ["return null;", []],
  ["new := old; return new;", undefined],
  ["select * into new from t; return new;", undefined],
  ["return row(1, 2);", undefined],
])("columns of NEW that are assigned: %s", (body, columns) => {
  const found = assignedColumnsOfNew(plpgsqlTree(`begin ${body} end`, TRIGGER_SIGNATURE)!);
  expect(found && [...found]).toEqual(columns);
});
