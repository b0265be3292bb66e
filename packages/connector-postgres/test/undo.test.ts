import { CAPTURE_LIMITS, type Target, type RowsImage, type UndoImage } from "@interlock/connector";
import { startTestPostgres, type TestPostgres } from "@interlock/db/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { postgres } from "../src/index.ts";
import { recordingSink, requestFor, sql } from "./execute-harness.ts";

const SCHEMA = `
DROP SCHEMA IF EXISTS u CASCADE; CREATE SCHEMA u;
CREATE TYPE u.mood AS ENUM ('calm', 'tired');
CREATE TABLE u.people (id int PRIMARY KEY, name text NOT NULL, born date, score float8, mood u.mood DEFAULT 'calm', tags text[], extra jsonb,
  shout text GENERATED ALWAYS AS (upper(name)) STORED, raw bytea, padded char(5), seen timestamptz, took interval);
CREATE TABLE u.orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id int NOT NULL REFERENCES u.people ON DELETE CASCADE, note text);
CREATE TABLE u.items (order_id int REFERENCES u.orders ON DELETE CASCADE, line int, sku text, PRIMARY KEY (order_id, line));
CREATE TABLE u.refunds (id int PRIMARY KEY, order_id int REFERENCES u.orders ON DELETE SET NULL, amount numeric(12, 2));
CREATE TABLE u.badges (id int PRIMARY KEY, person_id int DEFAULT 1 REFERENCES u.people ON DELETE SET DEFAULT);
CREATE TABLE u.nodes (id int PRIMARY KEY, parent_id int REFERENCES u.nodes ON DELETE CASCADE);
CREATE TABLE u.events (id int, day date, kind text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE u.events_a PARTITION OF u.events FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE u.events_b PARTITION OF u.events FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
CREATE TABLE u.log (id serial PRIMARY KEY, line text);
CREATE TABLE u.watched (id int PRIMARY KEY, v int);
CREATE TABLE u.tree (id int PRIMARY KEY, up int REFERENCES u.tree ON DELETE SET NULL) PARTITION BY RANGE (id);
CREATE TABLE u.tree_low PARTITION OF u.tree FOR VALUES FROM (0) TO (10);
CREATE TABLE u.tree_high PARTITION OF u.tree FOR VALUES FROM (10) TO (100);
CREATE TABLE u.kept (id int PRIMARY KEY);
CREATE FUNCTION u.keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER keep BEFORE DELETE ON u.kept FOR EACH ROW EXECUTE FUNCTION u.keep();
CREATE TABLE u.keyless (v int);
CREATE TABLE u.stamped (id int PRIMARY KEY, v int, changed timestamptz);
CREATE FUNCTION u.log_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO u.log (line) VALUES (TG_OP); RETURN NULL; END $$;
CREATE TRIGGER watch AFTER UPDATE OR DELETE ON u.watched FOR EACH ROW EXECUTE FUNCTION u.log_it();
CREATE FUNCTION u.stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.changed := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE UPDATE ON u.stamped FOR EACH ROW EXECUTE FUNCTION u.stamp();
INSERT INTO u.people (id, name, born, score, mood, tags, extra, raw, padded, seen, took) SELECT n, E'O''Brien \\\\ "x" ' || n, date '2000-01-01' + n, n / 3.0,
  'tired', ARRAY['a,b', NULL, '{"'], '{"k": [1, null]}', '\\x00ff', 'ab', timestamptz '2026-03-29 01:30+01' + n * interval '1 hour 0.000001 s', n * interval '1 mon 2 days 3.5 s'
  FROM generate_series(1, 20) n;
INSERT INTO u.people (id, name) VALUES (21, U&'\\FEFFmark'), (22, '');
INSERT INTO u.orders (person_id, note) SELECT 1 + n % 20, CASE WHEN n % 3 = 0 THEN NULL ELSE 'n' || n END FROM generate_series(1, 60) n;
INSERT INTO u.items SELECT 1 + n % 60, n, 'sku' FROM generate_series(1, 180) n;
INSERT INTO u.refunds SELECT n, n, n * 1.5 FROM generate_series(1, 30) n;
INSERT INTO u.badges SELECT n, n FROM generate_series(1, 20) n;
INSERT INTO u.nodes SELECT n, nullif(n / 2, 0) FROM generate_series(1, 31) n;
INSERT INTO u.events SELECT n, date '2026-01-01' + n, 'k' || n % 3 FROM generate_series(1, 300) n;
INSERT INTO u.watched SELECT n, n FROM generate_series(1, 5) n;
INSERT INTO u.stamped SELECT n, n FROM generate_series(1, 5) n;
INSERT INTO u.keyless VALUES (1), (2);
INSERT INTO u.tree SELECT n, CASE WHEN n > 3 THEN n - 3 END FROM generate_series(1, 20) n;
`;
const TABLES = ["people", "orders", "items", "refunds", "badges", "nodes", "events", "watched", "keyless", "stamped", "tree", "kept"];

