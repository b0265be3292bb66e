import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Target } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import type { Cascade } from "@interlock/protocol";
import { postgres } from "../src/index.ts";
import { truthOf } from "./truth.ts";

/** Several ways to one table, circles and trees: each row once in the figure of its table, and once for each way that leads to it. */
const SCHEMA = `
create schema c;
create table c.top (id int primary key);
create table c.lft (id int primary key, top int constraint lft_top references c.top on delete cascade);
create table c.rgt (id int primary key, top int constraint rgt_top references c.top on delete cascade);
create table c.bottom (id int primary key, l int constraint bottom_l references c.lft on delete cascade, r int constraint bottom_r references c.rgt on delete cascade);
create table c.leaf (id int primary key, b int constraint leaf_b references c.bottom on delete set null);
insert into c.top select generate_series(1, 10);
insert into c.lft select i, 1 + i % 10 from generate_series(1, 30) i;
insert into c.rgt select i, 1 + i % 10 from generate_series(1, 30) i;
insert into c.bottom select i, 1 + i % 30, 1 + (i * i) % 30 from generate_series(1, 90) i;
insert into c.leaf select i, 1 + i % 90 from generate_series(1, 100) i;
create table c.users (id int primary key);
create table c.pairs (id int primary key, a int constraint pairs_a references c.users on delete set null, b int constraint pairs_b references c.users on delete set null);
insert into c.users select generate_series(1, 10);
insert into c.pairs select i, 1 + i % 10, 1 + (i / 3) % 10 from generate_series(1, 50) i;
create table c.tree (id int primary key, up int constraint tree_up references c.tree on delete cascade);
insert into c.tree select i, nullif(i - 1, 0) from generate_series(1, 8) i;
insert into c.tree select 100 + i, 3 from generate_series(1, 4) i;
create table c.tagged (id int primary key, t int constraint tagged_t references c.tree on delete cascade);
insert into c.tagged select i, i from generate_series(1, 8) i;
create table c.x (id int primary key, y int);
create table c.y (id int primary key, z int);
create table c.z (id int primary key, x int constraint z_x references c.x on delete cascade);
insert into c.x select i, null from generate_series(1, 9) i;
insert into c.z select i, i from generate_series(1, 9) i;
insert into c.y select i, i from generate_series(1, 9) i;
update c.x set y = id - 1 where id > 1;
alter table c.x add constraint x_y foreign key (y) references c.y on delete cascade;
alter table c.y add constraint y_z foreign key (z) references c.z on delete cascade;
create table c.l0 (id int primary key);
create table c.l1 (id int primary key, a int constraint l1_l0 references c.l0 on delete cascade);
create table c.l2 (id int primary key, b int constraint l2_l1 references c.l1 on delete cascade, direct int constraint l2_l0 references c.l0 on delete cascade);
create table c.l3 (id int primary key, c int constraint l3_l2 references c.l2 on delete cascade);
create table c.l4 (id int primary key, d int constraint l4_l3 references c.l3 on delete set null);
insert into c.l0 select generate_series(1, 5);
insert into c.l1 select i, 1 + i % 5 from generate_series(1, 10) i;
insert into c.l2 select i, 1 + i % 10, 1 + (i * 2) % 5 from generate_series(1, 20) i;
insert into c.l3 select i, 1 + i % 20 from generate_series(1, 40) i;
insert into c.l4 select i, i from generate_series(1, 40) i;
create table c.both (id int primary key, m int constraint both_m references c.both on delete set null, n int constraint both_n references c.both on delete cascade);
insert into c.both select i, nullif(i / 2, 0), nullif(i / 3, 0) from generate_series(1, 20) i;
create table c.upd (id int primary key);
create table c.ua (id int primary key, u int constraint ua_u references c.upd on update cascade, w int constraint ua_w references c.upd on update cascade);
insert into c.upd select generate_series(1, 5);
insert into c.ua select i, 1 + i % 5, 1 + (i * 2) % 5 from generate_series(1, 20) i;
create table c.k0 (id int primary key);
create table c.k1 (k0 int constraint k1_k0 references c.k0 on update cascade, n int, primary key (k0, n));
create table c.k2 (k0 int, k1 int, n int, primary key (k0, k1, n), constraint k2_k1 foreign key (k0, k1) references c.k1 on update cascade);
create table c.k3 (id int primary key, k0 int, k1 int, k2 int, constraint k3_k2 foreign key (k0, k1, k2) references c.k2 on update set null);
create table c.short (id int primary key, k0 int constraint short_k0 references c.k0 on update cascade, n int, constraint short_k1 foreign key (k0, n) references c.k1 on update cascade);
insert into c.k0 select i * 10 from generate_series(1, 9) i;
insert into c.k1 select 10 * (1 + i % 6), i from generate_series(1, 24) i;
insert into c.k2 select k0, n, j from c.k1, generate_series(1, 3) j;
insert into c.k3 select row_number() over (), k0, k1, n from c.k2 where n < 3;
insert into c.short select n, k0, n from c.k1;
create table c.room (k0 int constraint room_k0 references c.k0 on update cascade, n int, up int, primary key (k0, n), constraint room_up foreign key (k0, up) references c.room on update cascade);
insert into c.room select k.id, j, nullif(j / 2, 0) from c.k0 k, generate_series(1, 4) j;
create table c.opt (id int primary key, k0 int unique constraint opt_k0 references c.k0 on delete set null);
create table c.tied (id int primary key, k0 int constraint tied_opt references c.opt (k0) on update cascade);
insert into c.opt select i, i * 10 from generate_series(7, 9) i;
insert into c.tied select i, 10 * (7 + i % 3) from generate_series(1, 12) i;
delete from c.room where k0 > 60;
analyze`;

