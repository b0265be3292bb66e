import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openStage, POLICY, type Stage } from "./command-stage.ts";

/**
 * Every way found so far to carry a masked value past the mask (I7). The row carried is made of words that appear nowhere else, so that any
 * letter of it is found in whatever guise it comes. What tells one bit of a value at a time (an ORDER BY, a WHERE) is a limit, and documented.
 */
const SCENE = `
INSERT INTO payments.customers VALUES (777, 'Zebra Quux', 'zebra.quux@umbrella.test', '4000056655665556');
CREATE VIEW payments.people AS SELECT id, email AS address, full_name AS called FROM payments.customers;
CREATE MATERIALIZED VIEW payments.people_kept AS SELECT id, full_name AS called, email AS address FROM payments.customers;
CREATE TABLE payments.clients (id int, full_name text, email text) PARTITION BY RANGE (id);
CREATE TABLE payments.clients_new PARTITION OF payments.clients FOR VALUES FROM (0) TO (1000);
INSERT INTO payments.clients SELECT id, full_name, email FROM payments.customers;
CREATE TABLE payments.ancestors (id int, full_name text);
CREATE TABLE payments.heirs () INHERITS (payments.ancestors);
INSERT INTO payments.heirs SELECT id, full_name FROM payments.customers;
CREATE FUNCTION payments.name_of(who int) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT full_name FROM payments.customers WHERE id = who';
CREATE FUNCTION payments.names() RETURNS TABLE (called text) LANGUAGE sql STABLE AS 'SELECT full_name FROM payments.customers';
CREATE FUNCTION payments.shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'was %', OLD.full_name; RETURN NEW; END $$;
CREATE TABLE payments.loud (id int PRIMARY KEY, full_name text UNIQUE CHECK (id < 1000), n int);
INSERT INTO payments.loud SELECT id, full_name, 0 FROM payments.customers;
CREATE TRIGGER shout BEFORE UPDATE ON payments.loud FOR EACH ROW EXECUTE FUNCTION payments.shout();
ANALYZE;
`;

/** A name is no detector's business: only lineage hides it. */
const RULES = POLICY.replace(
  "columns: [payments.customers.email, payments.customers.card_number]",
  "columns: [payments.customers.*, payments.clients.full_name, payments.ancestors.full_name, payments.loud.full_name]",
);

const hex = (text: string): string => Buffer.from(text).toString("hex");
const WORDS = ["zebra", "quux", "umbrella", "40000566", "55665556"];
const GUISES = [
  ...WORDS,
  ...WORDS.map((word) => [...word].toReversed().join("")),
  ...WORDS.map(hex),
  ...["Zebra Quux", "zebra.quux@umbrella.test", "4000056655665556"].map((text) => Buffer.from(text).toString("base64").slice(0, 14)),
];
const LEAK = new RegExp(GUISES.map((guise) => guise.replaceAll(/[+/]/g, "\\$&")).join("|"), "i");

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(RULES);
  await stage.target.query(SCENE);
});
afterAll(() => stage.dispose());

/** Everything anybody is shown of a text that is proposed and agreed to by whoever is asked, as one string. */
async function shown(text: string): Promise<{ state: string; all: string }> {
  const input = {
    principal: stage.people.oncall,
    roomId: stage.room.id,
    connectionId: stage.connectionId,
    text,
    authors: [],
    maxRows: 100,
  };
  const proposed = await stage.commands.propose(input);
  if (!proposed.ok) return { state: proposed.code, all: JSON.stringify(proposed) };
  const { id, state } = proposed.value;
  if (state === "awaiting_review") for (const who of ["reviewer", "reviewer2"] as const) await stage.approve(who, proposed.value);
  const ended = await stage.until(id);
  const results = await Promise.all(
    (ended.execution?.results ?? []).map(async ({ statement }) =>
      (await stage.call("oncall", "GET", `/commands/${id}/result?statement=${statement}`)).text(),
    ),
  );
  const told = stage.told.filter((message) => message.type === "command" && message.command.id === id);
  // Of a time the last digits are by chance any number's, a card's too.
  const round = (key: string, value: unknown): unknown => (key === "tookMs" ? Math.round(Number(value)) : value);
  return { state: ended.state, all: [JSON.stringify([ended, told], round), ...results].join("\n") };
}