let server: TestPostgres;
let target: Target;
beforeAll(async () => {
  server = await startTestPostgres();
  target = postgres.open({ connectionName: "u", secret: { read: server.url }, maskedColumns: () => [] });
});
afterAll(async () => {
  await target?.close();
  await server?.stop();
});
beforeEach(() => sql(server.url, SCHEMA));

const signal = new AbortController().signal;

/** Every table in full, each in the order of its rows' text. */
async function dump(tables = TABLES): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const table of tables)
    all[table] = (await sql(server.url, `SELECT t::text AS row FROM u.${table} t ORDER BY 1`)).map((row) => row["row"]);
  return all;
}

const promised = async (text: string) => {
  const { statements } = await target.impact(text, { signal, exact: true, countingMs: 5_000 });
  return statements.map(({ reversible }) => reversible);
};

async function capture(text: string): Promise<{ state: string; error?: unknown; image: RowsImage; rows: (string | null)[][] }> {
  let image: RowsImage = { tables: [] };
  const sink = { ...recordingSink(), captured: async (kept: UndoImage) => void (image = kept as RowsImage) };
  const outcome = await target.execute(await requestFor(server.url, text, { capture: CAPTURE_LIMITS }), sink, signal);
  return { state: outcome.state, error: outcome.error, image: structuredClone(image), rows: sink.results.flatMap((result) => result.rows) };
}

/** Puts back under a guard of what the undo's own impact says. */
async function undo(image: RowsImage, dryRun = false) {
  const { impact } = await target.foreseeUndo!(image, { signal, exact: true, countingMs: 5_000 });
  const approved = impact.statements.flatMap((statement) =>
    [...statement.effects, ...statement.cascades, ...statement.sideEffects.flatMap((effect) => effect.writes ?? [])].map(
      ({ object, rows }) => ({
        object,
        rows: rows.value,
      }),
    ),
  );
  return {
    impact,
    outcome: await target.undo!(image, { guard: { approved }, timeoutMs: 20_000, applicationName: "interlock:test", dryRun }, signal),
  };
}

