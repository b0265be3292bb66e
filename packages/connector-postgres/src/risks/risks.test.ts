import { expect, test } from "vitest";
import type { Catalog, CatalogRelation, SessionFacts } from "../catalog-model.ts";
import { draftStatement } from "../draft-statement.ts";
import type { PlanFacts } from "../explain.ts";
import { statementTrees } from "../statement-tree.ts";
import { titleOf } from "../title.ts";
import { unwrap } from "../tree.ts";
import { findRisks } from "./index.ts";

const big: CatalogRelation = {
  oid: 1,
  schema: "s",
  name: "big",
  kind: "r",
  tuples: 500_000,
  pages: 9_000,
  rowSecurity: false,
  partition: false,
  system: false,
  columns: [],
  partitionKey: [],
};
const catalog = { byName: new Map([["s.big", big]]) } as unknown as Catalog;
const facts: SessionFacts = { role: "r", path: ["s"], readsAlike: true };
const plan = (part: Partial<PlanFacts>): PlanFacts => ({
  root: {},
  cost: 1,
  node: "",
  rows: 1,
  writes: [],
  seqScans: [],
  reads: new Map(),
  touched: [],
  cartesian: false,
  ...part,
});

function codes(text: string, planned?: Partial<PlanFacts>, rewrites: string[] = []): string[] {
  const place = statementTrees(text).statements[0]!;
  const [type, body] = unwrap(place.tree)!;
  const draft = draftStatement(place, titleOf(place.tree), "read");
  draft.rewrites = rewrites;
  if (planned) draft.planned = plan(planned);
  return findRisks({ type, body, tree: place.tree!, draft, catalog, facts }).map((risk) => risk.code);
}

test.each([
  ["delete from big", ["missing-where"]],
  ["update big set a = 1", ["missing-where"]],
  ["delete from big using x where big.a = x.a", []],
  ["delete from big using x", []],
  ["delete from big where id = 1", []],
  ["delete from big where true", ["always-true-where"]],
  ["delete from big where 1 = 1", ["always-true-where"]],
  ["delete from big where id = id", ["always-true-where"]],
  ["update big set a = 1 where id = 1 or 2 >= 2", ["always-true-where"]],
  ["delete from big where 1 = 2", []],
  ["delete from big where id = 1 and true", []],
  ["create index on big (a)", ["blocking-index"]],
  ["create index concurrently on big (a)", []],
  ["drop index i", ["blocking-index-drop"]],
  ["drop index concurrently i", []],
  ["alter table big add foreign key (a) references x", ["foreign-key-without-not-valid"]],
  ["alter table big add foreign key (a) references x not valid", []],
  ["alter table big add check (a > 0)", ["check-without-not-valid"]],
  ["alter table big alter a set not null", ["not-null-scan"]],
  ["alter table big alter a drop not null", []],
  ["commit", ["guarded-transaction"]],
])("%s → %j", (text, expected) => {
  expect(codes(text)).toEqual(expected);
});

test("a filtered read of a whole large table is a risk, an unfiltered or a small one is not", () => {
  expect(codes("select 1 from s.big where a = 1", { seqScans: [{ object: "s.big", rows: 10, filtered: true }] })).toEqual([
    "sequential-scan",
  ]);
  expect(codes("select 1 from s.big where a = 1", { seqScans: [{ object: "s.big", rows: 400_000, filtered: true }] })).toEqual([]);
  expect(codes("select 1 from s.big", { seqScans: [{ object: "s.big", rows: 500_000, filtered: false }] })).toEqual([]);
  expect(codes("select 1 from s.x where a = 1", { seqScans: [{ object: "s.x", rows: 10, filtered: true }] })).toEqual([]);
});

test("everything of a large table into the browser is a risk", () => {
  expect(codes("select * from s.big", { rows: 500_000 })).toEqual(["unlimited-select"]);
  expect(codes("select * from s.big limit 10", { rows: 500_000 })).toEqual([]);
  expect(codes("select * from s.big", { rows: 5_000 })).toEqual([]);
  expect(codes("select count(*) from s.big", { rows: 1 })).toEqual([]);
});

test("joins without a condition and rewrites are risks", () => {
  expect(codes("select 1 from a, b", { cartesian: true })).toEqual(["cartesian-join"]);
  expect(codes("alter table s.big alter a type text", undefined, ["s.big"])).toEqual(["table-rewrite"]);
});
