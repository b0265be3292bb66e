import { expressionSources, type ExpressionContext } from "./lineage-expression.ts";
import { isUserFunction } from "./lineage-names.ts";
import { columnName } from "./lineage-column-name.ts";
import { NO_SOURCES, unite, type Columns, type Scope, type ScopeColumn, type ScopeItem, type Sources } from "./lineage-sources.ts";
import type { LoadedRelation } from "./relation-loader.ts";
import { names, rangeName, unwrap, type NameRef, type Node } from "./tree.ts";

/** What a lineage walk needs to know beforehand; everything is loaded, so the walk itself is synchronous. */
export interface LineageFacts {
  relation(ref: NameRef): LoadedRelation | undefined;
  /** Tree of a view's query. */
  view(relation: LoadedRelation): Node | undefined;
  /** Tree of a generated column's expression. */
  generated(relation: LoadedRelation, column: string): Node | undefined;
  /** See userDefinedNames. */
  own: ReadonlySet<string>;
  /** Whether the statement may change settings while it runs. */
  sets: boolean;
}

type Ctes = ReadonlyMap<string, Columns>;

/** System relations that hold data of tables, or secrets, under other names. */
const OPAQUE_RELATIONS = new Set([
  "pg_statistic",
  "pg_stats",
  "pg_stats_ext",
  "pg_stats_ext_exprs",
  "pg_statistic_ext_data",
  "pg_largeobject",
  "pg_authid",
  "pg_shadow",
  "pg_user_mapping",
  "pg_user_mappings",
]);

/** What a session can lay aside what it read in: keys of advisory locks, which others see as well, and its settings. */
const LOCK_KEYS = new Set(["classid", "objid", "objsubid"]);

/** Set-returning built-ins with one column, and its name when no alias gives one. */
const ONE_COLUMN_FUNCTIONS: Record<string, string> = {
  generate_series: "generate_series",
  generate_subscripts: "generate_subscripts",
  unnest: "unnest",
  regexp_split_to_table: "regexp_split_to_table",
  string_to_table: "string_to_table",
  regexp_matches: "regexp_matches",
  jsonb_array_elements: "value",
  jsonb_array_elements_text: "value",
  json_array_elements: "value",
  json_array_elements_text: "value",
  jsonb_object_keys: "jsonb_object_keys",
  json_object_keys: "json_object_keys",
};

/** Follows columns of one statement back to where their values are stored. */
export class LineageWalk {
  readonly #facts: LineageFacts;
  readonly #views = new Map<number, Columns>();

  constructor(facts: LineageFacts) {
    this.#facts = facts;
  }

  /** Columns a statement returns; `[]` when it returns none. */
  statement(tree: Node, ctes: Ctes = new Map(), outer?: Scope): Columns {
    const wrapped = unwrap(tree);
    if (!wrapped) return "unknown";
    const [type, body] = wrapped;
    switch (type) {
      case "SelectStmt":
        return this.#select(body, ctes, outer);
      case "InsertStmt":
      case "UpdateStmt":
      case "DeleteStmt":
      case "MergeStmt":
        return this.#returning(type, body, ctes, outer);
      default:
        return "unknown";
    }
  }

  #context(ctes: Ctes): ExpressionContext {
    return { own: this.#facts.own, subquery: (select, scope) => this.statement(select, ctes, scope) };
  }

