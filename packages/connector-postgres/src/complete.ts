import type { Completion } from "@interlock/protocol";
import { findRelation } from "./catalog.ts";
import type { Catalog, CatalogRelation, SessionFacts } from "./catalog-model.ts";
import { NON_VOLATILE_BUILTINS } from "./builtin-functions.data.ts";
import { COMMON_FUNCTIONS, KEYWORDS } from "./complete-words.ts";
import { aliasesAt, contextAt, type CompletionPlace } from "./complete-place.ts";

/** Most completions that are offered. */
const MOST = 200;

type Candidate = Omit<Completion, "start" | "end"> & { rank: number };

/** Completions at a UTF-16 offset, best first. Works on texts that do not parse, from tokens and the catalogue alone. */
export function completions(text: string, offset: number, catalog: Catalog, facts: SessionFacts): Completion[] {
  const place = contextAt(text, offset);
  if (!place) return [];
  const found = place.qualifier ? qualifiedCandidates(place, text, catalog, facts) : openCandidates(place, text, catalog, facts);
  const wanted = place.prefix.toLowerCase();
  const ranked = found
    .map((item) => ({ ...item, match: matchOf(item.label.toLowerCase(), wanted) }))
    .filter((item) => item.match < 3)
    .sort((a, b) => a.match - b.match || a.rank - b.rank || (a.label < b.label ? -1 : 1));
  const seen = new Set<string>();
  const items: Completion[] = [];
  for (const { rank: _rank, match: _match, ...item } of ranked) {
    const key = `${item.kind}/${item.insert}`;
    if (seen.has(key)) continue;
    seen.add(key);
    items.push({ ...item, start: place.start, end: place.end });
    if (items.length === MOST) break;
  }
  return items;
}

/** 0 starts with it, 1 a later word starts with it, 2 holds it, 3 does not match. */
function matchOf(label: string, wanted: string): number {
  if (wanted === "" || label.startsWith(wanted)) return 0;
  if (label.includes(`_${wanted}`)) return 1;
  return label.includes(wanted) ? 2 : 3;
}

/** Identifiers that need quotes get them. */
const written = (name: string): string => (/^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

const columnsOf = (relation: CatalogRelation, rank: number): Candidate[] =>
  relation.columns.map((column) => ({
    label: column.name,
    kind: "column",
    detail: `${column.type} · ${relation.name}`,
    insert: written(column.name),
    rank,
  }));

const relationCandidate = (relation: CatalogRelation, insert: string, rank: number): Candidate => ({
  label: relation.name,
  kind: relation.kind === "v" || relation.kind === "m" ? "view" : "table",
  detail: relation.schema,
  insert,
  rank,
});

function qualifiedCandidates(place: CompletionPlace, text: string, catalog: Catalog, facts: SessionFacts): Candidate[] {
  const [first, second] = place.qualifier!;
  if (second !== undefined) {
    const relation = catalog.byName.get(`${first}.${second}`);
    return relation ? columnsOf(relation, 0) : [];
  }
  const alias = aliasesAt(text, place).find((item) => item.alias === first);
  const relation = alias && findRelation(catalog, facts, alias.ref);
  if (relation) return columnsOf(relation, 0);
  const inSchema: Candidate[] = [];
  for (const candidate of catalog.relations.values())
    if (candidate.schema === first) inSchema.push(relationCandidate(candidate, written(candidate.name), candidate.partition ? 1 : 0));
  for (const fn of catalog.functions.values())
    if (fn.schema === first) inSchema.push({ label: fn.name, kind: "function", insert: `${written(fn.name)}(`, rank: 2 });
  if (inSchema.length > 0) return inSchema;
  const named = findRelation(catalog, facts, { name: first! });
  return named ? columnsOf(named, 0) : [];
}

function openCandidates(place: CompletionPlace, text: string, catalog: Catalog, facts: SessionFacts): Candidate[] {
  const found: Candidate[] = [];
  const wantsTable = place.wants === "table";
  const path = new Set(facts.path);
  for (const relation of catalog.relations.values()) {
    if (relation.system || relation.kind === "S") continue;
    const insert = path.has(relation.schema) ? written(relation.name) : `${written(relation.schema)}.${written(relation.name)}`;
    found.push(relationCandidate(relation, insert, (wantsTable ? 0 : 4) + (relation.partition ? 1 : 0)));
  }
  for (const schema of catalog.schemas)
    found.push({ label: schema, kind: "schema", insert: `${written(schema)}.`, rank: wantsTable ? (schema.startsWith("pg_") ? 3 : 0) : 5 });
  if (!wantsTable) {
    for (const { alias, ref } of aliasesAt(text, place)) {
      const relation = findRelation(catalog, facts, ref);
      if (relation) found.push(...columnsOf(relation, 0));
      if (alias !== ref.name) found.push({ label: alias, kind: "table", detail: ref.name, insert: written(alias), rank: 1 });
    }
    for (const fn of catalog.functions.values()) {
      if (fn.returnsTrigger) continue;
      found.push({
        label: fn.name,
        kind: "function",
        detail: fn.schema,
        insert: `${path.has(fn.schema) ? "" : `${written(fn.schema)}.`}${written(fn.name)}(`,
        rank: 3,
      });
    }
    for (const name of place.prefix.length >= 3 ? NON_VOLATILE_BUILTINS : COMMON_FUNCTIONS)
      found.push({ label: name, kind: "function", insert: `${name}(`, rank: COMMON_FUNCTIONS.has(name) ? 3 : 6 });
  }
  const keywords = { statement: 0, clause: -1, table: 3, any: 3 }[place.wants];
  // Of two keywords the one that is listed first is meant more often.
  for (const [order, word] of KEYWORDS.entries())
    found.push({ label: word, kind: "keyword", insert: word, rank: keywords + order / 1_000 });
  return found;
}
