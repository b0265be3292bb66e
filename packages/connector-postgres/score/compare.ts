import { EFFECTS, type Effect } from "@interlock/protocol";
import type { Claim, Figure } from "./claim.ts";
import type { Before, Truth, Written } from "./truth.ts";

export type FigureName = "unsafe" | "exact" | "locks" | "rewrites" | "unknown" | "incomplete" | "willFail";

/** One way in which an impact and the server disagree. */
export interface Miss {
  figure: FigureName;
  /** In words, predicted and true side by side. */
  detail: string;
}

export interface Compared {
  misses: Miss[];
  /** Objects whose figures were claimed exact, and those of them that were. */
  claimedExact: number;
  wereExact: number;
  /** Strongest effect that the server shows. */
  truly: Effect;
}

/** Relations impacts speak of: no indexes, no TOAST. */
const SPOKEN = new Set(["r", "p", "v", "m", "f", "S"]);
const rank = (effect: Effect): number => EFFECTS.indexOf(effect);

/** Holds an impact against what the server did. A refused statement did nothing, so nothing of it can be missed. */
export function compare(claim: Claim, truth: Truth, before: ReadonlyMap<number, Before>): Compared {
  const misses: Miss[] = [];
  const miss = (figure: FigureName, detail: string): void => void misses.push({ figure, detail });
  if (claim.effect === "unknown") miss("unknown", "the effect is unknown");
  if (!claim.complete) miss("incomplete", "complete is false");
  if (truth.refused) return { misses, claimedExact: 0, wereExact: 0, truly: "read" };
  if (claim.willFail.length > 0) miss("willFail", `said to fail with ${claim.willFail.join(", ")}, and did not`);

  const truly = strongestOf(truth, before);
  if (rank(claim.effect) < rank(truly)) miss("unsafe", `the effect was called ${claim.effect}, the server shows ${truly}`);
  const open = claim.effect === "unknown" || !claim.complete;
  const relations = new Map([...before.values()].map((relation) => [relation.name, relation]));
  const charged = charge(claim, truth, relations);
  if (!open) {
    for (const [object, written] of charged)
      if (!claim.named.has(object)) miss("unsafe", `${object} was written (${words(written)}) and is not named`);
    const gone = new Set(truth.gone.filter((relation) => relation.kind === "p").map((relation) => relation.name));
    for (const relation of truth.gone.filter((item) => SPOKEN.has(item.kind)))
      // Partitions are charged to the table they go with.
      if (!claim.named.has(relation.name) && !relation.ancestors.some((above) => gone.has(above) && claim.named.has(above)))
        miss("unsafe", `${relation.name} is gone and was not named`);
    for (const relation of exclusive(truth))
      if (!isLockNamed(claim, relation)) miss("unsafe", `${relation.name} was locked AccessExclusiveLock, which was not named`);
  }
  compareLocks(claim, truth, relations, miss);
  compareRewrites(claim, truth, relations, miss);
  const { claimedExact, wereExact } = compareRows(claim, truth, charged, relations, miss);
  return { misses, claimedExact, wereExact, truly };
}

const exclusive = (truth: Truth): Before[] =>
  truth.locks.filter((lock) => lock.mode === "AccessExclusiveLock" && lock.relation.kind !== "t").map((lock) => lock.relation);

/** An index locked together with its table is behind the table's lock. */
const isLockNamed = (claim: Claim, relation: Before): boolean =>
  [relation.name, relation.table].some((name) => name !== undefined && claim.locks.has(`${name}/AccessExclusiveLock`));

