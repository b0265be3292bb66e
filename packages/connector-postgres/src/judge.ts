import { strongest, type Effect, type SideEffect } from "@interlock/protocol";
import { family, findFunctions, findRelation, qualified } from "./catalog.ts";
import type { Catalog, CatalogFunction, CatalogRelation, CodedType, Policy, SessionFacts } from "./catalog-model.ts";
import { combine, type Classification } from "./classification.ts";
import { classify } from "./classify.ts";
import { classifyBody, classifySignature, sqlBodyTrees } from "./classify-body.ts";
import { classifyQuery } from "./classify-expression.ts";
import { parseGrammar } from "./grammar.ts";
import { COLUMN_TYPE, embeddedSql, plpgsqlTree, TRIGGER_SIGNATURE } from "./plpgsql.ts";
import { commandsOf } from "./policy-reads.ts";
import { ruleOf } from "./rules/rule-definition.ts";
import { reviewedCode } from "./reviewed-extensions.ts";
import { settingEffect } from "./settings.ts";
import { tableReferences, type Use } from "./table-references.ts";
import { nameKey, rangeName, unwrap, type NameRef, type Node } from "./tree.ts";

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

const ALTERING: ReadonlySet<string> = new Set(["AlterTableStmt", "RenameStmt", "AlterObjectSchemaStmt"]);

