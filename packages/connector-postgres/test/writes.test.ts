import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Statement } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { isFor } from "./ddl/schema.ts";
import { truthOf } from "./truth.ts";

const SCHEMA = `
create schema w;
set search_path = w;
create table log (id bigserial primary key, what text);
create function note() returns trigger language plpgsql as $$ begin insert into log (what) values (tg_op); return null; end $$;
create table a (id int primary key, b_id int);
create table b (id int primary key, a_id int references a on delete cascade);
alter table a add foreign key (b_id) references b on delete cascade;
insert into a select i, null from generate_series(1, 30) i;
insert into b select i, i from generate_series(1, 30) i;
update a set b_id = id - 1 where id > 1 and id % 5 <> 0;
create table quiet (id int primary key, note text);
create table child (id int primary key, quiet_id int references quiet on delete set null on update cascade);
create trigger child_note after update on child for each statement execute function note();
insert into quiet values (1), (2), (3);
insert into child select i, 1 + i % 2 from generate_series(1, 10) i;
create table up (id int primary key, v int);
create trigger up_new after insert on up for each row execute function note();
create trigger up_old after update on up for each row execute function note();
insert into up select i, 0 from generate_series(1, 10) i;
create table part (id int primary key, quiet_id int references quiet) partition by range (id);
create table part_low partition of part for values from (0) to (100);
create table part_high partition of part for values from (100) to (1000);
insert into part select i * 20, 1 from generate_series(1, 20) i;
create table refers (id int primary key, part_id int references part on delete cascade);
insert into refers select i, i * 20 from generate_series(1, 10) i;
create table tree (id int, grp int, up int, unique (id, grp)) partition by range (id);
create table tree_low partition of tree for values from (0) to (50);
create table tree_high partition of tree for values from (50) to (200);
insert into tree select i, i % 3, null from generate_series(1, 90) i;
alter table tree add foreign key (up, grp) references tree (id, grp) on delete set null (up);
update tree set up = id - 3 where id > 3;
create table seen (id int primary key, quiet_id int references quiet, v int);
create function see() returns trigger language plpgsql as $$ begin new.quiet_id := 2; return new; end $$;
insert into seen select i from generate_series(1, 5) i;
create trigger seen_see before insert or update on seen for each row execute function see();
create table board (id int primary key);
insert into board values (1), (2);
create table node (id int primary key, up int references node on update cascade, board_id int references board);
insert into node select i, nullif(i - 1, 0), 1 + i % 2 from generate_series(1, 9) i;
create table whole (id int primary key, v int) partition by range (id);
create table whole_low partition of whole for values from (0) to (50);
create table whole_high partition of whole for values from (50) to (200);
insert into whole select i from generate_series(1, 120) i;
create table void (id int primary key, whole_id int references whole on delete set default on update set default);
create table basic (id int primary key, whole_id int default 100 references whole on delete set default);
create table low_only (id int primary key, low_id int references whole_low on delete set null);
insert into low_only values (1, 12);
insert into void select i, i + 20 from generate_series(1, 60) i;
insert into basic select i, i from generate_series(1, 9) i;
create function keep(n int) returns int language plpgsql as $$ begin delete from up where id = n; insert into log (what) values ('kept'); return n; end $$;
create procedure clear() language plpgsql as $$ begin delete from child; end $$;
analyze`;

let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(server.version < 15 ? SCHEMA.replace("set null (up)", "set null") : SCHEMA);
  await client.query("do $$ begin execute format('alter database %I set search_path = w', current_database()); end $$");
  target = postgres.open({ connectionName: "writes", secret: { read: server.url }, maskedColumns: () => [] });
  await analysed("select 1");
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

async function analysed(text: string): Promise<{ statement: Statement; complete: boolean }> {
  const found = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });
  return { statement: found.statements[0]!, complete: found.complete };
}