/** Rows written per object: a partition is charged to itself where it is named, else to its nearest ancestor that is, as the guard does. */
function charge(claim: Claim, truth: Truth, relations: ReadonlyMap<string, Before>): Map<string, Written> {
  const charged = new Map<string, Written>();
  const add = (name: string, { inserted, updated, deleted }: Written): void => {
    const relation = relations.get(name);
    const object = [name, ...(relation?.ancestors ?? [])].find((item) => claim.named.has(item)) ?? name;
    const sum = charged.get(object) ?? { inserted: 0, updated: 0, deleted: 0 };
    charged.set(object, { inserted: sum.inserted + inserted, updated: sum.updated + updated, deleted: sum.deleted + deleted });
  };
  for (const [name, written] of truth.written) add(name, written);
  // TRUNCATE counts nothing; what it emptied had these rows. A rewrite keeps them, so only a statement that claims to delete is asked.
  for (const relation of truth.files)
    if (relation.kind === "r" && [relation.name, ...relation.ancestors].some((name) => claim.figures.has(`${name}/delete`)))
      add(relation.name, { inserted: 0, updated: 0, deleted: relation.rows });
  return charged;
}

const isEmptied = (claim: Claim, truth: Truth, object: string): boolean =>
  claim.figures.has(`${object}/delete`) && truth.files.some(({ name, ancestors }) => [name, ...ancestors].includes(object));

const OPERATIONS = { append: "inserted", modify: "updated", delete: "deleted" } as const;

/**
 * Figures of one tree of partitions are held against the server together: a cascade on the whole reaches the part that is named as well.
 * Where not all of them are exact, none can be checked.
 */
function compareRows(
  claim: Claim,
  truth: Truth,
  charged: ReadonlyMap<string, Written>,
  relations: ReadonlyMap<string, Before>,
  miss: (figure: FigureName, detail: string) => void,
): { claimedExact: number; wereExact: number } {
  const trees = new Map<string, Figure[]>();
  for (const figure of claim.figures.values()) {
    const key = `${relations.get(figure.object)?.ancestors.at(-1) ?? figure.object}/${figure.write}`;
    trees.set(key, [...(trees.get(key) ?? []), figure]);
  }
  let claimedExact = 0;
  let wereExact = 0;
  for (const figures of trees.values()) {
    if (!figures.every((figure) => figure.exact)) continue;
    // After a TRUNCATE the server no longer knows what was written to the table before, in the same transaction.
    if (figures.some(({ object, write }) => write !== "delete" && isEmptied(claim, truth, object))) continue;
    claimedExact += figures.length;
    const { object, write } = figures[0]!;
    const rows = figures.reduce((sum, figure) => sum + figure.rows, 0);
    const actual = figures.reduce((sum, figure) => sum + (charged.get(figure.object)?.[OPERATIONS[write]] ?? 0), 0);
    if (actual === rows) wereExact += figures.length;
    else miss("exact", `${object}: exactly ${rows} rows to ${write}, the server counted ${actual}`);
  }
  return { claimedExact, wereExact };
}

function compareLocks(
  claim: Claim,
  truth: Truth,
  relations: ReadonlyMap<string, Before>,
  miss: (figure: FigureName, detail: string) => void,
): void {
  const spoken = truth.locks
    .filter((lock) => SPOKEN.has(lock.relation.kind))
    .map(({ relation, mode }) => ({ object: relation.name, mode }));
  const taken = new Set(spoken.map((lock) => `${lock.object}/${lock.mode}`));
  const claimed = new Set([...claim.locks].filter((lock) => SPOKEN.has(relations.get(lock.slice(0, lock.lastIndexOf("/")))?.kind ?? "")));
  // In one order, whatever the server's: the first names the kind of the miss.
  const missing = [...taken].filter((lock) => !claimed.has(lock)).toSorted();
  const surplus = [...claimed].filter((lock) => !taken.has(lock)).toSorted();
  if (missing.length + surplus.length > 0)
    miss("locks", [...missing.map((lock) => `not named: ${lock}`), ...surplus.map((lock) => `not taken: ${lock}`)].join(", "));
}