  #with(clause: Node | undefined, ctes: Ctes, outer?: Scope): Ctes {
    if (!clause) return ctes;
    const known = new Map(ctes);
    // With RECURSIVE a query may stand behind one that reads it.
    if (clause.recursive) for (const wrapper of clause.ctes ?? []) known.set(wrapper.CommonTableExpr.ctename, "unknown");
    for (const wrapper of clause.ctes ?? []) {
      const cte = wrapper.CommonTableExpr;
      if (cte.search_clause || cte.cycle_clause) known.set(cte.ctename, "unknown");
      else
        known.set(
          cte.ctename,
          clause.recursive ? this.#recursive(cte, known, outer) : this.#named(this.statement(cte.ctequery, known, outer), cte),
        );
    }
    return known;
  }

  #named(columns: Columns, cte: Node): Columns {
    return columns === "unknown" ? columns : rename(columns, names(cte.aliascolnames));
  }

  /** The sources of a recursive query only grow with each round, over a finite set: a fixed point is reached. */
  #recursive(cte: Node, known: ReadonlyMap<string, Columns>, outer?: Scope): Columns {
    const select = cte.ctequery.SelectStmt;
    if (!select || select.op === "SETOP_NONE") return this.#named(this.statement(cte.ctequery, known, outer), cte);
    // The clause of the whole query is in reach of its first arm, too.
    const first = this.#select(select.larg, this.#with(select.withClause, known, outer), outer);
    let columns = this.#named(first, cte);
    for (let round = 0; round < 64; round++) {
      const next = this.#named(this.statement(cte.ctequery, new Map(known).set(cte.ctename, columns), outer), cte);
      if (next === "unknown" || columns === "unknown") return "unknown";
      if (size(next) === size(columns)) return next;
      columns = next;
    }
    return "unknown";
  }

  #select(body: Node, ctes: Ctes, outer?: Scope): Columns {
    const known = this.#with(body.withClause, ctes, outer);
    if (body.op && body.op !== "SETOP_NONE") {
      const left = this.#select(body.larg, known, outer);
      const right = this.#select(body.rarg, known, outer);
      if (left === "unknown" || right === "unknown" || left.length !== right.length) return "unknown";
      return left.map((column, i) => ({ name: column.name, sources: unite([column.sources, right[i]!.sources]) }));
    }
    const scope: Scope = outer ? { items: [], outer } : { items: [] };
    if (body.valuesLists) {
      const rows: Sources[][] = body.valuesLists.map((row: Node) =>
        (row.List?.items ?? []).map((item: Node) => expressionSources(item, scope, this.#context(known))),
      );
      return (rows[0] ?? []).map((_, i) => ({ name: `column${i + 1}`, sources: unite(rows.map((row) => row[i] ?? "unknown")) }));
    }
    for (const from of body.fromClause ?? []) scope.items.push(...this.#from(from, known, scope));
    return this.#targets(body.targetList ?? [], scope, known);
  }

  #targets(list: Node[], scope: Scope, ctes: Ctes): Columns {
    const columns: ScopeColumn[] = [];
    for (const target of list) {
      const { name, val } = target.ResTarget;
      const reference = val?.ColumnRef && names(val.ColumnRef.fields);
      if (reference?.at(-1) === "*") {
        const items = reference.length === 1 ? scope.items.filter((item) => !item.hidden) : starItems(reference, scope);
        if (items.length === 0 || items.some((item) => item.open !== undefined)) return "unknown";
        columns.push(...items.flatMap((item) => item.columns));
        continue;
      }
      // `(row).*` has as many columns as the row's type.
      if (val?.A_Indirection && names(val.A_Indirection.indirection).at(-1) === "*") return "unknown";
      columns.push({ name: name ?? columnName(val), sources: expressionSources(val, scope, this.#context(ctes)) });
    }
    return columns;
  }

  /** Items a FROM entry adds. `scope` holds what stands to its left, for LATERAL. */
  #from(node: Node, ctes: Ctes, scope: Scope): ScopeItem[] {
    const [type, body] = unwrap(node) ?? ["", {}];
    switch (type) {
      case "RangeVar":
        return [this.#relationItem(body, ctes)];
      case "RangeTableSample":
        return this.#from(body.relation, ctes, scope);
      case "RangeSubselect":
        // Only a LATERAL subquery sees its siblings; for others a name there would be taken for the wrong column.
        return [aliased(this.statement(body.subquery, ctes, body.lateral ? scope : scope.outer), body.alias)];
      case "JoinExpr":
        return this.#join(body, ctes, scope);
      case "RangeFunction":
        return [this.#functionItem(body, ctes, scope)];
      default:
        // XMLTABLE and JSON_TABLE: not followed.
        return [{ alias: body.alias?.aliasname ?? "", columns: [], open: "unknown" }];
    }
  }

  #relationItem(range: Node, ctes: Ctes): ScopeItem {
    const ref = rangeName(range);
    const cte = ref.schema === undefined ? ctes.get(ref.name) : undefined;
    if (cte) return aliased(cte, range.alias ?? { aliasname: ref.name });
    const relation = this.#facts.relation(ref);
    const columns = relation ? this.relationColumns(relation) : "unknown";
    const item = aliased(columns, range.alias ?? { aliasname: ref.name });
    return !range.alias && relation ? { ...item, schema: relation.schema } : item;
  }

  /** A relation's columns with the places their values are stored: its own, those of its kin, and what a view selects from. */
  relationColumns(relation: LoadedRelation): Columns {
    const done = this.#views.get(relation.oid);
    if (done) return done;
    if (relation.ownMaking || OPAQUE_RELATIONS.has(relation.name))
      return relation.columns.map((column) => ({ name: column.name, sources: "unknown" }));
    const system = relation.schema === "pg_catalog" || relation.schema === "information_schema";
    // Views cannot be circular, but a broken catalogue must not hang the walk.
    this.#views.set(relation.oid, "unknown");
    const view = relation.definition !== undefined && !system ? this.#viewColumns(relation) : undefined;
    const columns: ScopeColumn[] = relation.columns.map((column, i) => {
      if (system && this.#laidAside(relation.name, column.name)) return { name: column.name, sources: "unknown" };
      const own = new Set([`${relation.schema}.${relation.name}.${column.name}`.toLowerCase()]);
      for (const kin of relation.family) own.add(`${kin}.${column.name}`.toLowerCase());
      const below = view === undefined ? NO_SOURCES : view === "unknown" ? "unknown" : (view[i]?.sources ?? "unknown");
      return { name: column.name, sources: unite([own, below]) };
    });
    const plain: ScopeItem = { alias: relation.name, columns };
    const finished = columns.map((column, i) => {
      const { name, generated } = relation.columns[i]!;
      if (generated === undefined) return column;
      const expression = this.#facts.generated(relation, name);
      const from = expression ? expressionSources(expression, { items: [plain] }, this.#context(new Map())) : "unknown";
      return { name: column.name, sources: unite([column.sources, from]) };
    });
    this.#views.set(relation.oid, finished);
    return finished;
  }

  #laidAside(relation: string, column: string): boolean {
    return (relation === "pg_locks" && LOCK_KEYS.has(column)) || (relation === "pg_settings" && this.#facts.sets);
  }

  #viewColumns(relation: LoadedRelation): Columns {
    const tree = this.#facts.view(relation);
    const columns = tree ? this.statement(tree) : "unknown";
    return columns !== "unknown" && columns.length !== relation.columns.length ? "unknown" : columns;
  }

  #join(body: Node, ctes: Ctes, scope: Scope): ScopeItem[] {
    const left = this.#from(body.larg, ctes, scope);
    const right = this.#from(body.rarg, ctes, { items: [...scope.items, ...left], ...(scope.outer ? { outer: scope.outer } : {}) });
    const shown = (items: ScopeItem[]) => items.filter((item) => !item.hidden);
    const unsure = [...left, ...right].some((item) => item.columns.some((column) => column.name === undefined));
    if (body.isNatural && unsure) return [{ alias: body.alias?.aliasname ?? "", columns: [], open: "unknown" }];
    const using = body.isNatural ? common(shown(left), shown(right)) : names(body.usingClause);
    if (using.length === 0 && !body.alias) return [...left, ...right];
    const columnsOf = (items: ScopeItem[], name: string) =>
      shown(items).flatMap((item) =>
        item.columns.filter((column) => column.name === name || column.name === undefined).map((column) => column.sources),
      );
    const merged = using.map((name) => ({ name, sources: unite([...columnsOf(left, name), ...columnsOf(right, name)]) }));
    const rest = [...shown(left), ...shown(right)].flatMap((item) =>
      item.columns.filter((column) => column.name === undefined || !using.includes(column.name)),
    );
    const open = [...shown(left), ...shown(right)].flatMap((item) => (item.open === undefined ? [] : [item.open]));
    const item: ScopeItem = {
      alias: body.alias?.aliasname ?? "",
      columns: [...merged, ...rest],
      ...(open.length ? { open: unite(open) } : {}),
    };
    const inside = body.alias ? [] : [...left, ...right].map((part) => ({ ...part, hidden: true }));
    const usingAlias = body.join_using_alias ? [{ alias: body.join_using_alias.aliasname, columns: merged, hidden: true }] : [];
    const renamed = body.alias ? { ...item, columns: rename(item.columns, names(body.alias.colnames)) } : item;
    return [renamed, ...inside, ...usingAlias];
  }

  #functionItem(body: Node, ctes: Ctes, scope: Scope): ScopeItem {
    const alias: string = body.alias?.aliasname ?? "";
    const calls: Node[] = (body.functions ?? []).map((entry: Node) => entry.List?.items?.[0] ?? {});
    const sources = unite(calls.map((call) => expressionSources(call, scope, this.#context(ctes))));
    const name = calls[0]?.FuncCall ? (names(calls[0].FuncCall.funcname).at(-1) ?? "") : "";
    const single = calls.length === 1 && !body.coldeflist && calls[0]?.FuncCall && !isUserFunction(this.#facts.own, calls[0].FuncCall);
    const column = single && (calls[0]!.FuncCall.args ?? []).length >= 1 ? ONE_COLUMN_FUNCTIONS[name] : undefined;
    // unnest of one array of rows spreads into their fields.
    if (column === undefined || (name === "unnest" && calls[0]!.FuncCall.args.length > 1))
      return { alias: alias || name, columns: [], open: sources };
    if (name === "unnest")
      return { alias: alias || name, columns: [{ name: names(body.alias?.colnames)[0] ?? (alias || column), sources }], open: sources };
    const scalarName = column === name && alias ? alias : column;
    const columns: ScopeColumn[] = [{ name: scalarName, sources }];
    if (body.ordinality) columns.push({ name: "ordinality", sources: NO_SOURCES });
    return { alias: alias || name, columns: rename(columns, names(body.alias?.colnames)) };
  }

  #returning(type: string, body: Node, ctes: Ctes, outer?: Scope): Columns {
    const list: Node[] = body.returningClause?.exprs ?? body.returningList ?? [];
    if (list.length === 0) return [];
    const known = this.#with(body.withClause, ctes, outer);
    const scope: Scope = outer ? { items: [], outer } : { items: [] };
    const target = this.#relationItem(body.relation, new Map());
    const relation = this.#facts.relation(rangeName(body.relation));
    const others: ScopeItem[] = [];
    for (const from of [...(body.fromClause ?? []), ...(body.usingClause ?? []), ...(body.sourceRelation ? [body.sourceRelation] : [])])
      others.push(...this.#from(from, known, { items: [target, ...others], ...(outer ? { outer } : {}) }));
    const full: Scope = { ...scope, items: [target, ...others] };
    const written = type === "DeleteStmt" ? NO_SOURCES : this.#written(body, full, known, target);
    // What a row trigger stores may come from anywhere; so may what a view's rule or trigger does.
    const rewritten = (relation?.ruled ?? true) || (type !== "DeleteStmt" && (relation?.beforeTriggers ?? true));
    const stored: Sources = rewritten ? "unknown" : written;
    const after: ScopeItem = {
      ...target,
      columns: target.columns.map((column) => ({ ...column, sources: unite([column.sources, stored]) })),
    };
    const versions = ["old", "new"].map((alias) => ({ ...after, alias, hidden: true }));
    for (const option of body.returningClause?.options ?? []) {
      const value = option.ReturningOption?.value;
      if (value) versions.push({ ...after, alias: value, hidden: true });
    }
    scope.items = type === "MergeStmt" ? [...others, after, ...versions] : [after, ...others, ...versions];
    return this.#targets(list, scope, known);
  }

  /** Everything a statement stores into its target, in any column: coarse, but a row written from elsewhere is rarely returned. */
  #written(body: Node, scope: Scope, ctes: Ctes, target: ScopeItem): Sources {
    const context = this.#context(ctes);
    const parts: Sources[] = [];
    const assign = (list: Node[] | undefined, at: Scope) => {
      for (const item of list ?? []) parts.push(expressionSources(item.ResTarget?.val ?? item, at, context));
    };
    assign(body.targetList, scope);
    if (body.selectStmt) {
      const columns = this.statement(body.selectStmt, ctes, scope.outer);
      parts.push(columns === "unknown" ? "unknown" : unite(columns.map((column) => column.sources)));
    }
    assign(body.onConflictClause?.targetList, { ...scope, items: [target, { ...target, alias: "excluded", hidden: true }] });
    for (const clause of body.mergeWhenClauses ?? []) {
      assign(clause.MergeWhenClause?.targetList, scope);
      assign(clause.MergeWhenClause?.values, scope);
    }
    return unite(parts);
  }
}

function starItems(reference: string[], scope: Scope): ScopeItem[] {
  const table = reference.at(-2)!;
  const schema = reference.at(-3);
  for (let at: Scope | undefined = scope; at; at = at.outer) {
    const items = at.items.filter((item) => item.alias === table && (schema === undefined || item.schema === schema));
    if (items.length > 0) return items.length === 1 ? items : [{ ...items[0]!, open: "unknown" }];
  }
  return [];
}

function aliased(columns: Columns, alias: Node | undefined): ScopeItem {
  const name: string = alias?.aliasname ?? "";
  if (columns === "unknown") return { alias: name, columns: [], open: "unknown" };
  return { alias: name, columns: rename(columns, names(alias?.colnames)) };
}

const rename = (columns: ScopeColumn[], to: string[]): ScopeColumn[] =>
  columns.map((column, i) => (to[i] ? { name: to[i]!, sources: column.sources } : column));

const common = (left: ScopeItem[], right: ScopeItem[]): string[] => {
  const there = new Set(right.flatMap((item) => item.columns.map((column) => column.name)));
  return left.flatMap((item) => item.columns.flatMap(({ name }) => (name !== undefined && there.has(name) ? [name] : [])));
};

const size = (columns: Columns): number =>
  columns === "unknown" ? -1 : columns.reduce((sum, column) => sum + (column.sources === "unknown" ? 1e9 : column.sources.size), 0);