describe("what is promised is put back to the last byte", () => {
  it.each([
    "DELETE FROM u.people WHERE id IN (2, 3, 4)",
    "DELETE FROM u.people WHERE id <> 1",
    "DELETE FROM u.orders WHERE id % 2 = 0",
    "DELETE FROM u.orders o USING u.people p WHERE p.id = o.person_id AND p.name LIKE '%5' RETURNING o.id, p.name",
    "DELETE FROM u.nodes WHERE id = 2",
    "DELETE FROM u.nodes WHERE id IN (2, 4, 5)",
    "DELETE FROM u.events WHERE kind = 'k1'",
    "DELETE FROM u.tree WHERE id IN (1, 4, 12)",
    "DELETE FROM u.tree_high",
    "DELETE FROM u.events_a WHERE kind = 'k1'",
    "WITH old_ones AS (SELECT id FROM u.people WHERE id > 1 AND born < '2000-01-10') DELETE FROM u.people p WHERE id IN (SELECT id FROM old_ones)",
    "UPDATE u.people SET name = name || '!', tags = '{}', extra = NULL, raw = NULL, padded = 'x', took = NULL, seen = now() WHERE id > 15",
    "UPDATE u.people p SET score = o.n FROM (SELECT person_id, count(*) AS n FROM u.orders GROUP BY 1) o WHERE o.person_id = p.id RETURNING *",
    "UPDATE u.events SET kind = 'z' WHERE day > '2026-06-01'",
    "UPDATE u.orders SET note = NULL",
    "UPDATE u.orders SET note = note WHERE id < 5",
    "INSERT INTO u.people (id, name) VALUES (100, 'new'), (101, 'newer') RETURNING id",
    "INSERT INTO u.orders (person_id, note) SELECT id, 'copied' FROM u.people WHERE id < 5",
    "INSERT INTO u.people AS p (id, name) VALUES (1, 'one'), (300, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name || p.name",
    "INSERT INTO u.people (id, name) VALUES (1, 'one'), (300, 'x') ON CONFLICT DO NOTHING",
    "MERGE INTO u.refunds r USING u.orders o ON o.id = r.order_id WHEN MATCHED AND o.id < 5 THEN DELETE WHEN MATCHED THEN UPDATE SET amount = 0 WHEN NOT MATCHED THEN INSERT VALUES (1000 + o.id, o.id, 7)",
    "DELETE FROM u.refunds WHERE id < 3; UPDATE u.refunds SET amount = amount + 1; INSERT INTO u.refunds VALUES (500, 1, 1); UPDATE u.refunds SET amount = 9 WHERE id = 500",
    "BEGIN; UPDATE u.people SET name = 'x' WHERE id = 2; DELETE FROM u.people WHERE id = 2; COMMIT",
    "SET DateStyle = 'German'; SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'iso_8601'; SET bytea_output = 'escape'; DELETE FROM u.people WHERE id BETWEEN 2 AND 9",
  ])("%s", async (text) => {
    const before = await dump();
    const told = await promised(text);
    // Before 18 the server does not say which rows it added and which it changed.
    if (server.version < 18 && /DO UPDATE|MERGE/.test(text)) return expect(told).toEqual(["no"]);
    expect(told.filter((word) => word === "partial")).toEqual([]);
    const { state, error, image } = await capture(text);
    expect(error).toBeUndefined();
    expect(state).toBe("succeeded");
    const { outcome } = await undo(image);
    expect(outcome.error).toBeUndefined();
    expect(outcome).toMatchObject({ state: "succeeded" });
    expect(await dump()).toEqual(before);
  });
});

describe("is said beforehand", () => {
  it.each([
    ["DELETE FROM u.watched WHERE id = 1", "partial"],
    ["INSERT INTO u.watched VALUES (9, 9)", "partial"],
    ["UPDATE u.stamped SET v = 0", "partial"],
    ["DELETE FROM u.keyless", "no"],
    ["UPDATE u.people SET id = id + 1000 WHERE id = 22", "no"],
    ["TRUNCATE u.items", "no"],
    ["DROP TABLE u.items", "no"],
    ["WITH d AS (DELETE FROM u.items RETURNING *) INSERT INTO u.log (line) SELECT sku FROM d", "no"],
    ["DELETE FROM u.items", "undo"],
  ])("%s: %s", async (text, word) => expect(await promised(text)).toEqual([word]));
});

it("puts back a hundred thousand rows", async () => {
  await sql(server.url, "INSERT INTO u.refunds SELECT n, NULL, n FROM generate_series(1000, 100999) n; ANALYZE u.refunds");
  const before = await dump(["refunds"]);
  expect(await promised("DELETE FROM u.refunds WHERE id >= 1000")).toEqual(["undo"]);
  const { image } = await capture("DELETE FROM u.refunds WHERE id >= 1000");
  expect((await undo(image)).outcome).toMatchObject({ state: "succeeded" });
  expect(await dump(["refunds"])).toEqual(before);
});

