import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { postgres } from "../src/index.ts";
import { truthOf } from "./truth.ts";

/** The same statements as roles that policies hold for, and as those they do not: what is called exact must be. */
const SCHEMA = `
create schema s;
create role writer login password 'writer';
create role owner login password 'owner';
create role free login password 'free' bypassrls;
grant all on schema s to writer, owner, free;
create table s.t (id int primary key, who text);
create table s.ch (id int primary key, t int references s.t on delete cascade on update cascade, who text);
create table s.gone (id int primary key, t int references s.t on delete set null, who text);
create table s.bl (id int primary key, t int references s.t, who text);
create table s.tree (id int primary key, up int references s.tree on delete cascade, who text);
insert into s.t select i, case when i % 2 = 0 then 'writer' else 'x' end from generate_series(1, 10) i;
insert into s.ch select i, 1 + i % 5, case when i % 3 = 0 then 'writer' else 'x' end from generate_series(1, 30) i;
insert into s.gone select i, 1 + i % 5, case when i % 3 = 0 then 'writer' else 'x' end from generate_series(1, 30) i;
insert into s.bl values (1, 4, 'x');
insert into s.tree select i, nullif(i - 1, 0), case when i = 3 then 'x' else 'writer' end from generate_series(1, 8) i;
create table s.own (id int primary key, who text);
insert into s.own select i, case when i % 2 = 0 then 'writer' else 'x' end from generate_series(1, 10) i;
create table s.forced (like s.own);
insert into s.forced select * from s.own;
create view s.seen as select * from s.own;
do $$ declare name text; begin
  foreach name in array array['ch', 'gone', 'bl', 'tree', 'own', 'forced'] loop
    execute format('alter table s.%I enable row level security', name);
    execute format('create policy p on s.%I using (who = current_user)', name);
  end loop;
end $$;
create table s.noted (what text);
create function s.note() returns boolean language plpgsql volatile as $f$ begin insert into s.noted values ('x'); return true; end $f$;
create table s.watched (id int, who text);
insert into s.watched values (1, 'writer');
alter table s.watched enable row level security;
create policy see on s.watched for select using (true);
create policy change on s.watched for update using (true);
create policy drop_it on s.watched for delete using (s.note());
create view s.through with (security_barrier) as select * from s.watched;
alter table s.forced force row level security;
alter table s.own owner to owner;
alter table s.forced owner to owner;
alter view s.seen owner to writer;
grant all on all tables in schema s to writer, owner, free;
analyze`;

let server: TestPostgres;
const targets = new Map<string, { target: Target; client: Client }>();

beforeAll(async () => {
  server = await startTestPostgres();
  const admin = new Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(SCHEMA);
  await admin.end();
  for (const role of ["writer", "owner", "free", "postgres"]) {
    const url = new URL(server.url);
    if (role !== "postgres") Object.assign(url, { username: role, password: role });
    const client = new Client({ connectionString: url.href });
    await client.connect();
    targets.set(role, { target: postgres.open({ connectionName: role, secret: { read: url.href }, maskedColumns: () => [] }), client });
  }
}, 120_000);

afterAll(async () => {
  for (const { target, client } of targets.values()) {
    await target.close();
    await client.end();
  }
  await server?.stop();
});

const TEXTS = [
  "delete from s.t where id = 1",
  "delete from s.t where id = 2",
  "delete from s.t where id = 4",
  "update s.t set id = id + 100 where id = 1",
  "merge into s.t using (values (1)) v(i) on id = v.i when matched then delete",
  "delete from s.tree where id = 1",
  "delete from s.own where id < 5",
  "update s.own set who = who where id < 5",
  "update s.seen set who = who where id < 5",
  "delete from s.forced where id < 5",
  "insert into s.bl values (7, 7, current_user)",
];

describe.each(["writer", "owner", "free", "postgres"])("as %s", (role) => {
  test.each(TEXTS)("what is exact is so: %s", async (text) => {
    const { target, client } = targets.get(role)!;
    const found = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });
    const { written, refused } = await truthOf(client, text);
    const { effects, cascades, willFail } = found.statements[0]!;
    expect(willFail.map(({ code }) => code).filter((code) => code !== refused)).toEqual([]);
    const sums = new Map<string, { rows: number; exact: boolean }>();
    for (const { object, effect, rows } of [...effects, ...cascades]) {
      if (effect === "read") continue;
      const name = object.replace("seen", "own");
      const known = sums.get(name) ?? { rows: 0, exact: true };
      sums.set(name, { rows: known.rows + rows.value, exact: known.exact && rows.kind === "exact" });
    }
    const claimed = [...sums].filter(([, { exact }]) => exact && refused === undefined);
    const counted = (object: string): number => {
      const { inserted = 0, updated = 0, deleted = 0 } = written.get(object) ?? {};
      return inserted + updated + deleted;
    };
    expect(claimed.map(([object, { rows }]) => [object, rows])).toEqual(claimed.map(([object]) => [object, counted(object)]));
  });
});

test.each([
  // A key takes along what policies hide from whoever sets it off.
  ["writer", "delete from s.t where id = 1", "s.ch", "estimate"],
  ["writer", "update s.t set id = id + 100 where id = 1", "s.ch", "estimate"],
  ["free", "delete from s.t where id = 1", "s.ch", "exact"],
  ["postgres", "delete from s.t where id = 1", "s.ch", "exact"],
  ["writer", "delete from s.own where id < 5", "s.own", "estimate"],
  ["owner", "delete from s.own where id < 5", "s.own", "exact"],
  ["owner", "delete from s.forced where id < 5", "s.forced", "estimate"],
  ["free", "delete from s.forced where id < 5", "s.forced", "exact"],
])("as %s: %s, figures of %s are %s", async (role, text, object, kind) => {
  const { target } = targets.get(role)!;
  const found = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });
  const { effects, cascades } = found.statements[0]!;
  expect([...effects, ...cascades].filter((item) => item.object === object).map(({ rows }) => rows.kind)).toEqual([kind]);
});

test.each([
  ["select * from s.watched", "read"],
  ["update s.watched set who = 'x'", "modify"],
  ["delete from s.watched", "delete"],
  ["with gone as (delete from s.watched returning id) select * from gone", "delete"],
  ["delete from s.through", "delete"],
  ["select * from s.through", "read"],
])("a policy runs for its own commands alone: %s", async (text, effect) => {
  const { target } = targets.get("writer")!;
  const found = await target.impact(text, { signal: new AbortController().signal, exact: true });
  expect(found.effect).toBe(effect);
  const runs = found.statements[0]!.sideEffects.some(({ name }) => name === "s.note");
  if (effect !== "modify") expect(runs).toBe(effect === "delete");
});