const C = "FROM payments.customers c WHERE id = 777";
describe("I7: what is masked stays masked when it is", () => {
  test.each([
    ["renamed", `SELECT full_name AS id ${C}`],
    ["dressed as an address", `SELECT 'a@b.' || split_part(full_name, ' ', 1), 'a@b.' || split_part(full_name, ' ', 2) ${C}`],
    ["quoted and commented", `SELECT/**/c."full_name"--x\n, U&"full\\005fname" ${C}`],
    ["a whole row", `SELECT c ${C}`],
    ["a whole row as text", `SELECT c::text ${C}`],
    ["asked of a row like a function", `SELECT full_name(c), (c).full_name ${C}`],
    ["a table", "TABLE payments.customers"],
    ["in a subquery", `SELECT (SELECT full_name ${C})`],
    ["in a CTE", `WITH x AS MATERIALIZED (SELECT full_name AS y ${C}) SELECT y FROM x`],
    [
      "in a recursive CTE",
      `WITH RECURSIVE x(n, y) AS (SELECT 1, full_name ${C} UNION ALL SELECT n + 1, y FROM x WHERE n < 3) SELECT y FROM x`,
    ],
    ["in a union's second half", `SELECT 'a' UNION ALL SELECT full_name ${C}`],
    ["in VALUES", `VALUES ((SELECT full_name ${C}))`],
    ["lateral", `SELECT v FROM payments.customers c, LATERAL (VALUES (c.full_name)) k(v) WHERE id = 777`],
    ["joined with USING", `SELECT full_name FROM (SELECT full_name ${C}) a JOIN (SELECT full_name ${C}) b USING (full_name)`],
    ["joined naturally", `SELECT * FROM (SELECT full_name ${C}) a NATURAL JOIN (SELECT full_name ${C}) b`],
    ["in JSON", `SELECT to_json(c), row_to_json(c), json_build_object('a', full_name), jsonb_agg(c) OVER () ${C}`],
    ["in JSON's values", `SELECT e.value FROM payments.customers c, jsonb_each_text(to_jsonb(c)) e WHERE id = 777`],
    ["in SQL/JSON", `SELECT JSON_OBJECT('a': full_name), JSON_ARRAY(full_name), JSON_ARRAYAGG(full_name) OVER () ${C}`],
    [
      "in a JSON table",
      `SELECT j.* FROM payments.customers c, JSON_TABLE(to_jsonb(c), '$' COLUMNS (a text PATH '$.full_name')) j WHERE id = 777`,
    ],
    ["in XML", `SELECT xmlelement(name a, full_name), xmlforest(full_name) ${C}`],
    ["in an array", `SELECT ARRAY[full_name], ARRAY(SELECT full_name ${C}) ${C}`],
    ["unnested", `SELECT unnest(ARRAY[full_name]), regexp_split_to_table(full_name, '') ${C}`],
    ["aggregated", `SELECT string_agg(full_name, ','), array_agg(full_name), max(full_name), min(full_name) ${C}`],
    [
      "ordered-set aggregated",
      `SELECT mode() WITHIN GROUP (ORDER BY full_name), percentile_disc(0.5) WITHIN GROUP (ORDER BY full_name) ${C}`,
    ],
    ["in a window", `SELECT first_value(full_name) OVER (), lag(full_name, 0) OVER (ORDER BY id) ${C}`],
    ["grouped", `SELECT full_name, count(*) ${C} GROUP BY ROLLUP (full_name)`],
    ["encoded", `SELECT encode(full_name::bytea, 'hex'), encode(full_name::bytea, 'base64'), reverse(full_name), upper(full_name) ${C}`],
    ["concatenated", `SELECT 'a' || full_name, concat(full_name, 1), format('%s', full_name), full_name || id ${C}`],
    [
      "cut up",
      `SELECT left(full_name, 3), substr(full_name, 2), split_part(full_name, ' ', 1), overlay(full_name placing 'x' from 1) ${C}`,
    ],
    [
      "chosen",
      `SELECT CASE WHEN id > 0 THEN full_name END, COALESCE(NULL, full_name), NULLIF(full_name, ''), GREATEST(full_name, '') ${C}`,
    ],
    ["a view's column", "SELECT called, address FROM payments.people WHERE id = 777"],
    ["a materialised view's column", "SELECT called, address FROM payments.people_kept WHERE id = 777"],
    ["a partition's column", "SELECT full_name FROM payments.clients_new WHERE id = 777"],
    ["a child table's column", "SELECT full_name FROM payments.heirs WHERE id = 777"],
    ["what a function returns", "SELECT payments.name_of(777)"],
    ["what a function's table holds", "SELECT * FROM payments.names()"],
    ["in an error of a cast", `SELECT full_name::int, email::uuid ${C}`],
    ["in an error of a cast in WHERE", `SELECT 1 ${C} AND full_name::date IS NULL`],
    ["in an error about a relation", `SELECT full_name::regclass ${C}`],
    ["in an error about JSON", `SELECT ('{' || full_name)::json ${C}`],
    ["in an error about a pattern", `SELECT 'a' ~ ('(' || full_name) ${C}`],
    ["in an error about XML", `SELECT xmlparse(document '<' || full_name) ${C}`],
    ["in an error about an array", `SELECT ('{' || full_name)::int[] ${C}`],
    ["in an error about a setting", `SELECT set_config('work_mem', full_name, true) ${C}`],
    ["in an error about a time zone", `SELECT now() AT TIME ZONE full_name ${C}`],
    ["in an error about a unit", `SELECT date_trunc(full_name, now()) ${C}`],
    ["in an error about an encoding", `SELECT convert_to('x', full_name) ${C}`],
    ["in an error about a setting's name", `SELECT set_config(full_name, 'x', true), current_setting(full_name) ${C}`],
    ["in an error about a setting that is not", `SELECT current_setting(full_name) ${C}`],
    ["in an error about a path", `SELECT jsonb_path_query('{}', full_name::jsonpath) ${C}`],
    ["in an error about a search", `SELECT to_tsquery('simple', full_name) ${C}`],
    ["in an error about a format", `SELECT to_date('x', full_name), to_date(full_name, 'YYYY') ${C}`],
    ["in an error about a size", `SELECT pg_size_bytes(full_name) ${C}`],
    ["in an error about an identifier", `SELECT parse_ident(full_name) ${C}`],
    [
      "in an error about a privilege",
      `SELECT has_table_privilege(full_name, 'select'), has_table_privilege('payments.orders', full_name) ${C}`,
    ],
    ["in an error about a column", `SELECT pg_get_serial_sequence('payments.orders', split_part(full_name, ' ', 1)) ${C}`],
    ["in an error about a role", `SELECT full_name::regrole, full_name::regtype, full_name::regproc ${C}`],
    ["in an error about a range", `SELECT ('[' || full_name)::int4range ${C}`],
    ["in an error's own report", `SELECT * FROM pg_input_error_info((SELECT full_name ${C}), 'int')`],
    ["kept in a setting", `SELECT set_config('a.b', full_name, false) ${C}; SELECT current_setting('a.b')`],
    [
      "in a subquery that an outer column's name hides",
      `SELECT (SELECT full_name || '' FROM (SELECT full_name::text ${C}) q) FROM (SELECT 'x' AS full_name) o`,
    ],
    [
      "under the name a CASE gives",
      `SELECT (SELECT "case" || '' FROM (SELECT CASE WHEN true THEN full_name END ${C}) q) FROM (SELECT 'x' AS "case") o`,
    ],
    ["named like the alias of what stands nearer", `SELECT (SELECT full_name || '' FROM (SELECT 1 AS one) full_name) ${C}`],
    [
      "in a CTE that stands behind its reader",
      `WITH RECURSIVE a AS (SELECT relname || '' AS v FROM pg_class), pg_class AS (SELECT full_name AS relname ${C}) SELECT v FROM a`,
    ],
    [
      "kept in a setting for the length of a row",
      `SELECT current_setting('a.b') FROM (SELECT set_config('a.b', full_name, true) AS kept ${C} OFFSET 0) k WHERE kept <> ''`,
    ],
    [
      "kept in the name of the session",
      `SELECT (SELECT setting FROM pg_settings WHERE name = 'application_name' AND kept <> '') FROM (SELECT set_config('application_name', full_name, true) AS kept ${C} OFFSET 0) k`,
    ],
    [
      "kept in locks",
      `SELECT pg_advisory_xact_lock(n, ascii(substr(full_name, n, 1))) FROM payments.customers, generate_series(1, 10) n WHERE id = 777; SELECT string_agg(chr(objid::int), '' ORDER BY classid::bigint) FROM pg_locks WHERE locktype = 'advisory'`,
    ],
    [
      "kept in locks, asked by function",
      `SELECT pg_advisory_xact_lock(n, ascii(substr(full_name, n, 1))) FROM payments.customers, generate_series(1, 10) n WHERE id = 777; SELECT string_agg(chr(objid::int), '' ORDER BY classid::bigint) FROM pg_lock_status() WHERE locktype = 'advisory'`,
    ],
    [
      "in an error that seems to be about a constraint",
      `SELECT ('violates column "' || encode(lower(full_name)::bytea, 'hex') || '"')::int ${C}`,
    ],
    ["in an error's number", `SELECT get_byte('x'::bytea, substr(card_number, 1, 8)::int) ${C}`],
    ["in an error about a character", `SELECT chr(substr(card_number, 9, 8)::int) ${C}`],
    ["as a query to XML", "SELECT query_to_xml('SELECT full_name FROM payments.customers WHERE id = 777', true, false, '')"],
    ["as a table to XML", "SELECT table_to_xml('payments.customers', true, false, '')"],
    ["as words of a query", "SELECT word FROM ts_stat('SELECT to_tsvector(''simple'', full_name) FROM payments.customers')"],
    ["statistics", "SELECT most_common_vals::text, histogram_bounds::text FROM pg_stats WHERE tablename = 'customers'"],
    [
      "statistics' own table",
      "SELECT stavalues1::text, stavalues2::text FROM pg_statistic WHERE starelid = 'payments.customers'::regclass",
    ],
    ["copied out", `COPY (SELECT full_name ${C}) TO STDOUT`],
    ["prepared", `PREPARE p AS SELECT full_name ${C}; EXECUTE p`],
    ["fetched from a cursor", `BEGIN; DECLARE k CURSOR FOR SELECT full_name ${C}; FETCH ALL FROM k; COMMIT`],
    ["laid aside", `CREATE TEMP TABLE aside AS SELECT full_name AS x ${C}; SELECT x FROM aside`],
    ["selected into", `SELECT full_name AS x INTO TEMP aside2 ${C}; SELECT x FROM aside2`],
    [
      "laid aside for all",
      `CREATE TABLE payments.aside3 AS SELECT full_name AS x ${C}; SELECT x FROM payments.aside3; DROP TABLE payments.aside3`,
    ],
    [
      "laid aside behind a savepoint",
      `BEGIN; SAVEPOINT s; CREATE TABLE payments.aside4 AS SELECT full_name AS x ${C}; RELEASE s; SELECT x FROM payments.aside4; DROP TABLE payments.aside4; COMMIT`,
    ],
    [
      "called otherwise",
      "ALTER TABLE payments.customers RENAME full_name TO x; SELECT x FROM payments.customers WHERE id = 777; ALTER TABLE payments.customers RENAME x TO full_name",
    ],
    ["raised", `DO $$ BEGIN RAISE NOTICE '%', (SELECT full_name ${C}); END $$`],
    [
      "raised letter by letter",
      `DO $$ DECLARE l text; BEGIN /* q u x z e b r a */ FOREACH l IN ARRAY regexp_split_to_array((SELECT full_name ${C}), '') LOOP RAISE NOTICE 'l=%', reverse(l || (SELECT full_name ${C})); END LOOP; END $$`,
    ],
    [
      "raised as an error",
      `DO $$ BEGIN RAISE EXCEPTION 'x %', (SELECT full_name ${C}) USING DETAIL = (SELECT full_name ${C}), HINT = (SELECT full_name ${C}); END $$`,
    ],
    ["raised as an error's code", `DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = (SELECT upper(left(full_name, 5)) ${C}); END $$`],
    ["asserted", `DO $$ BEGIN ASSERT false, (SELECT full_name ${C}); END $$`],
    ["raised by a trigger", "UPDATE payments.loud SET n = 1 WHERE id = 777"],
    [
      "returned by a write",
      "UPDATE payments.loud SET n = 2 WHERE id = 777 RETURNING full_name, OLD.full_name AS a, NEW.full_name || 'x' AS b",
    ],
    ["returned by a write in a CTE", "WITH w AS (UPDATE payments.loud SET n = 3 WHERE id = 777 RETURNING full_name AS x) SELECT x FROM w"],
    [
      "returned by MERGE",
      "MERGE INTO payments.loud l USING (VALUES (777)) v(i) ON l.id = v.i WHEN MATCHED THEN UPDATE SET n = 4 RETURNING l.full_name",
    ],
    [
      "named by a broken uniqueness",
      "UPDATE payments.loud SET full_name = (SELECT full_name FROM payments.customers WHERE id = 777) WHERE id = 1",
    ],
    ["named by a broken check", "UPDATE payments.loud SET id = 5000 WHERE id = 777"],
    [
      "explained with what ran",
      `EXPLAIN (ANALYZE, VERBOSE) SELECT full_name ${C} AND full_name = (SELECT max(full_name) FROM payments.customers)`,
    ],
  ])("%s", async (_, text) => {
    const { state, all } = await shown(text);
    expect(all, state).not.toMatch(LEAK);
  });

  test("and the row is there to be found by whoever owns the target", async () => {
    const { rows } = await stage.target.query<{ leak: string }>(`SELECT c::text AS leak ${C}`);
    expect(rows[0]?.leak).toMatch(LEAK);
    expect((await shown(`SELECT id + 1 AS next, 'plain' AS word FROM payments.orders WHERE id = 1`)).all).toContain("plain");
  });
});