function compareRewrites(
  claim: Claim,
  truth: Truth,
  relations: ReadonlyMap<string, Before>,
  miss: (figure: FigureName, detail: string) => void,
): void {
  const emptied = (relation: Before): boolean => [relation.name, ...relation.ancestors].some((name) => claim.figures.has(`${name}/delete`));
  const replaced = new Set(
    truth.files
      .filter((relation) => (relation.kind === "r" || relation.kind === "m") && !emptied(relation))
      .map((relation) => relation.name),
  );
  const claimed = new Set([...claim.rewrites].filter((name) => relations.has(name)));
  const wrong = [
    ...[...replaced].filter((name) => !claimed.has(name)).map((name) => `${name} was rewritten, which was not said`),
    ...[...claimed].filter((name) => !replaced.has(name)).map((name) => `${name} was not rewritten, as was said`),
  ];
  if (wrong.length > 0) miss("rewrites", wrong.join(", "));
}

/** The least word that fits what the server shows. */
function strongestOf(truth: Truth, before: ReadonlyMap<number, Before>): Effect {
  let effect: Effect = "read";
  const atLeast = (other: Effect): void => void (effect = rank(other) > rank(effect) ? other : effect);
  for (const { inserted, updated, deleted } of byRoot(truth, before)) {
    if (inserted > 0) atLeast("append");
    if (updated > 0) atLeast("modify");
    if (deleted > 0) atLeast("delete");
  }
  if (truth.gone.some((relation) => SPOKEN.has(relation.kind))) atLeast("schema");
  for (const [catalog, { inserted, updated, deleted }] of truth.storesAnew ? [] : truth.catalogs) {
    if (DEFINING.has(catalog) && (inserted !== deleted || updated > 0)) atLeast("schema");
    // The policies of a dropped table go with it.
    if (RIGHTS.has(catalog) && (inserted + updated > 0 || (deleted > 0 && truth.gone.length === 0))) atLeast("privilege");
  }
  if (truth.rights) atLeast("privilege");
  return effect;
}

/** A row that moves to another partition is deleted there and inserted here, and yet only changed. */
function byRoot(truth: Truth, before: ReadonlyMap<number, Before>): Written[] {
  const roots = new Map([...before.values()].map((relation) => [relation.name, relation.ancestors.at(-1) ?? relation.name]));
  const partitioned = new Set([...before.values()].filter((relation) => relation.kind === "p").map((relation) => relation.name));
  const sums = new Map<string, Written>();
  for (const [name, { inserted, updated, deleted }] of truth.written) {
    const root = roots.get(name) ?? name;
    const sum = sums.get(root) ?? { inserted: 0, updated: 0, deleted: 0 };
    sums.set(root, { inserted: sum.inserted + inserted, updated: sum.updated + updated, deleted: sum.deleted + deleted });
  }
  return [...sums].map(([root, { inserted, updated, deleted }]) => {
    const moved = partitioned.has(root) ? Math.min(inserted, deleted) : 0;
    return { inserted: inserted - moved, updated: updated + moved, deleted: deleted - moved };
  });
}

/** Catalogues that hold what things are. pg_class is left out, and what comes and goes again: new storage passes through them. */
const DEFINING = new Set([
  "pg_attribute",
  "pg_constraint",
  "pg_attrdef",
  "pg_trigger",
  "pg_rewrite",
  "pg_proc",
  "pg_type",
  "pg_namespace",
  "pg_enum",
  "pg_inherits",
  "pg_sequence",
  "pg_statistic_ext",
  "pg_operator",
  "pg_cast",
  "pg_event_trigger",
  "pg_publication",
]);
const RIGHTS = new Set([
  "pg_authid",
  "pg_auth_members",
  "pg_policy",
  "pg_default_acl",
  "pg_seclabel",
  "pg_shseclabel",
  "pg_db_role_setting",
]);

const words = ({ inserted, updated, deleted }: Written): string => `${inserted} inserted, ${updated} updated, ${deleted} deleted`;