const COMMANDS: readonly Policy["command"][] = ["r", "a", "w", "d"];

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
  readonly #relations = new Map<string, Judgement>();
  readonly #rewritten = new Map<string, Judgement>();
  #codedTypes: readonly CodedType[] | undefined;

  constructor(catalog: Catalog, session: SessionFacts) {
    this.#catalog = catalog;
    this.#session = session;
  }

  statement(tree: Node, found: Classification): Judgement {
    // What is only planned or prepared is not rewritten by rules into something that runs.
    const runs = found.effect !== "read" && found.effect !== "session";
    return this.#join([this.#named(found, 0), ...this.#read(this.#altersForeign(tree) ? {} : tree, 0, false, runs)]);
  }

  /** A foreign table's definition is changed here, and the other server hears nothing of it. */
  #altersForeign(tree: Node): boolean {
    const [type, body] = unwrap(tree) ?? ["", tree];
    if (!ALTERING.has(type) || !body.relation) return false;
    return findRelation(this.#catalog, this.#session, rangeName(body.relation))?.kind === "f";
  }

  /** What defining code runs when a relation is used by these commands or only planned, triggers left out. */
  relation(oid: number, depth = 0, commands: readonly Policy["command"][] = COMMANDS): Judgement {
    const key = `${oid}/${commands.join("")}`;
    const known = this.#relations.get(key);
    if (known) return known;
    const relation = this.#catalog.relations.get(oid);
    if (!relation || depth > DEPTH) return unknown("A definition is nested too deeply to follow");
    this.#relations.set(key, harmless());
    const parts: Judgement[] = [];
    for (const fn of this.#catalog.functionReach.get(oid) ?? [])
      parts.push({ ...harmless(), ownCode: !this.#reviewed(fn), volatile: !this.#reviewed(fn) });
    // Its query, or its policies, may run anything.
    if (this.#catalog.unread.has(oid) && (relation.kind === "v" || relation.kind === "m" || relation.rowSecurity))
      parts.push(unknown(`What ${qualified(relation)} is made of cannot be read while another session has it to itself`));
    // Planning asks the other server, too, where a foreign table is told to.
    if (relation.kind === "f") parts.push(elsewhere(qualified(relation)));
    if (relation.definition !== undefined && relation.kind === "v")
      parts.push(this.#text(relation.definition, depth + 1, `view ${qualified(relation)}`, commands));
    if (relation.rowSecurity) {
      const policies = (this.#catalog.policies.get(oid) ?? []).filter(({ command }) => command === "*" || commands.includes(command));
      for (const expression of policies.flatMap(({ expressions }) => expressions))
        parts.push(this.#text(`select ${expression}`, depth + 1, `row security of ${qualified(relation)}`));
    }
    for (const { typeOid } of relation.columns) parts.push(this.#typed(typeOid, depth + 1, "read"));
    // A whole row may be cast.
    for (const coded of this.#coded()) if (coded.relation === oid && coded.read) parts.push(this.#reached(coded.function, depth + 1));
    for (const child of this.#catalog.children.get(oid) ?? []) parts.push(this.relation(child, depth + 1, commands));
    const joined = this.#join(parts);
    this.#relations.set(key, joined);
    return joined;
  }

  /** What the rules that rewrite a write do, those of the tables behind a view included. */
  rewritten(oid: number, use: Exclude<Use, "read" | "lock">, depth = 0): Judgement {
    const key = `${oid}/${use}`;
    const known = this.#rewritten.get(key);
    if (known) return known;
    if (depth > DEPTH) return unknown("Rules rewrite each other too deeply to follow");
    // What a rule writes to its own table again is refused by the server.
    this.#rewritten.set(key, harmless());
    const parts: Judgement[] = [];
    // MERGE is refused where there are rules.
    for (const { name, event, definition } of use === "merge" ? [] : (this.#catalog.rules.get(oid) ?? [])) {
      if (event !== use) continue;
      const ruled = this.#catalog.relations.get(oid);
      const where = `rule ${name} of ${ruled ? qualified(ruled) : "a relation"}`;
      parts.push(this.#rule(definition, depth + 1, where));
    }
    const relation = this.#catalog.relations.get(oid);
    // Whoever changes a row of the server's own catalogue by hand may change what anybody is and may do.
    if (relation?.system && relation.kind === "r") parts.push({ ...harmless(), effect: "privilege" });
    if (relation?.kind === "v") for (const below of this.#writtenThrough(relation)) parts.push(this.rewritten(below, use, depth + 1));
    const joined = this.#join(parts);
    this.#rewritten.set(key, joined);
    return joined;
  }

  /** The relation a view passes writes on to: the one in its FROM, under any schema where none is named. */
  #writtenThrough({ definition }: CatalogRelation): number[] {
    const parsed = parseGrammar(definition ?? "");
    const from: Node[] = (parsed.ok && parsed.statements[0]?.stmt.SelectStmt?.fromClause) || [];
    const range: Node | undefined = from.length === 1 ? from[0]!.RangeVar : undefined;
    if (!range) return [];
    const ref = rangeName(range);
    const found = ref.schema ? this.#catalog.byName.get(nameKey(ref)) : undefined;
    return (found ? [found] : ref.schema ? [] : this.#relationsNamed(ref.name)).map(({ oid }) => oid);
  }

  /** What runs when a relation is written or filled anew: functions in its defaults, checks, generated columns, indexes and query. */
  filled(oid: number): Judgement {
    const members = family(this.#catalog, oid);
    const functions = members.flatMap((member) => this.#catalog.functionReach.get(member) ?? []);
    const columns = members.flatMap((member) => this.#catalog.relations.get(member)?.columns ?? []);
    return this.#join([
      ...functions.map((reached) => this.#reached(reached, 0)),
      ...columns.map(({ typeOid }) => this.#typed(typeOid, 0, "written")),
    ]);
  }

  /** The code that values of a type run. Where they are only read, checks and defaults do not run, but planning may estimate by others. */
  #typed(typeOid: number, depth: number, use: "read" | "written"): Judgement {
    const parts = (this.#catalog.codedTypes.get(typeOid) ?? []).map((coded) => {
      if (use === "written" || coded.read) return this.#reached(coded.function, depth);
      return { ...harmless(), ownCode: !this.#reviewed(coded.function) };
    });
    return this.#join(parts);
  }

  /** A function that something in the catalogue calls. */
  #reached(oid: number, depth: number): Judgement {
    const fn = this.#catalog.functions.get(oid);
    return fn ? this.#called(fn, depth) : unknown("A function that a definition calls is not known here");
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
    const review = reviewedCode(fn);
    if (review) {
      const sideEffects: SideEffect[] = review === "read" ? [] : [{ kind: "function", name, effect: review }];
      return { ...harmless(), effect: review, sideEffects, volatile: fn.volatility === "v" };
    }
    const made = this.#named(classifySignature(fn.signature), depth + 1, true);
    if (fn.aggregate) {
      const parts = (fn.parts ?? []).map((part) => this.#reached(part, depth + 1));
      return { ...this.#join([made, ...parts]), ownCode: true, volatile: true };
    }
    const found = classifyBody(fn.language, fn.sqlBody ?? fn.source, fn.returnsTrigger ? TRIGGER_SIGNATURE : fn.signature);
    const settings = fn.settings.filter((setting) => setting !== "search_path").map(settingEffect);
    // Under a search path of its own a name may stand for what another schema holds.
    const anywhere = fn.settings.includes("search_path");
    const inside = this.#named(found, depth + 1, anywhere);
    const read = bodyTrees(fn).flatMap((tree) => this.#read(tree, depth + 1, anywhere || movesPath(found)));
    const judged = this.#join([made, inside, ...read]);
    const notes = judged.effect === "unknown" ? [...judged.notes.map((note) => `${name}: ${note}`)] : judged.notes;
    return { ...judged, effect: strongest([judged.effect, ...settings]), notes, ownCode: true, volatile: true };
  }

  /** `anywhere`: names may be of any schema, since the search path they are looked up by is not the session's. */
  #named(found: Classification, depth: number, anywhere = false): Judgement {
    const parts: Judgement[] = [
      {
        effect: found.effect,
        sideEffects: found.sideEffects,
        notes: found.notes,
        // Text that a built-in would run must not be run by planning.
        ownCode: found.followed.length > 0,
        volatile: found.volatile,
      },
    ];
    const everywhere = anywhere || movesPath(found);
    const meant = (ref: NameRef) => (everywhere ? this.#anywhere(ref) : findFunctions(this.#catalog, this.#session, ref));
    for (const ref of found.calls) {
      const candidates = meant(ref);
      if (candidates.length === 0) parts.push(unknown(`${nameKey(ref)} is not a function that is known here`));
      for (const fn of candidates) parts.push(this.#called(fn, depth));
    }
    // A reviewed name may be taken by a function of somebody's own whose arguments fit better, or that comes first in the path.
    for (const name of new Set(found.builtins)) for (const fn of meant({ name })) parts.push(this.#called(fn, depth));
    for (const name of new Set(found.attributes)) for (const fn of meant({ name })) if (fn.rowArgument) parts.push(this.#called(fn, depth));
    for (const name of new Set(found.operators.map((ref) => ref.name)))
      for (const oid of this.#catalog.operators.get(name) ?? []) if (!this.#reviewed(oid)) parts.push(this.#reached(oid, depth));
    for (const name of new Set(found.types.map((ref) => ref.name)))
      for (const coded of this.#coded()) if (coded.name === name || name === COLUMN_TYPE) parts.push(this.#reached(coded.function, depth));
    parts.push(...this.#read(found.followed, depth, everywhere));
    return this.#join(parts);
  }

  /** Types that run code nobody has reviewed. */
  #coded(): readonly CodedType[] {
    this.#codedTypes ??= [...this.#catalog.codedTypes.values()].flat().filter((coded) => !this.#reviewed(coded.function));
    return this.#codedTypes;
  }

  #anywhere(ref: NameRef): CatalogFunction[] {
    const all = this.#catalog.functionsByName.get(ref.name) ?? [];
    return ref.schema ? all.filter((fn) => fn.schema === ref.schema) : [...all];
  }

  #called(fn: CatalogFunction, depth: number): Judgement {
    const judged = this.function(fn, depth);
    if (this.#reviewed(fn.oid)) return judged;
    return { ...judged, sideEffects: [...judged.sideEffects, { kind: "function", name: qualified(fn), effect: judged.effect }] };
  }

  /** `also`: commands that what stands here, a view's query, is written by from outside. */
  #read(tree: unknown, depth: number, anywhere = false, runs = true, also: readonly Policy["command"][] = []): Judgement[] {
    const parts: Judgement[] = [];
    for (const reference of tableReferences(tree)) {
      const { ref, use } = reference;
      const own = findRelation(this.#catalog, this.#session, ref);
      const relations = anywhere && !ref.schema ? this.#relationsNamed(ref.name) : own ? [own] : [];
      for (const relation of relations) {
        if (!relation.system)
          parts.push(
            this.relation(
              relation.oid,
              depth,
              COMMANDS.filter((command) => [...commandsOf(reference), ...also].includes(command)),
            ),
          );
        if (runs && use !== "read" && use !== "lock") parts.push(this.rewritten(relation.oid, use, depth));
        if (relation.system && SERVER_FILES.has(relation.name)) parts.push({ ...harmless(), effect: "privilege" });
      }
    }
    return parts;
  }

  #relationsNamed(name: string): CatalogRelation[] {
    return this.#catalog.schemas.flatMap((schema) => this.#catalog.byName.get(`${schema}.${name}`) ?? []);
  }

  /** A text printed by the server: its names were looked up by another session's path. */
  #text(sql: string, depth: number, where: string, also: readonly Policy["command"][] = []): Judgement {
    const parsed = parseGrammar(sql);
    if (!parsed.ok || parsed.statements.length !== 1) return unknown(`The ${where} cannot be read`);
    const tree = parsed.statements[0]!.stmt;
    const judged = this.#join([this.#named(classifyQuery(tree), depth, true), ...this.#read(tree, depth, true, true, also)]);
    return { ...judged, notes: judged.notes.map((note) => `${where}: ${note}`) };
  }

  /** The condition and the actions of a rule, as the server prints them. */
  #rule(definition: string, depth: number, where: string): Judgement {
    const rule = ruleOf(definition);
    if (!rule) return unknown(`The ${where} cannot be read`);
    const actions: Node[] = rule.actions ?? [];
    const found = combine([classifyQuery(rule.whereClause), ...actions.map((action) => classify(action))]);
    const judged = this.#join([this.#named(found, depth, true), ...this.#read([rule.whereClause, ...actions], depth, true)]);
    return { ...judged, notes: judged.notes.map((note) => `${where}: ${note}`) };
  }

  /** Functions of well-known extensions that do nothing but compute: planning and counting may run them. */
  #reviewed(oid: number): boolean {
    const fn = this.#catalog.functions.get(oid);
    return fn !== undefined && fn.volatility !== "v" && reviewedCode(fn) === "read";
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

/** Views of PostgreSQL's own that show files of the server's configuration. */
const SERVER_FILES = new Set(["pg_hba_file_rules", "pg_ident_file_mappings", "pg_file_settings"]);

/** Whether what is found sets the path by which later names are looked up. */
const movesPath = (found: Classification): boolean =>
  found.sideEffects.some(
    (effect) => effect.kind === "session" && ["search_path", "all", "role", "session_authorization"].includes(effect.name),
  );

const elsewhere = (name: string): Judgement => ({
  effect: "unknown",
  sideEffects: [{ kind: "network", name, effect: "unknown" }],
  notes: [`${name} is kept by another server; what reaching it does there cannot be seen from here`],
  ownCode: true,
  volatile: true,
});

const harmless = (): Judgement => ({ effect: "read", sideEffects: [], notes: [], ownCode: false, volatile: false });
const unknown = (note: string): Judgement => ({ effect: "unknown", sideEffects: [], notes: [note], ownCode: true, volatile: true });

function unique(effects: SideEffect[]): SideEffect[] {
  const seen = new Map(effects.map((effect) => [`${effect.kind}/${effect.name}/${effect.effect}`, effect]));
  return [...seen.values()];
}

/** Trees of the statements in a body, whose reads are followed. */
function bodyTrees(fn: CatalogFunction): Node[] {
  if (fn.language === "sql") return sqlBodyTrees(fn.sqlBody ?? fn.source) ?? [];
  return fn.language === "plpgsql" ? embeddedTrees(fn) : [];
}

function embeddedTrees(fn: CatalogFunction): Node[] {
  const tree = plpgsqlTree(fn.source, fn.returnsTrigger ? TRIGGER_SIGNATURE : fn.signature);
  const found = tree ? (embeddedSql(tree) ?? []) : [];
  return found.flatMap(({ text }) => {
    const parsed = text ? parseGrammar(text) : undefined;
    return parsed?.ok ? parsed.statements.map((statement) => statement.stmt) : [];
  });
}