/** Figures by `object effect`, those that are exact and not nothing. */
function exactly(statement: Statement): Map<string, number> {
  const sums = new Map<string, { value: number; exact: boolean }>();
  const writes = [...statement.effects, ...statement.cascades, ...statement.sideEffects.flatMap((item) => item.writes ?? [])];
  for (const { object, effect, rows } of writes) {
    if (!["append", "modify", "delete"].includes(effect)) continue;
    const sum = sums.get(`${object} ${effect}`) ?? { value: 0, exact: true };
    sums.set(`${object} ${effect}`, { value: sum.value + rows.value, exact: sum.exact && rows.kind === "exact" });
  }
  return new Map([...sums].filter(([, { exact }]) => exact).map(([key, { value }]) => [key, value]));
}

/** What the server counted, each partition for itself and for its whole. */
function counted(written: ReadonlyMap<string, { inserted: number; updated: number; deleted: number }>): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [name, { inserted, updated, deleted }] of written)
    for (const object of new Set([name, name.replace(/_(low|high)$/, "")]))
      for (const [effect, rows] of [
        ["append", inserted],
        ["modify", updated],
        ["delete", deleted],
      ] as const)
        sums.set(`${object} ${effect}`, (sums.get(`${object} ${effect}`) ?? 0) + rows);
  return sums;
}

const EXACT = [
  // Round a circle of keys and back to the target.
  "delete from w.a where id = 3",
  "delete from w.a where id = 5",
  "delete from w.b where id = 7",
  // Nothing to do for keys and triggers.
  "delete from w.a where id = 999",
  "delete from w.quiet where id = 3",
  "delete from w.quiet where id = 2",
  "update w.quiet set id = id",
  "update w.quiet set id = id + 10 where id = 2",
  "update w.child set quiet_id = quiet_id",
  "update w.child set quiet_id = null where id = 4",
  // Keys that set a default: NULL is asked for nowhere, a value where it is, and after some in every partition.
  "delete from w.whole_low where id in (30, 40)",
  "delete from w.whole where id in (4, 30)",
  "delete from w.whole where id < 8",
  // A key to one part: rows in it, and rows in others.
  "delete from w.whole where id in (12, 110)",
  "delete from w.whole where id = 110",
  // Rows that a key of their own table follows, and those that refer to nothing any more.
  "update w.node set id = id + 100",
  "update w.node set id = id + 100, up = null",
  "update w.node set id = id + 100, up = null where id = 4",
  "update w.node set id = id + 100, up = null, board_id = null",
  // New ones, those that conflict, and both.
  "insert into w.up values (1, 5), (2, 5), (50, 5) on conflict (id) do update set v = excluded.v",
  "insert into w.up values (60, 5) on conflict (id) do update set v = excluded.v",
  "insert into w.up values (1, 5) on conflict (id) do update set v = excluded.v",
  "insert into w.up select i, 0 from generate_series(8, 13) i on conflict do nothing",
  // Branches.
  "merge into w.up u using (select i as id from generate_series(1, 15) i) s on s.id = u.id when matched and s.id < 4 then delete when matched then update set v = 1 when not matched then insert values (s.id, 9) -- since 15",
  "merge into w.quiet q using (values (2), (9)) s(id) on s.id = q.id when matched then delete when not matched then insert values (s.id) -- since 15",
  // Parts and wholes.
  "delete from w.part where id < 100",
  // Rows that may move to another part, and do not.
  "update w.part set id = id where id < 300",
  "update w.part set id = id + 1 where id in (220, 320)",
  "update w.part_low set id = id",
  // Rows that do: new where they go, with all they refer to, and missed on the whole.
  "update w.part set id = 7 where id = 320 -- since 15",
  "update w.part set id = id - 305 where id in (320, 360) -- since 15",
  "update w.part set id = id - 299, quiet_id = null where id > 300 -- since 15",
  "merge into w.part p using (values (320)) s(i) on s.i = p.id when matched then update set id = 7 -- since 15",
  "delete from w.part_high where id > 300",
  "delete from w.tree_low -- since 15",
  "delete from w.tree where id < 10 -- since 15",
  "insert into w.part values (150, 2), (165, null)",
  "insert into w.part values (170, null)",
  // Rows that refer to such as the same statement makes.
  "insert into w.tree values (170, 2, 20), (160, 2, null), (161, 2, 160)",
  "insert into w.tree_low values (0, 0, 0)",
  // Several writes at once.
  "with gone as (delete from w.up where id < 4 returning id) insert into w.child (id) select id + 100 from gone",
  "with gone as (delete from w.up where id < 4 returning id) insert into w.log select from gone",
  "with x as (select 3 as id), gone as (delete from w.up using x where up.id = x.id) select count(*) from x",
  // Inside.
  "do $$ begin delete from w.up where id < 3; end $$",
  "call w.clear()",
  "select w.keep(3)",
];

