import { bareStatement, type Effect, type ObjectEffect, type Rows, type Statement } from "@interlock/protocol";
import { expect, test } from "vitest";
import { definitionVerb, takenAlong } from "./definition-words.ts";
import { impactFacts } from "./impact-facts.ts";
import { statementSentence } from "./statement-sentence.ts";

const statement = (effect: Effect, title: string, part: Partial<Statement> = {}): Statement => ({
  ...bareStatement({ index: 0, start: 0, end: 1, text: "", title, effect }),
  ...part,
});
const on = (effect: Effect, object: string, value = 0, part: Partial<ObjectEffect> = {}): ObjectEffect => ({
  effect,
  object,
  kind: "table",
  rows: { value, kind: "exact" },
  ...part,
});
const sentence = (one: Statement) => {
  const { big, small } = statementSentence(one);
  return [big, ...small].join(" · ");
};
const grave = [{ object: "shop.orders", mode: "AccessExclusiveLock" }];
const facts = (one: Statement) =>
  impactFacts({ effect: one.effect, complete: true, tookMs: 1, warnings: [], statements: [one] }).map(
    ({ value, note }) => `${value} (${note})`,
  );

test("a drop says what is lost, and what goes with it is no absence of cascades", () => {
  const drop = statement("schema", "DROP TABLE orders", {
    effects: [
      on("schema", "shop.orders_id_seq", 0, { kind: "sequence" }),
      on("schema", "shop.orders", 200_000),
      on("schema", "shop.open_orders", 0, { kind: "view" }),
      on("schema", "shop.daily", 1_089, { kind: "materialized view" }),
      on("schema", "items_order_fkey on shop.items", 0, { kind: "table constraint" }),
    ],
    locks: grave,
  });
  expect(sentence(drop)).toBe("Drops shop.orders with 200,000 rows · DROP TABLE orders · exact count");
  expect(facts(drop)[0]).toBe("open_orders · daily +1 (dropped, too)");
  const held = [{ object: "shop.orders_id_seq", mode: "AccessExclusiveLock" }, ...grave];
  expect(facts({ ...drop, locks: held })[1]).toBe("blocks reads and writes of orders and 1 more (AccessExclusive)");
  expect(definitionVerb(drop, "shop.open_orders")).toBe("drops");
});

test("a dropped schema counts its tables, a dropped view does not speak of rows", () => {
  const schema = statement("schema", "DROP SCHEMA shop", {
    effects: [on("schema", "shop.status", 0, { kind: "type" }), on("schema", "shop.a", 4), on("schema", "shop.b", 6)],
  });
  expect(sentence(schema)).toBe("Drops 2 tables with 10 rows · DROP SCHEMA shop · exact count");
  const view = statement("schema", "DROP VIEW open", {
    effects: [on("schema", "shop.open", 0, { kind: "view" }), on("schema", "shop.daily", 9, { kind: "materialized view" })],
  });
  expect(sentence(view)).toBe("Drops view shop.open");
  expect(takenAlong(view).map(({ object }) => object)).toEqual(["shop.daily"]);
});

test("of ALTER TABLE the work on the whole table comes first, and who waits for it", () => {
  const alter = (part: Partial<Statement>) =>
    statement("schema", "ALTER TABLE orders", { effects: [on("schema", "shop.orders")], locks: grave, ...part });
  const meanwhile = "ALTER TABLE orders · blocks reads and writes meanwhile";
  expect(sentence(alter({ rewrites: ["shop.orders"] }))).toBe(`Writes all of shop.orders anew · ${meanwhile}`);
  expect(sentence(alter({ scans: ["shop.orders"] }))).toBe(`Reads all of shop.orders · ${meanwhile}`);
  expect(facts(alter({}))[2]).toBe("no rewrite, no scan (only definitions change)");
  const index = statement("schema", "CREATE INDEX ON orders", { effects: [on("schema", "shop.orders")], scans: ["shop.orders"] });
  expect(sentence(index)).toBe("CREATE INDEX ON orders · table shop.orders · reads all of orders");
});

