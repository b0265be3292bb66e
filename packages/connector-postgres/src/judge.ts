import { strongest, type Effect, type SideEffect } from "@interlock/protocol";
import { family, findFunctions, findRelation, qualified } from "./catalog.ts";
import type { Catalog, CatalogFunction, SessionFacts } from "./catalog-model.ts";
import type { Classification } from "./classification.ts";
import { classifyBody } from "./classify-body.ts";
import { classifyQuery } from "./classify-expression.ts";
import { parseGrammar } from "./grammar.ts";
import { embeddedSql, plpgsqlTree, TRIGGER_SIGNATURE } from "./plpgsql.ts";
import { tableReferences } from "./table-references.ts";
import { nameKey, type NameRef, type Node } from "./tree.ts";

/** A classification with everything behind its names looked at. */
export interface Judgement {
  effect: Effect;
  sideEffects: SideEffect[];
  notes: string[];
  /** Reaches somebody's own function: planning might already run it. */
  ownCode: boolean;
  /** Evaluating it may change something or give another answer each time. */
  volatile: boolean;
}

/** Deepest chain of functions calling functions, and views reading views, that is followed. */
const DEPTH = 12;

/**
 * Judges what a catalogue-free classification had to leave open: functions by language and body, views and row security by their
 * definitions, operators and types by who wrote their code. What cannot be found is `unknown`.
 */
export class Judge {
  readonly #catalog: Catalog;
  readonly #session: SessionFacts;
  readonly #functions = new Map<number, Judgement>();
  readonly #relations = new Map<number, Judgement>();

  constructor(catalog: Catalog, session: SessionFacts) {
    this.#catalog = catalog;
    this.#session = session;
  }

  statement(tree: Node, found: Classification): Judgement {
    return this.#join([this.#named(found, 0), ...this.#read(tree, 0)]);
  }