test.for(EXACT)("what is called exact is exact, and nothing is left out: %s", async (text, { skip }) => {
  skip(!isFor(text, server.version), "this server does not know it");
  const { statement, complete } = await analysed(text);
  const truth = await truthOf(client, text);
  expect(truth.refused).toBeUndefined();
  const claimed = exactly(statement);
  const real = counted(truth.written);
  expect([...claimed].filter(([key, rows]) => (real.get(key) ?? 0) !== rows)).toEqual([]);
  const named = new Set(
    [...statement.effects, ...statement.cascades, ...statement.sideEffects.flatMap((item) => item.writes ?? [])].map((item) => item.object),
  );
  const left = [...truth.written.keys()].filter((name) => !named.has(name) && !named.has(name.replace(/_(low|high)$/, "")));
  expect(complete ? left : []).toEqual([]);
});

/** What a partition must hold is read from its whole when a session first writes to it, and then never again. */
const lasting = (locks: Iterable<string>): string[] => [...locks].filter((lock) => !lock.endsWith("/AccessShareLock")).toSorted();

test.for(EXACT)("locks what the server locks, no more and no less: %s", async (text, { skip }) => {
  skip(!isFor(text, server.version), "this server does not know it");
  const { statement } = await analysed(text);
  // A key's query is planned for its value in a new session, and for any value after some more (choose_custom_plan in plancache.c).
  const session = new Client({ connectionString: server.url });
  await session.connect();
  const truth = await truthOf(session, text).finally(() => session.end());
  expect(lasting(statement.locks.map((lock) => `${lock.object}/${lock.mode}`))).toEqual(lasting(truth.locks));
});

test.for([
  // NULL by the words alone, where rows are no longer counted.
  "truncate w.child; insert into w.child values (50, null), (51, null::int)",
  "truncate w.child; insert into w.child (id) values (50)",
  "truncate w.child; insert into w.child values (50, default), (51, 2)",
  "truncate w.child; insert into w.child select i, null from generate_series(1, 3) i",
  "insert into w.child values (50, 2); update w.child set (quiet_id, id) = (null, 60) where id = 50",
  "insert into w.child values (50, null), (50, null) on conflict do nothing",
  "truncate w.child; merge into w.child c using (values (1)) s(i) on s.i = c.id when not matched then insert values (s.i, null) -- since 15",
  // Rows that are referred to, changed in columns that no key is made of, and in those that are.
  "update w.quiet set note = 'x'; insert into w.child select id + 100, null from w.child where id < 3",
  "update w.quiet set note = 'x'; insert into w.child select id, quiet_id from w.child where id < 0",
  "update w.quiet set id = 9 where id = 3; insert into w.child values (50, 9)",
  "update w.tree set grp = grp; insert into w.tree values (150, 1, null)",
  // What this transaction made is asked for whatever is changed.
  "update w.child set id = id + 50 where id = 3; update w.child set id = id + 50 where id = 53",
  // Some rows by default, others not.
  "insert into w.child values (50, default), (51, 2)",
  // What a trigger puts there in its stead.
  "insert into w.seen values (50, null)",
  "insert into w.seen (id) values (50)",
  "update w.seen set quiet_id = null",
  "update w.seen set v = 1",
])("asks what keys refer to only where it must: %s", async (text, { skip }) => {
  skip(!isFor(text, server.version), "this server does not know it");
  const found = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });
  const truth = await truthOf(client, text);
  expect(truth.refused).toBeUndefined();
  const claimed = new Set(found.statements.flatMap(({ locks }) => locks.map((lock) => `${lock.object}/${lock.mode}`)));
  expect(lasting(claimed)).toEqual(lasting(truth.locks));
});