test("a column that is dropped with CASCADE names what others miss, not its own parts", () => {
  const column = statement("schema", "ALTER TABLE orders", {
    effects: [
      on("schema", "shop.orders", 0, { columns: ["amount"] }),
      on("schema", "shop.orders.amount", 0, { kind: "table column" }),
      on("schema", "orders_amount_check on shop.orders", 0, { kind: "table constraint" }),
      on("schema", "shop.daily", 1_089, { kind: "materialized view" }),
    ],
    risks: [{ code: "drop-cascade", severity: "danger", message: "CASCADE takes along shop.daily" }],
  });
  expect(sentence(column)).toBe("ALTER TABLE orders · table shop.orders");
  expect(takenAlong(column).map(({ object }) => object)).toEqual(["shop.daily"]);
  expect(definitionVerb(column, "shop.orders")).toBe("redefines");
});

test("a branch that hits nothing does not hide the one that does", () => {
  const upsert = statement("modify", "INSERT flags", { effects: [on("append", "public.flags", 1), on("modify", "public.flags", 0)] });
  expect(sentence(upsert)).toBe("1 row into public.flags · exact count");
  const merge = statement("delete", "MERGE orders", {
    effects: [on("modify", "shop.orders", 18_197), on("delete", "shop.orders", 11_503), on("read", "shop.refunds", 29_700)],
  });
  expect(sentence(merge)).toBe("11,503 rows of shop.orders · changes 18,197 rows there, too · exact count");
});

test("what a function writes is the sentence of the SELECT that calls it, not what is read on the way", () => {
  const writes = [
    { object: "shop.orders", effect: "modify" as const, rows: { value: 1, kind: "estimate" } as Rows },
    { object: "ledger.audit", effect: "append" as const, rows: { value: 1, kind: "exact" } as Rows },
  ];
  const call = statement("modify", "SELECT orders", {
    effects: [on("read", "shop.orders", 200_000)],
    sideEffects: [
      { kind: "notify", name: "pg_notify", effect: "modify" },
      { kind: "function", name: "shop.charge", effect: "modify", writes },
      { kind: "sequence", name: "ledger.audit_id_seq", effect: "session" },
    ],
  });
  expect(sentence(call)).toBe("≈ 1 row of shop.orders · by function charge · estimate · and 1 more object");
  expect(facts(call)[3]).toBe("function charge +1 (writes orders ≈ 1, audit 1)");
});

test("what reaches outside, tells others or keeps them away is said in words", () => {
  const program = statement("privilege", "COPY customers TO", {
    effects: [on("read", "shop.customers")],
    sideEffects: [{ kind: "program", name: "COPY", effect: "privilege" }],
  });
  expect(sentence(program)).toBe("Runs a program on the database server · COPY customers TO · shop.customers");
  expect(facts(program)[0]).toBe("none ()");
  const notify = statement("modify", "NOTIFY", { sideEffects: [{ kind: "notify", name: "deploys", effect: "modify" }] });
  expect(sentence(notify)).toBe("Notify deploys");
  const lock = statement("session", "LOCK orders", { effects: [on("session", "shop.orders")], locks: grave });
  expect(sentence(lock)).toBe("Blocks reads and writes of shop.orders · until it ends");
});

test("of a read what comes back counts, and a cartesian join shows in it", () => {
  const step = (rows: number) => ({ depth: 0, node: "Nested Loop", cost: 1, rows });
  const read = (rows: number) =>
    statement("read", "SELECT orders", {
      effects: [on("read", "shop.orders", 196_000), on("read", "shop.customers", 50_000)],
      plan: { cost: 1, node: "Nested Loop", steps: [step(rows)] },
    });
  expect(sentence(read(9_797_900_000))).toBe("≈ 9,800,000,000 rows come back · from orders and customers · estimate");
  expect(sentence(read(1))).toBe("≈ 1 row comes back · from orders and customers · estimate");
});

test("what one trigger writes for several statements adds up", () => {
  const sideEffects = [
    {
      kind: "trigger" as const,
      name: "audit → ledger.audit",
      effect: "append" as const,
      writes: [{ object: "ledger.audit", effect: "append" as const, rows: { value: 12, kind: "exact" } as Rows }],
    },
  ];
  const statements = [0, 1].map((index) => ({ ...statement("modify", "UPDATE orders", { sideEffects }), index }));
  expect(impactFacts({ effect: "modify", complete: true, tookMs: 1, warnings: [], statements })[3]).toMatchObject({
    value: "trigger audit",
    note: "writes audit 24",
  });
});