it("puts back what a trigger did not do, and leaves what it did, as announced", async () => {
  const before = await dump();
  const { image } = await capture("DELETE FROM u.watched WHERE id < 4");
  const { outcome } = await undo(image);
  expect(outcome.state).toBe("succeeded");
  expect(await dump()).toEqual(before);
  expect((await dump(["log"]))["log"]).toHaveLength(3);
});

it("the user's own RETURNING is shown and nothing else", async () => {
  const { rows } = await capture("UPDATE u.people SET name = 'q' WHERE id IN (1, 2) RETURNING id, name");
  expect(new Set(rows.map(String))).toEqual(new Set(["1,q", "2,q"]));
  expect((await capture("UPDATE u.people SET name = 'r' WHERE id = 1")).rows).toEqual([]);
});

describe("names conflicts row by row and changes nothing", () => {
  it.each<[string, string, { key: Record<string, string>; reason: string }[]]>([
    ["DELETE FROM u.nodes WHERE id IN (16, 17)", "INSERT INTO u.nodes VALUES (17, NULL)", [{ key: { id: "17" }, reason: "exists" }]],
    [
      "UPDATE u.refunds SET amount = 0 WHERE id < 5",
      "UPDATE u.refunds SET amount = 1 WHERE id = 2; DELETE FROM u.refunds WHERE id = 3",
      [
        { key: { id: "2" }, reason: "changed" },
        { key: { id: "3" }, reason: "gone" },
      ],
    ],
    [
      "INSERT INTO u.refunds VALUES (70, 1, 1), (71, 1, 1)",
      "UPDATE u.refunds SET amount = 2 WHERE id = 71",
      [{ key: { id: "71" }, reason: "changed" }],
    ],
    [
      "DELETE FROM u.items WHERE order_id IN (7, 8)",
      "DELETE FROM u.orders WHERE id = 7",
      [7, 67, 127].map((n) => n - 1).map((line) => ({ key: { order_id: "7", line: String(line) }, reason: "blocked" })),
    ],
  ])("%s, then %s", async (text, since, expected) => {
    const { image } = await capture(text);
    await sql(server.url, since);
    const before = await dump();
    const { outcome } = await undo(image);
    expect(outcome.error).toMatchObject({ code: "undo_conflict", message: expect.stringContaining("not as the run left them") });
    expect(outcome).toMatchObject({ state: "failed", conflictCount: expected.length });
    expect(
      outcome.conflicts!.map(({ key, reason }) => ({ key, reason })).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    ).toEqual(expected.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)));
    expect(await dump()).toEqual(before);
  });

  it("does not take rows along that were hung on an added row since, unless its impact said so", async () => {
    const { image } = await capture("INSERT INTO u.people (id, name) VALUES (200, 'x')");
    const { impact: stale } = await target.foreseeUndo!(image, { signal, exact: true, countingMs: 5_000 });
    expect(stale.statements[0]!.cascades.map(({ rows }) => rows.value)).toEqual(stale.statements[0]!.cascades.map(() => 0));
    await sql(server.url, "INSERT INTO u.orders (person_id) VALUES (200)");
    const approved = [{ object: "u.people", rows: 1 }];
    const outcome = await target.undo!(image, { guard: { approved }, timeoutMs: 5_000, applicationName: "interlock:test" }, signal);
    expect(outcome).toMatchObject({ state: "rolled_back", guard: [{ object: "u.orders", approved: 0, actual: 1 }] });
    const { impact } = await undo(image, true);
    expect(impact.statements[0]!.cascades).toContainEqual(
      expect.objectContaining({ object: "u.orders", rows: { value: 1, kind: "exact" } }),
    );
  });

  it("notices a trigger that drops what is put back", async () => {
    const { image } = await capture("INSERT INTO u.kept VALUES (1), (2)");
    const { outcome } = await undo(image);
    expect(outcome).toMatchObject({ state: "failed", conflictCount: 2, conflicts: [{ reason: "blocked" }, { reason: "blocked" }] });
  });

  it("is not taken in by a table that was made anew", async () => {
    const { image } = await capture("DELETE FROM u.items WHERE order_id = 3");
    await sql(server.url, "ALTER TABLE u.items RENAME TO items_old; CREATE TABLE u.items (LIKE u.items_old INCLUDING ALL)");
    expect((await undo(image)).outcome).toMatchObject({ state: "failed", error: { code: "targets_changed" } });
  });
});