test.for([
  "create temp table up (id int); insert into up values (1); delete from up; select 1 from w.log",
  "create temp table up as select 1 as id; update up set id = 2; select * from up",
  "select 1 as id into temp up; insert into up select id from w.child",
  "create temp table up (id int); delete from w.up where id = 3",
  "create table made (id int, up_id int references up); insert into made values (1, 2)",
  "create table made (id int, up_id int references up); insert into made values (1, null); update made set up_id = 4",
  "create table made (id int, up_id int references up); create index on made (up_id); insert into made select id from w.quiet; select 1 from made",
])("a text finds the tables it made, and their keys: %s", async (text) => {
  const found = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });
  const truth = await truthOf(client, text);
  // What was not there before is locked by its making.
  const there = (locks: Iterable<string>): string[] => [...locks].filter((lock) => !/^(pg_temp|w\.made)/.test(lock)).toSorted();
  expect(there(new Set(found.statements.flatMap(({ locks }) => locks.map((lock) => `${lock.object}/${lock.mode}`))))).toEqual(
    truth.refused === undefined ? there(truth.locks) : truth.refused,
  );
});

test.for([
  ["merge into w.up u using (select 1 as id) s on s.id = u.id when matched then update set v = 1 -- since 15", ["w.up modify"]],
  ["do $$ begin delete from w.up where id < 3; create table w.made (); end $$", ["w.up delete"]],
  ["insert into w.up values (1, 5), (50, 5) on conflict (id) do update set v = 1", ["w.up append", "w.up modify"]],
] as const)("takes each kind of write for itself: %s", async ([text, effects], { skip }) => {
  skip(!isFor(text, server.version), "this server does not know it");
  const { statement } = await analysed(text);
  const writes = statement.effects.filter((item) => ["append", "modify", "delete"].includes(item.effect));
  expect(writes.map((item) => `${item.object} ${item.effect}`).toSorted()).toEqual([...effects]);
  expect(writes.every((item) => item.rows.kind === "exact")).toBe(true);
});

test("a key to one partition takes a row that a MERGE moves away for deleted", async ({ skip }) => {
  const text = "merge into w.whole h using (values (12)) s(i) on s.i = h.id when matched then update set id = 190";
  skip(server.version < 15, "this server does not know it");
  const { statement } = await analysed(text);
  const { written, locks } = await truthOf(client, text);
  expect(written.get("w.low_only")).toMatchObject({ updated: 1 });
  expect(locks).toContain("w.low_only/RowExclusiveLock");
  expect(statement.cascades).toContainEqual(expect.objectContaining({ object: "w.low_only", effect: "modify" }));
  expect(statement.locks).toContainEqual({ object: "w.low_only", mode: "RowExclusiveLock" });
});

test("a block that defines and deletes is both", async () => {
  const { statement } = await analysed("do $$ begin delete from w.child; drop table w.log; end $$");
  expect(statement.effect).toBe("schema");
  const found = new Map(statement.effects.map((item) => [`${item.object} ${item.effect}`, item.rows]));
  expect(found.get("w.child delete")).toMatchObject({ value: 10, kind: "exact" });
  expect([...found.keys()]).toContain("w.log schema");
  expect(statement.locks).toContainEqual({ object: "w.log", mode: "AccessExclusiveLock" });
});

test("a function says what it writes", async () => {
  const { statement, complete } = await analysed("select w.keep(3)");
  expect(complete).toBe(true);
  const call = statement.sideEffects.find((item) => item.kind === "function");
  expect(call).toMatchObject({ name: "w.keep", effect: "delete" });
  expect(call!.writes).toMatchObject([
    { object: "w.up", effect: "delete", rows: { value: 1, kind: "estimate" } },
    { object: "w.log", effect: "append", rows: { value: 1, kind: "exact" } },
  ]);
});