let server: TestPostgres;
let client: Client;
let target: Target;

beforeAll(async () => {
  server = await startTestPostgres();
  client = new Client({ connectionString: server.url });
  await client.connect();
  await client.query(SCHEMA);
  target = postgres.open({ connectionName: "cascades", secret: { read: server.url }, maskedColumns: () => [] });
}, 120_000);

afterAll(async () => {
  await target?.close();
  await client?.end();
  await server?.stop();
});

/** `table effect @depth constraint…`, deepest last. */
const shape = (cascades: readonly Cascade[]): string[] =>
  cascades.map(({ object, effect, depth, via }) => `${object} ${effect} @${depth} ${via.toSorted().join(" ")}`).toSorted();

test.each([
  [
    "delete from c.top where id = 1",
    ["c.bottom delete @2 bottom_l bottom_r", "c.leaf modify @3 leaf_b", "c.lft delete @1 lft_top", "c.rgt delete @1 rgt_top"],
  ],
  ["delete from c.users where id < 3", ["c.pairs modify @1 pairs_a pairs_b"]],
  ["delete from c.users", ["c.pairs modify @1 pairs_a pairs_b"]],
  ["delete from c.tree where id = 1", ["c.tagged delete @1 tagged_t", "c.tree delete @1 tree_up"]],
  ["delete from c.tree where id in (3, 5)", ["c.tagged delete @1 tagged_t", "c.tree delete @1 tree_up"]],
  // Round by others, the target comes back as far away as the circle is long.
  ["delete from c.x where id = 4", ["c.x delete @3 x_y", "c.y delete @2 y_z", "c.z delete @1 z_x"]],
  ["delete from c.y where id = 7", ["c.x delete @1 x_y", "c.y delete @3 y_z", "c.z delete @2 z_x"]],
  // The short way counts, for what comes after as well.
  ["delete from c.l0 where id = 1", ["c.l1 delete @1 l1_l0", "c.l2 delete @1 l2_l0 l2_l1", "c.l3 delete @2 l3_l2", "c.l4 modify @3 l4_l3"]],
  ["delete from c.both where id = 2", ["c.both delete @1 both_n", "c.both modify @1 both_m"]],
  ["update c.upd set id = id + 10 where id < 3", ["c.ua modify @1 ua_u ua_w"]],
  // A changed key goes on as far as what it changes is referred to; what an earlier key has moved away, a later one does not find.
  [
    "update c.k0 set id = 1000 where id = 20",
    [
      "c.k1 modify @1 k1_k0",
      "c.k2 modify @2 k2_k1",
      "c.k3 modify @3 k3_k2",
      "c.room modify @1 room_k0 room_up",
      "c.short modify @1 short_k0 short_k1",
    ],
  ],
  [
    "update c.k0 set id = id + 1000 where id between 10 and 30",
    [
      "c.k1 modify @1 k1_k0",
      "c.k2 modify @2 k2_k1",
      "c.k3 modify @3 k3_k2",
      "c.room modify @1 room_k0 room_up",
      "c.short modify @1 short_k0 short_k1",
    ],
  ],
  ["update c.k1 set n = n + 100 where k0 = 10", ["c.k2 modify @1 k2_k1", "c.k3 modify @2 k3_k2", "c.short modify @1 short_k1"]],
  // What a delete sets to NULL may be a key of its own.
  ["delete from c.k0 where id = 80", ["c.opt modify @1 opt_k0", "c.tied modify @2 tied_opt"]],
])("levels and ways of %s, each row once", async (text, expected) => {
  const found = await target.impact(text, { signal: new AbortController().signal, exact: true, countingMs: 10_000 });
  const { cascades, effects } = found.statements[0]!;
  expect(found.complete).toBe(true);
  expect(shape(cascades)).toEqual(expected);
  const { written } = await truthOf(client, text);
  const own = effects[0]!;
  for (const { object, effect, rows, paths } of cascades) {
    const { updated = 0, deleted = 0 } = written.get(object) ?? {};
    const target_ = object === own.object && effect === own.effect ? own.rows.value : 0;
    expect([object, rows.kind, rows.value + target_]).toEqual([object, "exact", effect === "delete" ? deleted : updated]);
    if (!paths) continue;
    // No way takes more than there is; what is set is set once by each key.
    const sum = paths.reduce((total, path) => total + path.rows.value, 0);
    expect(sum).toBeGreaterThanOrEqual(rows.value);
    if (effect === "modify") expect(sum).toBe(rows.value);
    for (const path of paths) expect(path.rows.value).toBeLessThanOrEqual(effect === "delete" ? rows.value : sum);
  }
});

test("of two ways each says what it takes along", async () => {
  const { statements } = await target.impact("delete from c.top where id = 1", {
    signal: new AbortController().signal,
    exact: true,
    countingMs: 10_000,
  });
  const { paths } = statements[0]!.cascades.find(({ object }) => object === "c.bottom")!;
  const count = async (join: string): Promise<number> =>
    (await client.query(`select count(*)::int as n from c.bottom b join ${join} where s.top = 1`)).rows[0].n;
  expect(new Map(paths!.map(({ constraint, rows }) => [constraint, rows.value]))).toEqual(
    new Map([
      ["bottom_l", await count("c.lft s on s.id = b.l")],
      ["bottom_r", await count("c.rgt s on s.id = b.r")],
    ]),
  );
});