describe("a promise that cannot be kept rolls the run back", () => {
  it("rows another trigger writes to the same table", async () => {
    await sql(
      server.url,
      `CREATE FUNCTION u.more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE u.refunds SET amount = 0 WHERE id = 30; RETURN NULL; END $$;
       CREATE TRIGGER more AFTER DELETE ON u.refunds EXECUTE FUNCTION u.more()`,
    );
    const before = await dump();
    const ran = await capture("DELETE FROM u.refunds WHERE id = 1");
    expect(ran).toMatchObject({ state: "failed", error: { code: "undo_lost" } });
    expect(await dump()).toEqual(before);
  });

  it("numbers that would be shortened", async () => {
    expect(await capture("SET extra_float_digits = 0; DELETE FROM u.refunds")).toMatchObject({
      state: "failed",
      error: { code: "undo_lost" },
    });
    expect((await dump())["refunds"]).toHaveLength(30);
  });

  it("more rows than are kept", async () => {
    const sink = recordingSink();
    const request = await requestFor(server.url, "DELETE FROM u.items", { capture: { maxRows: 10, maxBytes: 1_000_000 } });
    expect(await target.execute(request, sink, signal)).toMatchObject({ state: "failed", error: { code: "undo_lost" } });
    expect((await dump())["items"]).toHaveLength(180);
  });

  it("the place to keep them says no", async () => {
    const sink = { ...recordingSink(), captured: () => Promise.reject(new Error("disk full")) };
    const request = await requestFor(server.url, "DELETE FROM u.items", { capture: CAPTURE_LIMITS });
    expect((await target.execute(request, sink, signal)).state).toBe("failed");
    expect((await dump())["items"]).toHaveLength(180);
  });
});

describe("a dry run", () => {
  it("counts, says what it does not take back, and changes nothing", async () => {
    const before = await dump();
    const request = await requestFor(server.url, "DELETE FROM u.people WHERE id IN (2, 3, 4); INSERT INTO u.log (line) VALUES ('x')", {
      dryRun: true,
    });
    const outcome = await target.execute(request, recordingSink(), signal);
    expect(outcome.error).toBeUndefined();
    expect(outcome).toMatchObject({ state: "succeeded" });
    expect(outcome.affected).toContainEqual({ object: "u.people", inserted: 0, updated: 0, deleted: 3 });
    expect(outcome.notTakenBack!.join("\n")).toContain("u.log_id_seq");
    expect(await dump()).toEqual(before);
  });

  it("is refused for what cannot run in a transaction", async () => {
    const request = await requestFor(server.url, "VACUUM u.people", { dryRun: true });
    expect(await target.execute(request, recordingSink(), signal)).toMatchObject({ state: "failed" });
  });

  it("of an undo puts nothing back", async () => {
    const { image } = await capture("DELETE FROM u.items WHERE order_id = 3");
    const before = await dump();
    expect((await undo(image, true)).outcome).toMatchObject({ state: "succeeded", affected: [{ object: "u.items", inserted: 3 }] });
    expect(await dump()).toEqual(before);
  });
});

it("rows that chance picks are not promised back where they must be read beforehand", async () => {
  expect(await promised("DELETE FROM u.people WHERE random() < 0.5")).toEqual(["no"]);
  expect(await promised("DELETE FROM u.badges WHERE random() < 0.5")).not.toEqual(["no"]);
  const [update] = await promised("UPDATE u.badges SET person_id = 1 WHERE random() < 0.5");
  expect(update === "no").toBe(server.version < 18);
});