  /** What defining code runs when a relation is read, written or only planned, triggers left out. */
  relation(oid: number, depth = 0): Judgement {
    const known = this.#relations.get(oid);
    if (known) return known;
    const relation = this.#catalog.relations.get(oid);
    if (!relation || depth > DEPTH) return unknown("A definition is nested too deeply to follow");
    this.#relations.set(oid, harmless());
    const parts: Judgement[] = [];
    for (const fn of this.#catalog.functionReach.get(oid) ?? [])
      parts.push({ ...harmless(), ownCode: !this.#reviewed(fn), volatile: !this.#reviewed(fn) });
    if (relation.definition !== undefined && relation.kind === "v")
      parts.push(this.#text(relation.definition, depth + 1, `view ${qualified(relation)}`));
    if (relation.rowSecurity) {
      for (const expression of this.#catalog.policies.get(oid) ?? [])
        parts.push(this.#text(`select ${expression}`, depth + 1, `row security of ${qualified(relation)}`));
    }
    for (const column of relation.columns) if (this.#catalog.codedTypes.has(column.type)) parts.push({ ...harmless(), ownCode: true });
    for (const child of this.#catalog.children.get(oid) ?? []) parts.push(this.relation(child, depth + 1));
    const joined = this.#join(parts);
    this.#relations.set(oid, joined);
    return joined;
  }

  /** What runs when a relation is written or filled anew: functions in its defaults, checks, generated columns, indexes and query. */
  filled(oid: number): Judgement {
    const functions = family(this.#catalog, oid).flatMap((member) => this.#catalog.functionReach.get(member) ?? []);
    return this.#join(functions.flatMap((reached) => this.#catalog.functions.get(reached) ?? []).map((fn) => this.#called(fn, 0)));
  }

  /** The code of one function. */
  function(fn: CatalogFunction, depth = 0): Judgement {
    const known = this.#functions.get(fn.oid);
    if (known) return known;
    const name = qualified(fn);
    if (depth > DEPTH) return unknown(`${name} calls too deeply to follow`);
    // A function that calls itself adds nothing beyond what its body says.
    this.#functions.set(fn.oid, { ...harmless(), ownCode: true });
    const judged = this.#judgeFunction(fn, name, depth);
    this.#functions.set(fn.oid, judged);
    return judged;
  }

  #judgeFunction(fn: CatalogFunction, name: string, depth: number): Judgement {
    if (this.#reviewed(fn.oid)) return { ...harmless(), volatile: fn.volatility === "v" };
    if (fn.aggregate) return unknown(`${name} is an aggregate of somebody's own`);
    const found = classifyBody(fn.language, fn.sqlBody ?? fn.source, fn.returnsTrigger ? TRIGGER_SIGNATURE : fn.signature);
    const inside = this.#named(found, depth + 1);
    const trees = bodyTrees(fn);
    const read = trees.flatMap((tree) => this.#read(tree, depth + 1));
    const judged = this.#join([inside, ...read]);
    const notes = judged.effect === "unknown" ? [...judged.notes.map((note) => `${name}: ${note}`)] : judged.notes;
    return { ...judged, notes, ownCode: true, volatile: true };
  }

  #named(found: Classification, depth: number): Judgement {
    const parts: Judgement[] = [
      { effect: found.effect, sideEffects: found.sideEffects, notes: found.notes, ownCode: false, volatile: found.volatile },
    ];
    for (const ref of found.calls) parts.push(this.#call(ref, depth));
    // A reviewed name may be taken by a function of somebody's own whose arguments fit better, or that comes first in the path.
    for (const name of new Set(found.builtins)) {
      for (const fn of findFunctions(this.#catalog, this.#session, { name }))
        if (!this.#reviewed(fn.oid)) parts.push(this.#called(fn, depth));
    }
    for (const ref of found.operators) {
      if (!this.#catalog.operators.has(ref.name)) continue;
      const reviewed = this.#catalog.functions.size > 0 && [...this.#catalog.functions.values()].every((fn) => this.#reviewed(fn.oid));
      if (!reviewed) parts.push(unknown(`The operator ${ref.name} may be somebody's own`));
    }
    for (const ref of found.types)
      if (this.#catalog.codedTypes.has(ref.name)) parts.push(unknown(`The type ${nameKey(ref)} runs code of somebody's own`));
    return this.#join(parts);
  }

  #call(ref: NameRef, depth: number): Judgement {
    const candidates = findFunctions(this.#catalog, this.#session, ref);
    if (candidates.length === 0) return unknown(`${nameKey(ref)} is not a function that is known here`);
    return this.#join(candidates.map((fn) => this.#called(fn, depth)));
  }

  #called(fn: CatalogFunction, depth: number): Judgement {
    const judged = this.function(fn, depth);
    if (this.#reviewed(fn.oid)) return judged;
    return { ...judged, sideEffects: [...judged.sideEffects, { kind: "function", name: qualified(fn), effect: judged.effect }] };
  }

  #read(tree: Node, depth: number): Judgement[] {
    const parts: Judgement[] = [];
    for (const { ref } of tableReferences(tree)) {
      const relation = findRelation(this.#catalog, this.#session, ref);
      if (relation && !relation.system) parts.push(this.relation(relation.oid, depth));
    }
    return parts;
  }

  #text(sql: string, depth: number, where: string): Judgement {
    const parsed = parseGrammar(sql);
    if (!parsed.ok || parsed.statements.length !== 1) return unknown(`The ${where} cannot be read`);
    const tree = parsed.statements[0]!.stmt;
    const judged = this.#join([this.#named(classifyQuery(tree), depth), ...this.#read(tree, depth)]);
    return { ...judged, notes: judged.notes.map((note) => `${where}: ${note}`) };
  }

  /** Functions of well-known extensions, written in C by their authors: people without superuser rights cannot make such. */
  #reviewed(oid: number): boolean {
    const fn = this.#catalog.functions.get(oid);
    return fn?.extension !== undefined && fn.language === "c" && fn.volatility !== "v" && REVIEWED_EXTENSIONS.has(fn.extension);
  }

  #join(parts: readonly Judgement[]): Judgement {
    return {
      effect: strongest(parts.map((part) => part.effect)),
      sideEffects: unique(parts.flatMap((part) => part.sideEffects)),
      notes: [...new Set(parts.flatMap((part) => part.notes))],
      ownCode: parts.some((part) => part.ownCode),
      volatile: parts.some((part) => part.volatile),
    };
  }
}

const REVIEWED_EXTENSIONS = new Set(
  "citext pg_trgm hstore pgcrypto uuid-ossp btree_gin btree_gist ltree intarray unaccent fuzzystrmatch cube earthdistance isn seg".split(
    " ",
  ),
);

const harmless = (): Judgement => ({ effect: "read", sideEffects: [], notes: [], ownCode: false, volatile: false });
const unknown = (note: string): Judgement => ({ effect: "unknown", sideEffects: [], notes: [note], ownCode: true, volatile: true });

function unique(effects: SideEffect[]): SideEffect[] {
  const seen = new Map(effects.map((effect) => [`${effect.kind}/${effect.name}/${effect.effect}`, effect]));
  return [...seen.values()];
}

/** Trees of the statements in a body, whose reads are followed. */
function bodyTrees(fn: CatalogFunction): Node[] {
  if (fn.language === "sql") {
    const parsed = parseGrammar(fn.sqlBody ?? fn.source);
    return parsed.ok ? parsed.statements.map((statement) => statement.stmt) : [];
  }
  if (fn.language !== "plpgsql") return [];
  return embeddedTrees(fn);
}

function embeddedTrees(fn: CatalogFunction): Node[] {
  const tree = plpgsqlTree(fn.source, fn.returnsTrigger ? TRIGGER_SIGNATURE : fn.signature);
  const found = tree ? (embeddedSql(tree) ?? []) : [];
  return found.flatMap(({ text }) => {
    const parsed = text ? parseGrammar(text) : undefined;
    return parsed?.ok ? parsed.statements.map((statement) => statement.stmt) : [];
  });
}
